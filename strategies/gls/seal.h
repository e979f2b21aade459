/*
 * Scopes that are vouched for: whoever meets one need not follow frames to know that it is in force.
 *
 * The seal of a scope is in its id's slot: the stack word that holds E's return address, and the epoch of the stack
 * that this is on. The stack's record (gls/stacks.h) names the slot that was sealed last; each slot names the one
 * before it. A seal lasts from the moment when the tag is complete until the scope is left: by returning, by a C++
 * exception, by the end of its thread, or by longjmp or setcontext, in which we take part (jumps.h).
 *
 * Wherever that cannot be made sure of, a seal is not broken but doubted, and a reader in doubt walks the stack: it is
 * the tag that is true. stacktag/HINT.md says what is made sure of, how, and what is not.
 */
#ifndef GLS_SEAL_H
#define GLS_SEAL_H

#include "gls/running.h"
#include "gls/tag.h"

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

/* Is no scope open on it, for certain? None is innermost, nothing was ever in doubt, and whoever opens one seals it. */
static inline bool seal_none_is_open(const struct known_stack *stack) {
    return atomic_load_explicit(&stack->innermost, memory_order_relaxed) == NULL &&
           atomic_load_explicit(&stack->epoch, memory_order_relaxed) == stack->first_epoch &&
           !atomic_load_explicit(&glsi_tags_are_unsealed, memory_order_relaxed);
}

/* A jump to `target`, on this stack, takes away all that is deeper. */
void glsi_seal_break_below(struct known_stack *stack, uintptr_t target);

#if defined(__x86_64__)

/* A scope that is sealed, in the frame of who opens it. */
struct seal {
    struct id_slot *slot;      /* may be another's when the scope ends, if the seal was broken */
    struct id_slot *outer;     /* that was the innermost before */
    struct known_stack *stack; /* that the scope is on, whichever thread runs on it by then; NULL: it has no seal */
};

/* The slow ways: a tag is not to be sealed; a scope that ends is not the innermost. */
struct known_stack *glsi_seal_refuse(struct known_stack *stack);
void glsi_seal_lose_track(struct known_stack *stack);

/*
 * The record of the stack on which a tag at `place` is to be sealed; NULL if it is not. `opener` is the stack
 * pointer of who opens the scope: what is deeper is not in force. A scope on a stack that nobody knows may be between
 * those that are sealed on the thread's own and code that is called there: none is vouched for any more. The same goes
 * for a stack within a stack.
 */
__attribute__((always_inline)) static inline struct known_stack *seal_find_stack(uintptr_t place, uintptr_t opener) {
    struct known_stack *const stack = running_stack(0);
    if (__builtin_expect(stack_contains(stack, place) && !seal_is_behind(stack, opener), 1))
        return stack;
    return glsi_seal_refuse(stack);
}

/* In this order: once it is the innermost, all that is said of it is true. */
__attribute__((always_inline)) static inline void seal_put(struct seal *seal, uintptr_t opener, uintptr_t place) {
    struct known_stack *const stack = seal_find_stack(place, opener);
    struct id_slot *const slot = seal->slot;
    seal->stack = stack;
    if (__builtin_expect(stack == NULL, 0))
        return;
    seal->outer = atomic_load_explicit(&stack->innermost, memory_order_relaxed);
    atomic_store_explicit(&slot->outer, seal->outer, memory_order_relaxed);
    atomic_store_explicit(&slot->epoch, atomic_load_explicit(&stack->epoch, memory_order_relaxed),
                          memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    atomic_store_explicit(&slot->place, place, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    atomic_store_explicit(&stack->innermost, slot, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
}

/* Scopes end in the order in which they have begun, but for those that somebody has jumped out of unseen. */
__attribute__((always_inline)) static inline void seal_end(const struct seal *seal) {
    struct known_stack *const stack = seal->stack;
    if (__builtin_expect(stack == NULL, 0))
        return;
    atomic_signal_fence(memory_order_seq_cst);
    atomic_store_explicit(&seal->slot->place, 0, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    if (__builtin_expect(atomic_load_explicit(&stack->innermost, memory_order_relaxed) == seal->slot, 1))
        atomic_store_explicit(&stack->innermost, seal->outer, memory_order_relaxed);
    else
        glsi_seal_lose_track(stack);
    atomic_signal_fence(memory_order_seq_cst);
}

/* Opens a scope that is sealed, and found by all readers; see tag_with. */
__attribute__((always_inline)) static inline bool seal_with(const struct ctx *next, uint32_t root, void (*fn)(void *),
                                                            void *arg) {
    uintptr_t path[MARK_PATH_MAX];
    __attribute__((cleanup(tag_close))) const uint32_t id = ids_acquire();
    if (__builtin_expect(id == ID_NONE, 0))
        return false;
    __attribute__((cleanup(seal_end))) struct seal seal = {.slot = tag_stand_for(id, next, root)};
    const unsigned count = mark_spell(&mark_hexadecimal, id, fn, arg, path);
    ids_open(seal.slot, &mark_hexadecimal, path);
    const uintptr_t opener = mark_stack_pointer();
    seal_put(&seal, opener, mark_place(opener, count));
    mark_call(&mark_hexadecimal, path);
    return true;
}

#else
#define seal_with(next, root, fn, arg) tag_with(next, root, fn, arg)
#endif

#endif
