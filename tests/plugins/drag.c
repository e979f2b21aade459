/*
 * A strategy with a known amount of work too much: a thread-local variable, and before each look at it so many steps
 * that wait for each other. CTXBENCH_DRAG gives their number when the plug-in is loaded; without it there are none.
 *
 * A step is an addition of nothing to what the address of the variable depends on: one cycle of latency, and with its
 * loop three instructions. So N steps make each read N cycles slower, and add 3 N instructions, while all else stays as
 * it is, down to the code: whoever measures, and whoever judges measurements, can be held against that.
 */
#include <stdlib.h>

#include "strategy.h"

static unsigned long drag_steps;

__attribute__((constructor)) static void drag_init(void) {
    const char *steps = getenv("CTXBENCH_DRAG");
    drag_steps = steps == NULL ? 0 : strtoul(steps, NULL, 10);
}

static _Thread_local const struct ctx *drag_here;

CTX_OPERATION const struct ctx *drag_current(uintptr_t after) {
#if defined(__x86_64__)
    for (unsigned long step = drag_steps; step > 0; step--)
        __asm__ volatile("add $0, %0" : "+r"(after) : : "cc");
#else
    for (unsigned long step = drag_steps; step > 0; step--)
        __asm__ volatile("add %0, %0, #0" : "+r"(after));
#endif
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
#include "kernels.h"
