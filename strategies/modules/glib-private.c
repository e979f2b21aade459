/* GLib's thread-local data, as programs on its main loop use it: g_private_get and g_private_set. */
#include "strategy.h"

#if defined(GLIB_PRIVATE_HAS_GLIB)

#include <glib.h>

/* A key is made at its first use, by GLib. Nothing is freed when a thread ends: contexts are their scopes' own. */
static GPrivate glib_private_key = G_PRIVATE_INIT(NULL);

CTX_OPERATION const struct ctx *glib_private_current(uintptr_t after) {
    return g_private_get((GPrivate *)((char *)&glib_private_key + after));
}

CTX_OPERATION void glib_private_put(const struct ctx *ctx) {
    g_private_set(&glib_private_key, (void *)(uintptr_t)ctx); /* NOLINT(performance-no-int-to-ptr): never written */
}

/* Restores also when the body throws a C++ exception or ends its thread. */
CTX_OPERATION void glib_private_restore(const struct ctx *const *outer) {
    glib_private_put(*outer);
}

CTX_OPERATION void glib_private_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    __attribute__((cleanup(glib_private_restore), unused)) const struct ctx *outer = glib_private_current(0);
    glib_private_put(next);
    fn(arg);
}

#define CTX_OP_CURRENT(after) glib_private_current(after)
#define CTX_OP_WITH(next, fn, arg) glib_private_with(next, fn, arg)
#define CTX_OP_PUT(context) glib_private_put(context)
#define CTX_OP_COLD_LINES(note) note(&glib_private_key, sizeof glib_private_key)

#else
#define CTX_UNAVAILABLE_REASON                                                                                         \
    "built without GLib; install it (Debian: libglib2.0-dev, as scripts/setup does) and build again"
#include "modules/unavailable.h"
#endif

#define CTX_NAME "glib-private"
#define CTX_SUMMARY "g_private_get: GLib's thread-local data"
#define CTX_TRAITS 0
#include "kernels.h"
