/*
 * The operations of a strategy that cannot run where it is built: it registers all the same, and says why. Define
 * CTX_UNAVAILABLE_REASON, a string, and include this in place of the operations.
 */
#ifndef CTX_UNAVAILABLE_H
#define CTX_UNAVAILABLE_H

static const char *ctx_unavailable(void) {
    return CTX_UNAVAILABLE_REASON;
}

#define CTX_OP_UNAVAILABLE ctx_unavailable
#define CTX_OP_CURRENT(after) ((void)(after), (const struct ctx *)NULL)
#define CTX_OP_WITH(next, fn, arg) ((void)(next), fn(arg))

#endif
