/*
 * Stacks whose bounds are known: the one that a thread was started with, and those of our fibers. Each has a record,
 * the thread's own or the fiber's, and the calling thread runs on one of them, or on a stack that nobody knows.
 */
#ifndef STACKTAG_SCAN_STACKS_H
#define STACKTAG_SCAN_STACKS_H

#include <stddef.h>
#include <stdint.h>

#include "gls/fiber.h"
#include "gls/ids.h"
#include "gls/stacks.h"

/*
 * Learns the bounds of the calling thread's stack. For the main thread this is done at start-up. Not for signal
 * handlers: pthread_getattr_np allocates. Once for each thread, where it begins.
 */
void scan_stacks_thread_begin(void);

/* Where a thread keeps its own record, and which fiber it runs: this far from its thread pointer. */
extern intptr_t scan_own_stack_offset __attribute__((visibility("hidden")));
extern intptr_t scan_fiber_offset __attribute__((visibility("hidden")));

/*
 * The record of the stack that the calling thread runs on: the fiber's, if it runs one, or its own. Whoever asks looks
 * whether he stands between its bounds; if not, he is on a stack of which nothing is known. The fiber is asked for
 * first: its stack may be a local of a frame on the thread's.
 *
 * Through the thread pointer, which is asked for anew each time: between two reads a fiber may move to another thread.
 * `after` must be 0, as in tag_read. The statements make nothing: the first has it added last, when all else is known;
 * the second keeps the fiber behind a branch, which costs a thread that runs none less than a choice between two
 * values.
 */
static inline struct known_stack *scan_stack_running(uintptr_t after) {
    const uintptr_t thread = ids_thread_pointer();
    struct fiber *const fiber = *(struct fiber *const volatile *)(thread + (uintptr_t)scan_fiber_offset + after);
    uintptr_t own = thread + (uintptr_t)scan_own_stack_offset;
    __asm__("" : "+r"(own));
    if (__builtin_expect(fiber != NULL, 0)) {
        __asm__ volatile("");
        return &fiber->known_stack;
    }
    return (struct known_stack *)(own + after);
}

#endif
