/*
 * Part of kernels.h, included again for each store: something done inside scopes that stand one in the other, to see
 * what each of them takes. Not for loops that are timed.
 *
 * ctx_within_STORE(scopes, keys, body, arg) calls body(arg) inside so many scopes (0: none), each of which binds `keys`
 * keys of its own. One level is one function: what lies on the stack between two levels is the frame of who opens a
 * scope, with room for its bindings (which compilers round up by up to 16 bytes), and all that strategy and store put
 * between it and the body. ctx_within_usual is that of the store that a workload without stores has.
 */
#ifndef CTX_STORE

struct ctx_within {
    uint32_t scopes_left, keys;
    void (*body)(void *arg);
    void *arg;
};

#define CTX_AGAIN "within.h"
#include "each_store.h"

#ifdef CTX_REFERENCE
#define ctx_within_usual ctx_within_none
#else
#define ctx_within_usual ctx_within_chain
#endif

#else

CTX_OPAQUE static void CTX_FN(CTX_STORED(ctx_within_level), void *arg) {
    struct ctx_within *within = arg;
    CTX_ENTER_OPAQUE();
    if (within->scopes_left == 0) {
        within->body(within->arg);
        ctx_touch(within);
        return;
    }
    const uint32_t first = --within->scopes_left * within->keys;
#ifdef CTX_REFERENCE
    (void)first;
    CTX_WITH(NULL, CTX_STORED(ctx_within_level), within);
    ctx_touch(within);
#else
    struct ctx_binding *const bindings = __builtin_alloca(within->keys * sizeof *bindings);
    for (uint32_t i = 0; i < within->keys; i++)
        bindings[i] = ctx_bench_binding(first + i);
    CTX_SCOPE(&ctx_bench_manager, bindings, within->keys, CTX_STORED(ctx_within_level), within);
    ctx_touch(bindings);
#endif
}

static inline void CTX_STORED(ctx_within)(uint32_t scopes, uint32_t keys, void (*body)(void *arg), void *arg) {
    struct ctx_within within = {.scopes_left = scopes, .keys = keys, .body = body, .arg = arg};
    CTX_BARE(CTX_STORED(ctx_within_level), &within);
}

#endif
