/*
 * What is known of a stack: where it ends, and which scope on it was opened last. Each fiber has such a record, and
 * each thread has one of the stack that it was started with. The calling thread runs on one of them, or on a stack that
 * nobody knows. What follows from them is told in gls/seal.h.
 */
#ifndef GLS_STACKS_H
#define GLS_STACKS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct id_slot;

/* Only the thread that runs on the stack, or in a signal handler above it, uses its record. */
struct known_stack {
    uintptr_t low;
    size_t bytes; /* 0: unknown */
    /* What is sealed under another epoch is not vouched for. Never the same twice in a process, whichever the stack. */
    _Atomic uint64_t epoch;
    struct id_slot *_Atomic innermost; /* the scope that was opened last, NULL: none is open that was vouched for */
    uint64_t first_epoch;              /* while it lasts, nothing is open that was not vouched for */
};

/*
 * A stack of these bounds on which nothing has been opened so far, whatever an earlier one has left in its place. It
 * stays unknown unless glsi_stacks_enable was called.
 */
void glsi_stack_begin(struct known_stack *stack, uintptr_t low, size_t bytes);

/* Vouches for no scope any more that is open on it now. */
void glsi_stack_forget(struct known_stack *stack);

static inline bool stack_contains(const struct known_stack *stack, uintptr_t address) {
    return address - stack->low < stack->bytes;
}

/* Once, before any scope is opened, by who can tell that seals are sound: jumps can be followed (jumps.h). */
void glsi_stacks_enable(void);

/*
 * Learns the bounds of the calling thread's stack, unless it has. Not for signal handlers: pthread_getattr_np
 * allocates. The main thread's are learnt at start-up, where that opens a file.
 */
void glsi_stack_learn(void);

#endif
