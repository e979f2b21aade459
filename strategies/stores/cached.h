/*
 * Part of kernels.h, store `cached`: the chain, and in each scope a small cache of what was found from there. A scope
 * begins with an empty one; so nothing is ever stale. Idea: Java's ScopedValue (JEP 446), whose cache belongs to the
 * thread and is emptied of what a scope binds; here it belongs to the scope, since a thread's cache would have to be
 * found by other means than the strategy's.
 */
#define CTX_HAS_STORE_CACHED 1
#define CTX_STORE_SUMMARY_cached "the chain, with a small cache of finds in each scope"
#define CTX_STORE_RULE_cached                                                                                          \
    { 0 }

enum { CACHED_FINDS = 8 };

struct cached_scope {
    const struct cached_scope *parent;
    const struct ctx_manager *manager;
    const struct ctx_binding *bindings;
    size_t count;
    /* Finds among this manager's keys. Several threads may read one context: what a place leads to never changes. */
    const struct ctx_binding *_Atomic finds[CACHED_FINDS];
};

CTX_OPERATION size_t cached_place(const struct ctx_key *key) {
    return (uintptr_t)key / sizeof *key % CACHED_FINDS;
}

/* The way outwards; what it finds is kept in the scope that it began at. */
__attribute__((noinline)) static enum ctx_answer
cached_walk(struct cached_scope *from, const struct ctx_manager *manager, const struct ctx_key *key, void **value) {
    for (const struct cached_scope *scope = from; scope != NULL; scope = scope->parent) {
        for (size_t i = 0; scope->manager == manager && i < scope->count; i++) {
            if (scope->bindings[i].key != key)
                continue;
            if (from->manager == manager)
                atomic_store_explicit(&from->finds[cached_place(key)], &scope->bindings[i], memory_order_release);
            *value = scope->bindings[i].value;
            return CTX_SET;
        }
    }
    return CTX_NOT_SET;
}

CTX_OPERATION enum ctx_answer cached_lookup(const struct ctx *here, const struct ctx_manager *manager,
                                            const struct ctx_key *key, void **value) {
    struct cached_scope *scope = (struct cached_scope *)(uintptr_t)here; /* NOLINT: none was defined const */
    if (scope == NULL)
        return CTX_NO_CONTEXT;
    const struct ctx_binding *find = atomic_load_explicit(&scope->finds[cached_place(key)], memory_order_acquire);
    if (find != NULL && find->key == key && scope->manager == manager) {
        *value = find->value;
        return CTX_SET;
    }
    return cached_walk(scope, manager, key, value);
}

#define CTX_READ_cached(after, manager, key, value) cached_lookup(CTX_CURRENT(after), manager, key, value)

#define CTX_SCOPE_cached(manager_, bindings_, count_, fn, arg)                                                         \
    do {                                                                                                               \
        struct cached_scope ctx_link = {(const void *)CTX_CURRENT(0), manager_, bindings_, count_, {NULL}};            \
        CTX_WITH((const void *)&ctx_link, fn, arg);                                                                    \
        ctx_touch(&ctx_link);                                                                                          \
    } while (0)
