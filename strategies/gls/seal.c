#include "gls/seal.h"

/* Innermost where some scope may be open that is not known any more: it is never sealed. */
static struct id_slot unknown;

struct known_stack *glsi_seal_refuse(struct known_stack *stack) {
    if (stack->bytes > 0)
        glsi_stack_forget(stack);
    return NULL;
}

/* Who is innermost is not known: not even that there is nobody. */
void glsi_seal_lose_track(struct known_stack *stack) {
    glsi_stack_forget(stack);
    atomic_signal_fence(memory_order_seq_cst);
    atomic_store_explicit(&stack->innermost, &unknown, memory_order_relaxed);
}

/*
 * Follows the seals from the innermost on, up to one that is not vouched for. What is behind that one and deeper than
 * the target, too, is never the innermost again, and does not count. The loop ends: what it has met is broken.
 */
void glsi_seal_break_below(struct known_stack *stack, uintptr_t target) {
    struct id_slot *slot = atomic_load_explicit(&stack->innermost, memory_order_relaxed);
    while (slot != NULL && seal_place(stack, slot, stack->low, target) != 0) {
        atomic_store_explicit(&slot->place, 0, memory_order_relaxed);
        slot = atomic_load_explicit(&slot->outer, memory_order_relaxed);
    }
    atomic_signal_fence(memory_order_seq_cst);
    atomic_store_explicit(&stack->innermost, slot, memory_order_relaxed);
}
