/*
 * Stack tags, read without a walk: the stack's record says which scope was sealed last (seal.h), and some loads show
 * that it is in force, and the innermost. How deep the reader is, and through what code, makes no difference. In doubt,
 * and wherever there is no record, the readers of tag.h serve. HINT.md argues that the answers are theirs.
 */
#ifndef STACKTAG_HINT_H
#define STACKTAG_HINT_H

#include "stacktag/scan_stacks.h"
#include "stacktag/seal.h"

/* NULL, or why hints would not be right here. */
const char *hint_unavailable(void);

#if defined(__x86_64__)

/* A reader at `here` has found no hint that it can rely on: are there others that nobody can? */
void hint_doubt(struct known_stack *stack, uintptr_t here);

/* The slot of the innermost scope, for the function that this is inlined into; NULL: the readers of tag.h have to say.
 */
TAG_READER const struct id_slot *hint_find(uintptr_t after) {
    const uintptr_t here = (uintptr_t)__builtin_frame_address(0) + after;
    struct known_stack *const stack = scan_stack_running(after);
    if (__builtin_expect(stack_contains(stack, here), 1)) {
        const struct id_slot *const slot = atomic_load_explicit(&stack->innermost, memory_order_relaxed);
        if (__builtin_expect(slot != NULL, 1)) {
            const uintptr_t place = seal_place(stack, slot, here, stack->low + stack->bytes);
            if (__builtin_expect(place != 0, 1) &&
                __builtin_expect(*(const volatile uintptr_t *)place == (uintptr_t)mark_hexadecimal.end_return, 1))
                return slot;
        }
    }
    hint_doubt(stack, here);
    return NULL;
}

#else
#define hint_find(after) ((const struct id_slot *)NULL)
#endif

/* Reads the innermost tag, starting at the function that this is inlined into; see tag_read. */
TAG_READER enum tag_answer hint_read(uintptr_t after, uint32_t *id) {
    const struct id_slot *const slot = hint_find(after);
    if (__builtin_expect(slot == NULL, 0))
        return tag_read(after, id);
    *id = (uint32_t)(slot - glsi_id_pool.slots);
    return TAG_FOUND;
}

#endif
