/*
 * Part of kernels.h, store `flat`: each scope holds all that is in force, in one array on the heap, copied from the
 * outer scope's. How much that is, only the run shows; so it cannot lie in the opener's frame. A read looks through the
 * array, without going from scope to scope. Idea: .NET's ExecutionContext, which copies its map at each change.
 */
#define CTX_HAS_STORE_FLAT 1
#define CTX_STORE_SUMMARY_flat "a copy of all that is in force, in each scope"
#define CTX_STORE_RULE_flat                                                                                            \
    { 0 }

struct flat_binding {
    const struct ctx_manager *manager;
    const struct ctx_key *key;
    void *value;
};

struct flat_scope {
    size_t count;
    struct flat_binding bindings[];
};

CTX_OPERATION enum ctx_answer flat_lookup(const struct flat_scope *scope, const struct ctx_manager *manager,
                                          const struct ctx_key *key, void **value) {
    if (scope == NULL)
        return CTX_NO_CONTEXT;
    for (size_t i = 0; i < scope->count; i++) {
        if (scope->bindings[i].key == key && scope->bindings[i].manager == manager) {
            *value = scope->bindings[i].value;
            return CTX_SET;
        }
    }
    return CTX_NOT_SET;
}

/* Where the binding goes: over the outer scope's of the same key, or behind all. */
static inline struct flat_binding *flat_place(struct flat_scope *scope, size_t outer_count,
                                              const struct ctx_manager *manager, const struct ctx_key *key) {
    for (size_t i = 0; i < outer_count; i++)
        if (scope->bindings[i].key == key && scope->bindings[i].manager == manager)
            return &scope->bindings[i];
    return &scope->bindings[scope->count++];
}

static inline struct flat_scope *flat_open(const struct flat_scope *outer, const struct ctx_manager *manager,
                                           const struct ctx_binding *bindings, size_t count) {
    const size_t outer_count = outer == NULL ? 0 : outer->count;
    struct flat_scope *scope = malloc(sizeof *scope + (outer_count + count) * sizeof *scope->bindings);
    if (scope == NULL)
        ctx_die("out of memory for a flat scope");
    scope->count = outer_count;
    for (size_t i = 0; i < outer_count; i++)
        scope->bindings[i] = outer->bindings[i];
    for (size_t i = 0; i < count; i++)
        *flat_place(scope, outer_count, manager, bindings[i].key) =
            (struct flat_binding){manager, bindings[i].key, bindings[i].value};
    return scope;
}

static inline void flat_close(struct flat_scope *const *scope) {
    free(*scope);
}

#define CTX_READ_flat(after, manager, key, value) flat_lookup((const void *)CTX_CURRENT(after), manager, key, value)

/* Freed also when the body throws a C++ exception or ends its thread. */
#define CTX_SCOPE_flat(manager_, bindings_, count_, fn, arg)                                                           \
    do {                                                                                                               \
        __attribute__((cleanup(flat_close))) struct flat_scope *const ctx_copy =                                       \
            flat_open((const void *)CTX_CURRENT(0), manager_, bindings_, count_);                                      \
        CTX_WITH((const void *)ctx_copy, fn, arg);                                                                     \
    } while (0)
