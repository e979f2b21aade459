/*
 * A strategy with a known amount of work too much: a thread-local variable, and before each look at it so many steps
 * that wait for each other. CTXBENCH_DRAG gives their number when the plug-in is loaded; without it there are as many
 * as it was built with (-DDRAG_STEPS=N), which is none.
 *
 * A step adds nothing, sixteen times, to what the address of the variable depends on: sixteen cycles of latency, and
 * with its loop eighteen instructions. So N steps make each read 16 N cycles slower, while all else stays as it is,
 * down to the code: whoever measures, and whoever judges measurements, can be held against that. (A loop around a
 * single addition is no such measure: on a virtual AMD EPYC of family 25 it takes four cycles a turn, for its branch.)
 */
#include <stdlib.h>

#include "strategy.h"

#ifndef DRAG_STEPS
#define DRAG_STEPS 0
#endif
static unsigned long drag_steps = DRAG_STEPS;

__attribute__((constructor)) static void drag_init(void) {
    const char *steps = getenv("CTXBENCH_DRAG");
    if (steps != NULL)
        drag_steps = strtoul(steps, NULL, 10);
}

static _Thread_local const struct ctx *drag_here;

/* In assembly, so that a step is what it is said to be, whichever compiler made the rest. */
CTX_OPERATION const struct ctx *drag_current(uintptr_t after) {
    unsigned long steps = drag_steps;
    if (steps > 0) {
#if defined(__x86_64__)
        __asm__ volatile("1:\n\t.rept 16\n\tadd $0, %0\n\t.endr\n\tdec %1\n\tjnz 1b"
                         : "+r"(after), "+r"(steps)
                         :
                         : "cc");
#else
        __asm__ volatile("1:\n\t.rept 16\n\tadd %0, %0, #0\n\t.endr\n\tsubs %1, %1, #1\n\tb.ne 1b"
                         : "+r"(after), "+r"(steps)
                         :
                         : "cc");
#endif
    }
    return *(const struct ctx *const *)((const char *)&drag_here + after);
}

CTX_OPERATION void drag_restore(const struct ctx *const *outer) {
    drag_here = *outer;
}

/* Opening a scope is no read, and drags nothing. */
CTX_OPERATION void drag_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    __attribute__((cleanup(drag_restore), unused)) const struct ctx *outer = drag_here;
    drag_here = next;
    fn(arg);
}

#define CTX_NAME "drag"
#define CTX_SUMMARY "for tests: so many steps too much in each read (CTXBENCH_DRAG)"
#define CTX_TRAITS 0
#define CTX_OP_CURRENT(after) drag_current(after)
#define CTX_OP_WITH(next, fn, arg) drag_with(next, fn, arg)
#define CTX_ONLY 1
#define CTX_ONLY_GET
#define CTX_ONLY_WITH
#define CTX_ONLY_NEST
#define CTX_ONLY_REQUEST
#include "kernels.h"
