/*
 * Part of kernels.h, store `native`: one slot of the strategy's own for each key, and no context beside them. With an
 * explicit argument that is a struct of arguments, one field a key; elsewhere the strategy offers slots:
 *
 *   CTX_OP_SLOTS_BEGIN()               makes them, at the first scope; may be called by several threads
 *   CTX_OP_SLOT_READ(after, slot)      the slot's pointer; NULL until something was written on this thread
 *   CTX_OP_SLOT_WRITE(slot, pointer)
 *
 * A slot holds NULL while its key is not set, and something else for a NULL that is. Key n of the workloads has the nth
 * slot; behind them, the few keys of the scenarios' other manager have theirs, and "something is in force" has the
 * last.
 */
enum {
    NATIVE_OTHERS_KEYS = 4,
    NATIVE_IN_FORCE = CTX_BENCH_KEYS + NATIVE_OTHERS_KEYS,
    NATIVE_SLOTS,
    NATIVE_IN_FRAME = 8
};
#define CTX_STORE_SUMMARY_native "one slot of the strategy's own for each key"
#define CTX_STORE_RULE_native                                                                                          \
    {                                                                                                                  \
        .lacking = CTX_TRAIT_HAS_SLOTS, .expected = CTX_DOES_NOT_APPLY,                                                \
        .reason = "the strategy has one place, for a context, and no slots for keys"                                   \
    }

static char native_null; /* its address stands for a NULL that was set */

CTX_OPERATION size_t native_slot(const struct ctx_manager *manager, const struct ctx_key *key) {
    const size_t number = (size_t)(key - ctx_bench_keys);
    if (manager == &ctx_bench_manager)
        return number;
    if (number >= NATIVE_OTHERS_KEYS)
        ctx_die("a native slot was wanted for a key that has none");
    return CTX_BENCH_KEYS + number;
}

CTX_OPERATION void *native_wrap(void *value) {
    return value == NULL ? &native_null : value;
}

CTX_OPERATION enum ctx_answer native_unwrap(void *found, void **value) {
    *value = found == &native_null ? NULL : found;
    return CTX_SET;
}

#if defined(CTX_EXPLICIT) && CTX_EXPLICIT
#define CTX_HAS_STORE_NATIVE 1

/* The arguments of one call: as many fields as the highest key that is bound needs. */
struct native_arguments {
    size_t count;
    void **fields; /* in_frame, or on the heap where there are more */
    void *in_frame[NATIVE_IN_FRAME];
};

CTX_OPERATION enum ctx_answer native_lookup(const struct native_arguments *arguments, const struct ctx_manager *manager,
                                            const struct ctx_key *key, void **value) {
    if (arguments == NULL)
        return CTX_NO_CONTEXT;
    const size_t slot = native_slot(manager, key);
    void *found = slot < arguments->count ? arguments->fields[slot] : NULL;
    return found == NULL ? CTX_NOT_SET : native_unwrap(found, value);
}

/* A copy of the outer ones, in which the bindings have replaced theirs. */
static inline void native_open(struct native_arguments *arguments, const struct native_arguments *outer,
                               const struct ctx_manager *manager, const struct ctx_binding *bindings, size_t count) {
    const size_t outer_count = outer == NULL ? 0 : outer->count;
    arguments->count = outer_count;
    for (size_t i = 0; i < count; i++)
        if (native_slot(manager, bindings[i].key) >= arguments->count)
            arguments->count = native_slot(manager, bindings[i].key) + 1;
    arguments->fields = arguments->count <= NATIVE_IN_FRAME ? arguments->in_frame
                                                            : malloc(arguments->count * sizeof *arguments->fields);
    if (arguments->fields == NULL)
        ctx_die("out of memory for arguments");
    for (size_t i = 0; i < arguments->count; i++)
        arguments->fields[i] = i < outer_count ? outer->fields[i] : NULL;
    for (size_t i = 0; i < count; i++)
        arguments->fields[native_slot(manager, bindings[i].key)] = native_wrap(bindings[i].value);
}

static inline void native_close(const struct native_arguments *arguments) {
    if (arguments->fields != arguments->in_frame)
        free(arguments->fields);
}

#define CTX_READ_native(after, manager, key, value) native_lookup((const void *)CTX_CURRENT(after), manager, key, value)

#define CTX_SCOPE_native(manager_, bindings_, count_, fn, arg)                                                         \
    do {                                                                                                               \
        __attribute__((cleanup(native_close))) struct native_arguments ctx_arguments;                                  \
        native_open(&ctx_arguments, (const void *)CTX_CURRENT(0), manager_, bindings_, count_);                        \
        CTX_WITH((const void *)&ctx_arguments, fn, arg);                                                               \
        ctx_touch(&ctx_arguments);                                                                                     \
    } while (0)

#elif defined(CTX_OP_SLOT_READ)
#define CTX_HAS_STORE_NATIVE 1

CTX_OPERATION enum ctx_answer native_lookup(uintptr_t after, const struct ctx_manager *manager,
                                            const struct ctx_key *key, void **value) {
    void *found = CTX_OP_SLOT_READ(after, native_slot(manager, key));
    if (found != NULL)
        return native_unwrap(found, value);
    return CTX_OP_SLOT_READ(0, NATIVE_IN_FORCE) != NULL ? CTX_NOT_SET : CTX_NO_CONTEXT;
}

/* What a scope found in the slots that it writes. */
struct native_scope {
    const struct ctx_manager *manager;
    const struct ctx_binding *bindings;
    size_t count;
    void **saved; /* in_frame, or on the heap where there are more */
    void *in_frame[NATIVE_IN_FRAME], *in_force;
};

static inline void native_open(struct native_scope *scope) {
    CTX_OP_SLOTS_BEGIN();
    scope->saved = scope->count <= NATIVE_IN_FRAME ? scope->in_frame : malloc(scope->count * sizeof *scope->saved);
    if (scope->saved == NULL)
        ctx_die("out of memory for what a scope restores");
    for (size_t i = 0; i < scope->count; i++) {
        const size_t slot = native_slot(scope->manager, scope->bindings[i].key);
        scope->saved[i] = CTX_OP_SLOT_READ(0, slot);
        CTX_OP_SLOT_WRITE(slot, native_wrap(scope->bindings[i].value));
    }
    scope->in_force = CTX_OP_SLOT_READ(0, NATIVE_IN_FORCE);
    CTX_OP_SLOT_WRITE(NATIVE_IN_FORCE, &native_null);
}

static inline void native_restore(const struct native_scope *scope) {
    CTX_OP_SLOT_WRITE(NATIVE_IN_FORCE, scope->in_force);
    for (size_t i = scope->count; i-- > 0;)
        CTX_OP_SLOT_WRITE(native_slot(scope->manager, scope->bindings[i].key), scope->saved[i]);
    if (scope->saved != scope->in_frame)
        free(scope->saved);
}

#define CTX_READ_native(after, manager, key, value) native_lookup(after, manager, key, value)

/* Restored also when the body throws a C++ exception or ends its thread. */
#define CTX_SCOPE_native(manager_, bindings_, count_, fn, arg)                                                         \
    do {                                                                                                               \
        __attribute__((cleanup(native_restore))) struct native_scope ctx_saved = {                                     \
            .manager = (manager_), .bindings = (bindings_), .count = (count_)};                                        \
        native_open(&ctx_saved);                                                                                       \
        CTX_CALL(fn, arg);                                                                                             \
        ctx_touch(&ctx_saved);                                                                                         \
    } while (0)

#else
#define CTX_HAS_STORE_NATIVE 0
#endif
