/*
 * Part of conformance.h: what each store has to get right (store.h): overrides and their restoration, the three
 * answers, two managers with the same key; asked twice, since a store may remember. Included again for each store.
 */
#ifndef CTX_STORE

/* A store, for the steps below: they are the same for each, and compiled once. */
typedef void CTX_FN(ctx_stores_open_function, const struct ctx_manager *manager, const struct ctx_binding *bindings,
                    size_t count, ctx_body *fn, void *arg);
typedef void CTX_FN(ctx_stores_want_function, struct ctx_proof *proof, const struct ctx_wanted *wanted);
struct ctx_stores {
    struct ctx_proof *proof;
    ctx_stores_open_function *open; /* a scope of this store's */
    ctx_stores_want_function *want; /* reads what it keeps */
};

/* Key `number` of the first manager, in whatever form the reader's store keeps it. */
#define CTX_WANT_STORED(stores, where, number, answer, value)                                                          \
    CTX_CALL((stores)->want, (stores)->proof,                                                                          \
             &(const struct ctx_wanted){where, &ctx_bench_manager, &ctx_bench_keys[number], answer, value})
#define CTX_WANT_STORED_OF_OTHER(stores, where, number, answer, value)                                                 \
    CTX_CALL((stores)->want, (stores)->proof,                                                                          \
             &(const struct ctx_wanted){where, &ctx_other_manager, &ctx_bench_keys[number], answer, value})

CTX_OPAQUE static void CTX_FN(ctx_stores_innermost, void *arg) {
    struct ctx_stores *stores = arg;
    CTX_WANT_STORED_OF_OTHER(stores, "the second manager's key", 0, CTX_SET, 4);
    CTX_WANT_STORED_OF_OTHER(stores, "a key of the first manager asked of the second", 1, CTX_NOT_SET, 0);
    CTX_WANT_STORED(stores, "the first manager's key inside the second's scope", 0, CTX_SET, 3);
}

CTX_OPAQUE static void CTX_FN(ctx_stores_inner, void *arg) {
    struct ctx_stores *stores = arg;
    const struct ctx_binding binding = ctx_bind(0, 4);
    CTX_WANT_STORED(stores, "an override", 0, CTX_SET, 3);
    CTX_WANT_STORED(stores, "the outer scope's other key", 1, CTX_SET, 2);
    CTX_WANT_STORED(stores, "a key that is bound to NULL", 2, CTX_SET, 0);
    CTX_WANT_STORED(stores, "a key that is not bound", 3, CTX_NOT_SET, 0);
    CTX_WANT_STORED_OF_OTHER(stores, "the second manager's key before its scope", 0, CTX_NOT_SET, 0);
    CTX_CALL(stores->open, &ctx_other_manager, &binding, 1, ctx_stores_innermost, stores);
    CTX_WANT_STORED_OF_OTHER(stores, "the second manager's key after its scope", 0, CTX_NOT_SET, 0);
}

/* More keys than any store keeps in its opener's frame, and than a table has room for at first. */
CTX_OPAQUE static void CTX_FN(ctx_stores_many, void *arg) {
    struct ctx_stores *stores = arg;
    for (uint32_t i = 0; i < CTX_KEYS_MAX; i++)
        CTX_WANT_STORED(stores, "one of many keys", i, CTX_SET, 100 + i);
}

CTX_OPAQUE static void CTX_FN(ctx_stores_outer, void *arg) {
    struct ctx_stores *stores = arg;
    const struct ctx_binding bindings[] = {ctx_bind(0, 3), ctx_bind(2, 0)};
    struct ctx_binding many[CTX_KEYS_MAX];
    for (uint32_t i = 0; i < CTX_KEYS_MAX; i++)
        many[i] = ctx_bind(i, 100 + i);
    for (int time = 0; time < 2; time++) {
        CTX_WANT_STORED(stores, "before the inner scope", 0, CTX_SET, 1);
        CTX_CALL(stores->open, &ctx_bench_manager, bindings, 2, ctx_stores_inner, stores);
        CTX_CALL(stores->open, &ctx_bench_manager, many, CTX_KEYS_MAX, ctx_stores_many, stores);
        CTX_WANT_STORED(stores, "after the inner scopes", 0, CTX_SET, 1);
        CTX_WANT_STORED(stores, "after the inner scopes, what they did not change", 1, CTX_SET, 2);
        CTX_WANT_STORED(stores, "after the inner scopes, what they bound to NULL", 2, CTX_NOT_SET, 0);
        CTX_WANT_STORED(stores, "after the inner scopes, one of many keys", CTX_KEYS_MAX - 1, CTX_NOT_SET, 0);
    }
}

CTX_OPAQUE static void CTX_FN(ctx_stores_root, void *arg) {
    struct ctx_stores *stores = arg;
    const struct ctx_binding bindings[] = {ctx_bind(0, 1), ctx_bind(1, 2)};
    CTX_CALL(stores->open, &ctx_bench_manager, bindings, 2, ctx_stores_outer, stores);
    CTX_WANT_STORED(stores, "after all scopes", 0, CTX_NO_CONTEXT, 0);
    CTX_CALL(stores->open, &ctx_bench_manager, bindings, 2, ctx_stores_outer, stores);
    CTX_WANT_STORED(stores, "after all scopes", 1, CTX_NO_CONTEXT, 0);
}

#define CTX_AGAIN "conformance/stores.h"
#include "each_store.h"

#define CTX_STORE_ROW(store, proof)                                                                                    \
    {0, "store-" #store, CTX_STORE_SUMMARY_##store, .run = (proof), .implied = CTX_STORE_RULE_##store},

#else

CTX_OPAQUE static void CTX_FN(CTX_STORED(ctx_want_stored), struct ctx_proof *proof, const struct ctx_wanted *wanted) {
    CTX_ENTER_OPAQUE();
    for (int time = 0; time < 2 && !proof->failed; time++) {
        void *value = NULL;
        const enum ctx_answer answer = CTX_READ(0, wanted->manager, wanted->key, &value);
        ctx_judge(proof, wanted, answer, value);
    }
}

CTX_OPAQUE static void CTX_FN(CTX_STORED(ctx_stores_open), const struct ctx_manager *manager,
                              const struct ctx_binding *bindings, size_t count, ctx_body *fn, void *arg) {
    CTX_ENTER_OPAQUE();
    CTX_SCOPE(manager, bindings, count, fn, arg);
}

CTX_OPAQUE static void CTX_FN(CTX_STORED(ctx_stores_begin), void *arg) {
    struct ctx_stores stores = {arg, CTX_STORED(ctx_stores_open), CTX_STORED(ctx_want_stored)};
    CTX_CALL(ctx_stores_root, &stores);
}

static const char *CTX_STORE_PROOF(CTX_STORE)(void) {
    return ctx_prove(CTX_STORED(ctx_stores_begin));
}

#endif
