#include "gls/hint.h"

#if defined(__x86_64__)

/* Read-only in fact: it is never opened. */
static const struct id_slot no_scope = {.context = NULL, .root = ID_NONE};

const struct id_slot *glsi_hint_doubt(struct known_stack *stack, uintptr_t here) {
    if (!stack_contains(stack, here))
        return NULL;
    if (seal_is_behind(stack, here))
        glsi_stack_forget(stack);
    return seal_none_is_open(stack) ? &no_scope : NULL;
}

#endif
