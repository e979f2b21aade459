/*
 * A strategy that keeps its context in one variable of the whole process. GLOBAL_NAME is what it is called; with
 * GLOBAL_ADMITS it states which scenarios it fails for that.
 */
#include "strategy.h"

static const struct ctx *_Atomic global_here;

CTX_OPERATION void global_restore(const struct ctx *const *outer) {
    global_here = *outer;
}

CTX_OPERATION void global_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    __attribute__((cleanup(global_restore), unused)) const struct ctx *outer = global_here;
    global_here = next;
    fn(arg);
}

#ifdef GLOBAL_ADMITS
static const struct ctx_exception global_exceptions[] = {
    {"plain-child", CTX_FAILS, "all threads share one variable"},
    {"many-threads", CTX_FAILS, "all threads share one variable"},
    {"thread-exit", CTX_FAILS, "what is in force when a thread ends stays so for all"},
    {"thread-cancel", CTX_FAILS, "what is in force when a thread ends stays so for all"},
};
#define CTX_EXCEPTIONS global_exceptions
#endif

#define CTX_NAME GLOBAL_NAME
#define CTX_SUMMARY "for tests: one variable for all threads"
#define CTX_TRAITS 0
#define CTX_OP_CURRENT(after) ((void)(after), (const struct ctx *)global_here)
#define CTX_OP_WITH(next, fn, arg) global_with(next, fn, arg)
#include "kernels.h"
