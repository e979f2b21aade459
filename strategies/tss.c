/* C11's thread-specific storage, <threads.h>: what portable C has where thread-local variables are not to be had. */
#include <stdio.h>
#include <stdlib.h>
#include <threads.h>

#include "strategy.h"

static tss_t tss_key;

/* A key of its own for each copy of this file, made before anything can ask for it. */
__attribute__((constructor)) static void tss_init(void) {
    if (tss_create(&tss_key, NULL) != thrd_success) {
        (void)fputs("tss: no key left; glibc has 1024 for all\n", stderr);
        abort();
    }
}

CTX_OPERATION const struct ctx *tss_current(uintptr_t after) {
    return tss_get(tss_key + (tss_t)after);
}

CTX_OPERATION void tss_put(const struct ctx *ctx) {
    /* Fails only on a first use of a high key, when memory is out. The value is a pointer that nobody writes through.
     */
    if (tss_set(tss_key, (void *)(uintptr_t)ctx) != thrd_success) /* NOLINT(performance-no-int-to-ptr) */
        abort();
}

/* Restores also when the body throws a C++ exception or ends its thread. */
CTX_OPERATION void tss_restore(const struct ctx *const *outer) {
    tss_put(*outer);
}

CTX_OPERATION void tss_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    __attribute__((cleanup(tss_restore), unused)) const struct ctx *outer = tss_current(0);
    tss_put(next);
    fn(arg);
}

#define CTX_NAME "tss"
#define CTX_SUMMARY "tss_get: C11's thread-specific storage"
#define CTX_TRAITS 0
#define CTX_OP_CURRENT(after) tss_current(after)
#define CTX_OP_WITH(next, fn, arg) tss_with(next, fn, arg)
#define CTX_OP_PUT(context) tss_put(context)
#include "kernels.h"
