/* A sound strategy that states nothing but its traits, by which it is judged. */
#include "strategy.h"

static _Thread_local const struct ctx *stranger_here;

CTX_OPERATION void stranger_restore(const struct ctx *const *outer) {
    stranger_here = *outer;
}

CTX_OPERATION void stranger_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    __attribute__((cleanup(stranger_restore), unused)) const struct ctx *outer = stranger_here;
    stranger_here = next;
    fn(arg);
}

#define CTX_NAME "stranger"
#define CTX_SUMMARY "for tests: judged by its traits"
#define CTX_TRAITS 0
#define CTX_OP_CURRENT(after) ((void)(after), stranger_here)
#define CTX_OP_WITH(next, fn, arg) stranger_with(next, fn, arg)
#define CTX_ONLY 1
#define CTX_ONLY_GET
#include "kernels.h"
