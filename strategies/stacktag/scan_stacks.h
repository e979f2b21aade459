/*
 * Stacks whose bounds are known: the one that a thread was started with, and those of our fibers.
 *
 * Which of them an address belongs to is decided by the address, not by the thread: whoever runs where finds the bounds
 * of the stack that it runs on, or none.
 */
#ifndef STACKTAG_SCAN_STACKS_H
#define STACKTAG_SCAN_STACKS_H

#include <stddef.h>
#include <stdint.h>

#include "gls/ids.h"

struct scan_stack {
    uintptr_t low;
    size_t bytes; /* 0: unknown */
};

/*
 * Learns the bounds of the calling thread's stack. For the main thread this is done at start-up. Not for signal
 * handlers: pthread_getattr_np allocates.
 */
void scan_stacks_thread_begin(void);

/* Where a thread keeps the bounds of its stack: this far from its thread pointer. */
extern intptr_t scan_own_stack_offset;

/* Of the fiber that the calling thread runs, if `address` is on its stack. */
struct scan_stack scan_fiber_stack_of(uintptr_t address);

/*
 * The stack that `address` is on, if it is one of the calling thread's. Through the thread pointer, which is asked for
 * anew each time: between two reads a fiber may move to another thread.
 */
static inline struct scan_stack scan_stack_of(uintptr_t address) {
    const struct scan_stack own = *(const struct scan_stack *)(ids_thread_pointer() + (uintptr_t)scan_own_stack_offset);
    if (__builtin_expect(address - own.low < own.bytes, 1))
        return own;
    return scan_fiber_stack_of(address);
}

#endif
