/* Which stack the calling thread runs on, among those that are known (stacks.h). */
#ifndef GLS_RUNNING_H
#define GLS_RUNNING_H

#include "gls/fiber.h"
#include "gls/thread.h"

/*
 * The record of the stack that the calling thread runs on: the fiber's, if it runs one, or its own. Whoever asks looks
 * whether he stands between its bounds; if not, he is on a stack of which nothing is known. The fiber is asked for
 * first: its stack may be a local of a frame on the thread's. `after` must be 0, as in tag_read.
 *
 * The statements make nothing: the first has `after` added last, when all else is known; the second keeps the fiber
 * behind a branch, which costs a thread that runs none less than a choice between two values.
 */
static inline struct known_stack *running_stack(uintptr_t after) {
    struct thread_record *thread = thread_record();
    struct fiber *const fiber = *(struct fiber *const volatile *)((uintptr_t)&thread->fiber + after);
    __asm__("" : "+r"(thread));
    if (__builtin_expect(fiber != NULL, 0)) {
        __asm__ volatile("");
        return &fiber->known_stack;
    }
    return (struct known_stack *)((uintptr_t)&thread->stack + after);
}

#endif
