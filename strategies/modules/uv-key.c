/* libuv's key of thread-local data, as programs on its event loop use it: uv_key_get and uv_key_set. */
#include "strategy.h"

#if defined(UV_KEY_HAS_LIBUV)

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

static uv_key_t uv_key;

/* Made before anything can ask for it. */
__attribute__((constructor)) static void uv_key_init(void) {
    if (uv_key_create(&uv_key) != 0) {
        (void)fputs("uv-key: no key left; glibc has 1024 for all\n", stderr);
        abort();
    }
}

CTX_OPERATION const struct ctx *uv_key_current(uintptr_t after) {
    return uv_key_get((uv_key_t *)((char *)&uv_key + after));
}

CTX_OPERATION void uv_key_put(const struct ctx *ctx) {
    uv_key_set(&uv_key, (void *)(uintptr_t)ctx); /* NOLINT(performance-no-int-to-ptr): nobody writes through it */
}

/* Restores also when the body throws a C++ exception or ends its thread. */
CTX_OPERATION void uv_key_restore(const struct ctx *const *outer) {
    uv_key_put(*outer);
}

CTX_OPERATION void uv_key_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    __attribute__((cleanup(uv_key_restore), unused)) const struct ctx *outer = uv_key_current(0);
    uv_key_put(next);
    fn(arg);
}

#define CTX_OP_CURRENT(after) uv_key_current(after)
#define CTX_OP_WITH(next, fn, arg) uv_key_with(next, fn, arg)
#define CTX_OP_PUT(context) uv_key_put(context)
#define CTX_OP_COLD_LINES(note) note(&uv_key, sizeof uv_key)

#else
#define CTX_UNAVAILABLE_REASON                                                                                         \
    "built without libuv; install it (Debian: libuv1-dev, as scripts/setup does) and build again"
#include "modules/unavailable.h"
#endif

#define CTX_NAME "uv-key"
#define CTX_SUMMARY "uv_key_get: libuv's key of thread-local data"
#define CTX_TRAITS 0
#include "kernels.h"
