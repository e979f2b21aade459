/*
 * Stack tags, read without a walk: the stack's record says which scope was sealed last (seal.h), and some loads show
 * that it is in force, and the innermost. How deep the reader is, and through what code, makes no difference. In doubt,
 * and wherever there is no record, the readers of tag.h serve. stacktag/HINT.md argues that the answers are theirs.
 */
#ifndef GLS_HINT_H
#define GLS_HINT_H

#include "gls/running.h"
#include "gls/seal.h"

#if defined(__x86_64__)

/*
 * A reader at `here` has found no scope that the stack vouches for. Is that because there is none? Then the slot of no
 * scope; or are there others that nobody can rely on? NULL: the readers of tag.h have to say.
 */
const struct id_slot *glsi_hint_doubt(struct known_stack *stack, uintptr_t here);

/*
 * For the function that this is inlined into: the slot of the innermost scope; one of no context and no root, if it is
 * certain that there is none; NULL: the readers of tag.h have to say.
 */
TAG_READER const struct id_slot *hint_find(uintptr_t after) {
    const uintptr_t here = (uintptr_t)__builtin_frame_address(0) + after;
    struct known_stack *const stack = running_stack(after);
    if (__builtin_expect(stack_contains(stack, here), 1)) {
        const struct id_slot *const slot = atomic_load_explicit(&stack->innermost, memory_order_relaxed);
        if (__builtin_expect(slot != NULL, 1)) {
            const uintptr_t place = seal_place(stack, slot, here, stack->low + stack->bytes);
            if (__builtin_expect(place != 0, 1) &&
                __builtin_expect(*(const volatile uintptr_t *)place == (uintptr_t)mark_hexadecimal.end_return, 1))
                return slot;
        }
    }
    return glsi_hint_doubt(stack, here);
}

#else
#define hint_find(after) ((const struct id_slot *)NULL)
#endif

/* Reads the innermost tag, starting at the function that this is inlined into; see tag_read. */
TAG_READER enum tag_answer hint_read(uintptr_t after, uint32_t *id) {
    const struct id_slot *const slot = hint_find(after);
    if (__builtin_expect(slot == NULL, 0))
        return tag_read(after, id);
    if (slot->root == ID_NONE)
        return TAG_NONE;
    *id = (uint32_t)(slot - glsi_id_pool.slots);
    return TAG_FOUND;
}

#endif
