#include "stacktag/scan.h"

#include "stacktag/scan_find.h"

/* E's frame, and that of each digit after it, is a saved frame pointer and a return address (marks.S). */
enum { WORD_BYTES = sizeof(uintptr_t), MARK_FRAME_BYTES = 2 * WORD_BYTES };

/* The id that the tag at `place` spells, if S comes before `end`; ID_NONE if it is no tag. The words may be anything.
 */
__attribute__((no_sanitize("address", "thread"))) static uint32_t spelt_at(uintptr_t place, uintptr_t end) {
    uint32_t value = 0;
    uintptr_t at = place + MARK_FRAME_BYTES;
    for (int digits = 0; digits <= MARK_DIGITS_MAX && at < end; digits++, at += MARK_FRAME_BYTES) {
        const uintptr_t mark = mark_index(&mark_hexadecimal, *(const volatile uintptr_t *)at);
        if (mark >= mark_digits(&mark_hexadecimal))
            return mark == mark_S(&mark_hexadecimal) ? value : ID_NONE;
        value = value << mark_hexadecimal.digit_bits | (uint32_t)mark;
    }
    return ID_NONE;
}

enum verdict {
    STALE,    /* no such scope is open here */
    IN_FORCE, /* one is, and it is the innermost */
    DOUBTFUL, /* one is open, perhaps here, and perhaps the innermost */
};

/*
 * What the tag at `place`, which spells `id`, is to a reader on that stack. While a scope is open its slot says so. It
 * is sealed, if at all, where its tag is. Of those that are sealed, the stack's record names the innermost.
 */
static enum verdict judge(const struct known_stack *stack, uintptr_t place, uint32_t id) {
    if (id >= atomic_load_explicit(&glsi_id_pool.ready, memory_order_relaxed))
        return STALE; /* it has no slot yet, or is none */
    const struct id_slot *const slot = ids_slot(id);
    if (atomic_load_explicit(&slot->lifetimes, memory_order_relaxed) % 2 == 0)
        return STALE;
    const uintptr_t sealed = atomic_load_explicit(&slot->place, memory_order_relaxed);
    if (sealed != place)
        return sealed != 0 ? STALE : DOUBTFUL;
    const bool is_innermost = slot == atomic_load_explicit(&stack->innermost, memory_order_relaxed) &&
                              seal_place(stack, slot, place, place + 1) != 0;
    return is_innermost ? IN_FORCE : DOUBTFUL;
}

enum tag_answer scan_find_tag(struct known_stack *stack, uintptr_t here, uint32_t *id) {
    const uintptr_t end = stack->low + stack->bytes;
    if (seal_is_behind(stack, here)) {
        glsi_stack_forget(stack);
        return TAG_UNREADABLE;
    }
    for (uintptr_t at = here; (at = scan_find(at, end, (uintptr_t)mark_hexadecimal.end_return)) != 0;
         at += WORD_BYTES) {
        *id = spelt_at(at, end);
        switch (judge(stack, at, *id)) {
        case STALE:
            break;
        case IN_FORCE:
            return TAG_FOUND;
        case DOUBTFUL:
            return TAG_UNREADABLE;
        }
    }
    /* There may be one that is not vouched for any more, deeper than a reader on a stack within this, or on another. */
    return seal_none_is_open(stack) ? TAG_NONE : TAG_UNREADABLE;
}
