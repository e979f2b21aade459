/*
 * Part of kernels.h: how a context's values are kept, an axis of its own beside where the context is found. A store is
 * one header in stores/; the build finds it (found_stores.h, each_store.h in the build folder). It defines
 *
 *   CTX_HAS_STORE_NAME                                   1, or 0 where this strategy cannot have it
 *   CTX_STORE_SUMMARY_name                               a few words
 *   CTX_STORE_RULE_name                                  initialiser of a struct ctx_rule: who is not to have it
 *   CTX_READ_name(after, manager, key, value)            the whole read: the context's place and the look-up in it
 *   CTX_SCOPE_name(manager, bindings, count, fn, arg)    runs fn(arg) with `count` more bindings, then restores
 *
 * and all that is inlined into the loops: no store is called through a pointer. Text that varies the store is included
 * again for each of them (workloads/nest.h shows how), with CTX_STORE defined, and says
 *
 *   CTX_READ(after, manager, key, value), CTX_SCOPE(manager, bindings, count, fn, arg)
 *   CTX_STORED(name)        ->  name_chain, name_flat, ...
 *   CTX_EACH_STORE(row)     ->  row(chain) row(flat) ...
 *   CTX_STORE_KERNEL(chain) ->  what a kernel says of its store: its name, and its proof
 *
 * References keep nothing: for them there is one store, `none`.
 */
#define CTX_PASTE_NOW(a, b) a##b
#define CTX_PASTE(a, b) CTX_PASTE_NOW(a, b)
#define CTX_STORED(name) CTX_PASTE(name##_, CTX_STORE)
#define CTX_READ(after, manager, key, value) CTX_PASTE(CTX_READ_, CTX_STORE)(after, manager, key, value)
#define CTX_SCOPE(manager, bindings, count, fn, arg) CTX_PASTE(CTX_SCOPE_, CTX_STORE)(manager, bindings, count, fn, arg)

#ifdef CTX_REFERENCE
#define CTX_READ_none(after, manager, key, value) CTX_GET(after, manager, key, value)
#define CTX_SCOPE_none(manager, bindings, count, fn, arg)                                                              \
    do {                                                                                                               \
        (void)(bindings);                                                                                              \
        CTX_WITH(NULL, fn, arg);                                                                                       \
    } while (0)
#define CTX_EACH_STORE(row) row(none)
#define CTX_STORE_KERNEL(store_) .store = NULL, .prove = NULL
#else
#include "found_stores.h"
#define CTX_STORE_PROOF_NAME(store_) ctx_stores_##store_##_prove
#define CTX_STORE_PROOF(store_) CTX_STORE_PROOF_NAME(store_)
#define CTX_STORE_KERNEL(store_) .store = #store_, .prove = CTX_STORE_PROOF(store_)
#endif
