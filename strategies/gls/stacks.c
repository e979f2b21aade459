#include "gls/stacks.h"

#include <pthread.h>

#include "gls/thread.h"

static bool are_enabled;
static _Atomic uint64_t epochs;

static uint64_t new_epoch(void) {
    return atomic_fetch_add_explicit(&epochs, 1, memory_order_relaxed) + 1;
}

void glsi_stack_begin(struct known_stack *stack, uintptr_t low, size_t bytes) {
    stack->low = low;
    stack->bytes = are_enabled ? bytes : 0;
    atomic_store_explicit(&stack->innermost, NULL, memory_order_relaxed);
    glsi_stack_forget(stack);
    stack->first_epoch = atomic_load_explicit(&stack->epoch, memory_order_relaxed);
}

/* What is innermost stays so, and is not vouched for: it has another epoch. */
void glsi_stack_forget(struct known_stack *stack) {
    atomic_store_explicit(&stack->epoch, new_epoch(), memory_order_relaxed);
}

/* ---- A thread's own ---- */

_Thread_local struct thread_record glsi_thread_record;

/*
 * Without a limit (ulimit -s unlimited) the main thread's stack reaches down to what was mapped next to it when it
 * was asked for, mostly the heap. That grows into the room between, and others' stacks with it, which are no part of
 * this one; but nothing comes so near.
 */
enum { KNOWN_BYTES_MAX = 128 << 20 };

static void learn(struct thread_record *record) {
    pthread_attr_t attributes;
    void *low = NULL;
    size_t bytes = 0;
    record->was_asked = true;
    if (!are_enabled || pthread_getattr_np(pthread_self(), &attributes) != 0)
        return; /* slower, and as right as before */
    if (pthread_attr_getstack(&attributes, &low, &bytes) == 0) {
        /* The C library keeps what belongs to the thread at the top of the stack, from the thread pointer on. */
        const uintptr_t end = (uintptr_t)low + bytes, pointer = thread_pointer();
        const uintptr_t above = pointer - (uintptr_t)low < bytes ? pointer : end;
        const size_t all = above - (uintptr_t)low, known = all < KNOWN_BYTES_MAX ? all : KNOWN_BYTES_MAX;
        glsi_stack_begin(&record->stack, above - known, known);
    }
    (void)pthread_attr_destroy(&attributes);
}

void glsi_stack_learn(void) {
    struct thread_record *const record = thread_record();
    if (!record->was_asked)
        learn(record);
}

void glsi_stacks_enable(void) {
    are_enabled = true;
    glsi_stack_learn();
}
