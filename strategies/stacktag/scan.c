#include "stacktag/scan.h"

#include "stacktag/scan_find.h"

/* E's frame, and that of each digit after it, is a saved frame pointer and a return address (marks.S). */
enum { WORD_BYTES = sizeof(uintptr_t), MARK_FRAME_BYTES = 2 * WORD_BYTES };

/*
 * Spells out what follows the word at `place`, if S comes before `end`; ID_NONE if it is no tag. The words may be
 * anything.
 */
__attribute__((no_sanitize("address", "thread"))) static uint32_t decode(uintptr_t place, uintptr_t end) {
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

static bool is_sealed(uintptr_t place, uint32_t id) {
    if (id >= atomic_load_explicit(&glsi_id_pool.ready, memory_order_relaxed))
        return false; /* it has no slot yet, or is none */
    return atomic_load_explicit(&ids_slot(id)->place, memory_order_relaxed) == place;
}

struct scan_tag scan_find_sealed(uintptr_t from, uintptr_t end) {
    while ((from = scan_find(from, end, (uintptr_t)mark_hexadecimal.end_return)) != 0) {
        const uint32_t id = decode(from, end);
        if (is_sealed(from, id))
            return (struct scan_tag){.place = from, .id = id};
        from += WORD_BYTES;
    }
    return (struct scan_tag){.id = ID_NONE};
}

static void break_seal(struct id_slot *const *slot) {
    atomic_store_explicit(&(*slot)->place, 0, memory_order_relaxed);
}

void scan_break_seals(uintptr_t from, uintptr_t end) {
    struct scan_tag tag;
    while ((tag = scan_find_sealed(from, end)).place != 0) {
        struct id_slot *const slot = ids_slot(tag.id);
        break_seal(&slot);
        from = tag.place + WORD_BYTES;
    }
}

/* A function of its own, called by E: its return address is the word that makes the tag complete. */
__attribute__((noinline)) void scan_run_body(void *arg) {
    const struct scan_body *body = arg;
    const uintptr_t place = (uintptr_t)__builtin_frame_address(0) + WORD_BYTES;
    /* It cannot be none: the tag is right here. */
    __attribute__((cleanup(break_seal))) struct id_slot *const slot = ids_slot(decode(place, UINTPTR_MAX));
    atomic_store_explicit(&slot->place, place, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    body->fn(body->arg);
}
