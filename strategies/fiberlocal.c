/*
 * A thread-local variable that is swapped at each switch of fibers: what fiber runtimes do, and debuggers' and
 * profilers' hooks in them. The cost of a read is that of tls-c11; every switch pays for a load and two stores.
 *
 * A fiber may go on on another thread, so nothing may remember where the variable was. In C a compiler takes its
 * address for constant within a function, and after the switch goes on with that of the thread it left. Here the read
 * names the variable by its distance from the thread pointer, which is looked up each time.
 */
#include "strategy.h"

#if defined(__x86_64__) || defined(__aarch64__)

/* Known to the assembler by this name, so it is not static. */
extern _Thread_local const struct ctx *ctx_fiberlocal_here;
__attribute__((tls_model("local-exec"), used)) _Thread_local const struct ctx *ctx_fiberlocal_here;

#if defined(__x86_64__)

CTX_OPERATION const struct ctx *fiberlocal_current(uintptr_t after) {
    const struct ctx *context;
    if (__builtin_constant_p(after) && after == 0)
        __asm__ volatile("movq %%fs:ctx_fiberlocal_here@tpoff, %0" : "=r"(context) : : "memory");
    else
        __asm__ volatile("movq %%fs:ctx_fiberlocal_here@tpoff(%1), %0" : "=r"(context) : "r"(after) : "memory");
    return context;
}

CTX_OPERATION void fiberlocal_set(const struct ctx *context) {
    __asm__ volatile("movq %0, %%fs:ctx_fiberlocal_here@tpoff" : : "r"(context) : "memory");
}

#else /* aarch64: three instructions make the address, in one statement, so that no switch comes between them */

#define FIBERLOCAL_ADDRESS                                                                                             \
    "mrs %0, tpidr_el0\n\tadd %0, %0, #:tprel_hi12:ctx_fiberlocal_here, lsl #12\n\t"                                   \
    "add %0, %0, #:tprel_lo12_nc:ctx_fiberlocal_here\n\t"

CTX_OPERATION const struct ctx *fiberlocal_current(uintptr_t after) {
    const struct ctx *context;
    if (__builtin_constant_p(after) && after == 0)
        __asm__ volatile(FIBERLOCAL_ADDRESS "ldr %0, [%0]" : "=r"(context) : : "memory");
    else
        __asm__ volatile(FIBERLOCAL_ADDRESS "ldr %0, [%0, %1]" : "=&r"(context) : "r"(after) : "memory");
    return context;
}

CTX_OPERATION void fiberlocal_set(const struct ctx *context) {
    uintptr_t address;
    __asm__ volatile(FIBERLOCAL_ADDRESS "str %1, [%0]" : "=&r"(address) : "r"(context) : "memory");
}

#endif

/* Restores also when the body throws a C++ exception or ends its thread. */
CTX_OPERATION void fiberlocal_restore(const struct ctx *const *outer) {
    fiberlocal_set(*outer);
}

CTX_OPERATION void fiberlocal_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    __attribute__((cleanup(fiberlocal_restore), unused)) const struct ctx *outer = fiberlocal_current(0);
    fiberlocal_set(next);
    fn(arg);
}

#define CTX_OP_CURRENT(after) fiberlocal_current(after)
#define CTX_OP_WITH(next, fn, arg) fiberlocal_with(next, fn, arg)
#define CTX_OP_COLD_LINES(note) note(&ctx_fiberlocal_here, sizeof ctx_fiberlocal_here)
#define CTX_OP_PUT(context) fiberlocal_set(context)
#define CTX_OP_SAVE() fiberlocal_current(0)
#define CTX_OP_RESTORE(context) fiberlocal_set(context)

#else
#define CTX_UNAVAILABLE_REASON "its read, which no compiler may move, is written for x86-64 and aarch64"
#include "modules/unavailable.h"
#endif

#define CTX_NAME "fiberlocal"
#define CTX_SUMMARY "a thread-local variable that each switch of fibers swaps"
#define CTX_TRAITS CTX_TRAIT_SURVIVES_FIBER_SWITCH
#include "kernels.h"
