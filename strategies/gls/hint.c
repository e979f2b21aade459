#include "gls/hint.h"

#if defined(__x86_64__)

/* Read-only in fact: it is never opened. */
static const struct id_slot no_scope = {.context = NULL, .root = ID_NONE};

const struct id_slot *glsi_hint_doubt(struct known_stack *stack, uintptr_t here) {
    if (!stack_contains(stack, here))
        return NULL;
    if (seal_is_behind(stack, here))
        glsi_stack_forget(stack);
    const bool is_empty = atomic_load_explicit(&stack->innermost, memory_order_relaxed) == NULL &&
                          atomic_load_explicit(&stack->epoch, memory_order_relaxed) == stack->first_epoch &&
                          !atomic_load_explicit(&glsi_tags_are_unsealed, memory_order_relaxed);
    return is_empty ? &no_scope : NULL;
}

#endif
