/*
 * A thread-local variable that is swapped at each switch of fibers: what fiber runtimes do, and debuggers' and
 * profilers' hooks in them. The cost of a read is that of tls-c11; every switch pays for a load and two stores.
 *
 * A fiber may go on on another thread, so nothing may remember where the variable was. In C a compiler takes its
 * address for constant within a function, and after the switch goes on with that of the thread it left. Here the read
 * names the variable by its distance from the thread pointer, which is looked up each time.
 */
#include "local_exec.h"
#include "strategy.h"

/* Known to the assembler by this name, so it is not static. */
extern _Thread_local const struct ctx *ctx_fiberlocal_here;
__attribute__((tls_model("local-exec"), used)) _Thread_local const struct ctx *ctx_fiberlocal_here;

LOCAL_EXEC_VARIABLE(fiberlocal, const struct ctx *, ctx_fiberlocal_here);

/* Restores also when the body throws a C++ exception or ends its thread. */
CTX_OPERATION void fiberlocal_restore(const struct ctx *const *outer) {
    fiberlocal_store(*outer);
}

CTX_OPERATION void fiberlocal_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    __attribute__((cleanup(fiberlocal_restore), unused)) const struct ctx *outer = fiberlocal_load(0);
    fiberlocal_store(next);
    fn(arg);
}

#define CTX_OP_CURRENT(after) fiberlocal_load(after)
#define CTX_OP_WITH(next, fn, arg) fiberlocal_with(next, fn, arg)
#define CTX_OP_COLD_LINES(note) note(&ctx_fiberlocal_here, sizeof ctx_fiberlocal_here)
#define CTX_OP_PUT(context) fiberlocal_store(context)
#define CTX_OP_SAVE() fiberlocal_load(0)
#define CTX_OP_RESTORE(context) fiberlocal_store(context)

#define CTX_NAME "fiberlocal"
#define CTX_SUMMARY "a thread-local variable that each switch of fibers swaps"
#define CTX_TRAITS CTX_TRAIT_SURVIVES_FIBER_SWITCH
#include "kernels.h"
