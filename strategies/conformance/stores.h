/*
 * Part of conformance.h: what each store has to get right (store.h): overrides and their restoration, the three
 * answers, two managers with the same key; asked twice, since a store may remember. Included again for each store.
 */
#ifndef CTX_STORE

/* Key `number` of the first manager, in whatever form the reader's store keeps it. */
#define CTX_WANT_STORED(proof, where, number, answer, value)                                                           \
    CTX_CALL(CTX_STORED(ctx_want_stored), proof,                                                                       \
             &(const struct ctx_wanted){where, &ctx_bench_manager, &ctx_bench_keys[number], answer, value})
#define CTX_WANT_STORED_OF_OTHER(proof, where, number, answer, value)                                                  \
    CTX_CALL(CTX_STORED(ctx_want_stored), proof,                                                                       \
             &(const struct ctx_wanted){where, &ctx_other_manager, &ctx_bench_keys[number], answer, value})

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

CTX_OPAQUE static void CTX_FN(CTX_STORED(ctx_stores_innermost), void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WANT_STORED_OF_OTHER(proof, "the second manager's key", 0, CTX_SET, 4);
    CTX_WANT_STORED_OF_OTHER(proof, "a key of the first manager asked of the second", 1, CTX_NOT_SET, 0);
    CTX_WANT_STORED(proof, "the first manager's key inside the second's scope", 0, CTX_SET, 3);
}

CTX_OPAQUE static void CTX_FN(CTX_STORED(ctx_stores_inner), void *arg) {
    struct ctx_proof *proof = arg;
    const struct ctx_binding binding = ctx_bind(0, 4);
    CTX_WANT_STORED(proof, "an override", 0, CTX_SET, 3);
    CTX_WANT_STORED(proof, "the outer scope's other key", 1, CTX_SET, 2);
    CTX_WANT_STORED(proof, "a key that is bound to NULL", 2, CTX_SET, 0);
    CTX_WANT_STORED(proof, "a key that is not bound", 3, CTX_NOT_SET, 0);
    CTX_WANT_STORED_OF_OTHER(proof, "the second manager's key before its scope", 0, CTX_NOT_SET, 0);
    CTX_SCOPE(&ctx_other_manager, &binding, 1, CTX_STORED(ctx_stores_innermost), proof);
    CTX_WANT_STORED_OF_OTHER(proof, "the second manager's key after its scope", 0, CTX_NOT_SET, 0);
}

/* More keys than any store keeps in its opener's frame, and than a table has room for at first. */
CTX_OPAQUE static void CTX_FN(CTX_STORED(ctx_stores_many), void *arg) {
    struct ctx_proof *proof = arg;
    for (uint32_t i = 0; i < CTX_KEYS_MAX; i++)
        CTX_WANT_STORED(proof, "one of many keys", i, CTX_SET, 100 + i);
}

CTX_OPAQUE static void CTX_FN(CTX_STORED(ctx_stores_outer), void *arg) {
    struct ctx_proof *proof = arg;
    const struct ctx_binding bindings[] = {ctx_bind(0, 3), ctx_bind(2, 0)};
    struct ctx_binding many[CTX_KEYS_MAX];
    for (uint32_t i = 0; i < CTX_KEYS_MAX; i++)
        many[i] = ctx_bind(i, 100 + i);
    for (int time = 0; time < 2; time++) {
        CTX_WANT_STORED(proof, "before the inner scope", 0, CTX_SET, 1);
        CTX_SCOPE(&ctx_bench_manager, bindings, 2, CTX_STORED(ctx_stores_inner), proof);
        CTX_SCOPE(&ctx_bench_manager, many, CTX_KEYS_MAX, CTX_STORED(ctx_stores_many), proof);
        CTX_WANT_STORED(proof, "after the inner scopes", 0, CTX_SET, 1);
        CTX_WANT_STORED(proof, "after the inner scopes, what they did not change", 1, CTX_SET, 2);
        CTX_WANT_STORED(proof, "after the inner scopes, what they bound to NULL", 2, CTX_NOT_SET, 0);
        CTX_WANT_STORED(proof, "after the inner scopes, one of many keys", CTX_KEYS_MAX - 1, CTX_NOT_SET, 0);
    }
}

CTX_OPAQUE static void CTX_FN(CTX_STORED(ctx_stores_root), void *arg) {
    struct ctx_proof *proof = arg;
    const struct ctx_binding bindings[] = {ctx_bind(0, 1), ctx_bind(1, 2)};
    CTX_SCOPE(&ctx_bench_manager, bindings, 2, CTX_STORED(ctx_stores_outer), proof);
    CTX_WANT_STORED(proof, "after all scopes", 0, CTX_NO_CONTEXT, 0);
    CTX_SCOPE(&ctx_bench_manager, bindings, 2, CTX_STORED(ctx_stores_outer), proof);
    CTX_WANT_STORED(proof, "after all scopes", 1, CTX_NO_CONTEXT, 0);
}

static const char *CTX_STORE_PROOF(CTX_STORE)(void) {
    return ctx_prove(CTX_STORED(ctx_stores_root));
}

#endif
