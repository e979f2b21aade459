#include "gls/stacks.h"

#include "gls/tag.h"

static _Atomic uint64_t epochs;

static uint64_t new_epoch(void) {
    return atomic_fetch_add_explicit(&epochs, 1, memory_order_relaxed) + 1;
}

void glsi_stack_begin(struct known_stack *stack, uintptr_t low, size_t bytes) {
    stack->low = low;
    stack->bytes = bytes;
    atomic_store_explicit(&stack->innermost, NULL, memory_order_relaxed);
    glsi_stack_forget(stack);
}

/* What is innermost stays so, and is not vouched for: it has another epoch. */
void glsi_stack_forget(struct known_stack *stack) {
    atomic_store_explicit(&stack->epoch, new_epoch(), memory_order_relaxed);
}

static bool open_plainly(const struct ctx *next, uint32_t root, void (*fn)(void *), void *arg) {
    return tag_with(next, root, fn, arg);
}

scope_opener *glsi_open_scope = open_plainly;
