/*
 * Scopes that are vouched for: whoever meets one need not follow frames to know that it is in force.
 *
 * The seal of a scope is in its id's slot: the stack word that holds E's return address, and the epoch of the stack
 * that this is on. The stack's record (gls/stacks.h) names the slot that was sealed last; each slot names the one
 * before it. A seal lasts from the moment when the tag is complete until the scope is left: by returning, by a C++
 * exception, by the end of its thread, or by longjmp or setcontext, in which we take part (scan_longjmp.c).
 *
 * Wherever that cannot be made sure of, a seal is not broken but doubted, and a reader in doubt walks the stack: it is
 * the tag that is true. HINT.md says what is made sure of, how, and what is not.
 */
#ifndef STACKTAG_SEAL_H
#define STACKTAG_SEAL_H

#include "gls/stacks.h"
#include "gls/tag.h"

/* E's frame, and that of each digit after it, is a saved frame pointer and a return address (marks.S). */
enum { SEAL_WORD_BYTES = sizeof(uintptr_t), SEAL_MARK_FRAME_BYTES = 2 * SEAL_WORD_BYTES };

/* The id that the tag at `place` spells, if S comes before `end`; ID_NONE if it is no tag. The words may be anything.
 */
uint32_t seal_spelt(uintptr_t place, uintptr_t end);

/* The body of a scope: seals its tag, then runs fn(arg). */
struct seal_body {
    void (*fn)(void *arg);
    void *arg;
};
void seal_run_body(void *arg);

/* The place of a seal that the stack vouches for, between two addresses on it; 0: it does not. */
static inline uintptr_t seal_place(const struct known_stack *stack, const struct id_slot *slot, uintptr_t from,
                                   uintptr_t end) {
    const uintptr_t place = atomic_load_explicit(&slot->place, memory_order_relaxed);
    const bool is_vouched_for =
        place - from < end - from && atomic_load_explicit(&slot->epoch, memory_order_relaxed) ==
                                         atomic_load_explicit(&stack->epoch, memory_order_relaxed);
    return is_vouched_for ? place : 0;
}

/*
 * Whoever stands at `here`, on the stack, finds the innermost scope deeper than himself: it was left by a jump that
 * nobody has followed, or he is on a stack within that stack, a handler's say. Which of the two, and what else is
 * gone, is not known.
 */
static inline bool seal_is_behind(const struct known_stack *stack, uintptr_t here) {
    const struct id_slot *const slot = atomic_load_explicit(&stack->innermost, memory_order_relaxed);
    return slot != NULL && seal_place(stack, slot, stack->low, here) != 0;
}

/* A jump to `target`, on this stack, takes away all that is deeper. */
void seal_break_below(struct known_stack *stack, uintptr_t target);

#if defined(__x86_64__)

/* Opens a scope that is sealed, and found by all readers; see tag_with. */
__attribute__((always_inline)) static inline bool seal_with(const struct ctx *next, uint32_t root, void (*fn)(void *),
                                                            void *arg) {
    struct seal_body body = {.fn = fn, .arg = arg};
    return tag_with(next, root, seal_run_body, &body);
}

#else
#define seal_with(next, root, fn, arg) tag_with(next, root, fn, arg)
#endif

#endif
