/* C11 thread-local storage, local-exec: the variable lies at a fixed distance from the thread pointer. */
#include "strategy.h"

/* In a shared object this model does not link; there the other models have strategies of their own. */
__attribute__((tls_model("local-exec"))) static _Thread_local const struct ctx *tls_c11_here;

CTX_OPERATION const struct ctx *tls_c11_current(uintptr_t after) {
    return *(const struct ctx *const *)((const char *)&tls_c11_here + after);
}

/* Restores also when the body throws a C++ exception or ends its thread. */
CTX_OPERATION void tls_c11_restore(const struct ctx *const *outer) {
    tls_c11_here = *outer;
}

CTX_OPERATION void tls_c11_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    __attribute__((cleanup(tls_c11_restore), unused)) const struct ctx *outer = tls_c11_here;
    tls_c11_here = next;
    fn(arg);
}

#define CTX_NAME "tls-c11"
#define CTX_SUMMARY "a C11 thread-local variable of the program (local-exec)"
#define CTX_TRAITS 0
#define CTX_OP_CURRENT(after) tls_c11_current(after)
#define CTX_OP_WITH(next, fn, arg) tls_c11_with(next, fn, arg)
#define CTX_OP_PUT(context) (tls_c11_here = (context))
#define CTX_OP_COLD_LINES(note) note(&tls_c11_here, sizeof tls_c11_here)
#include "kernels.h"
