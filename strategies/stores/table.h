/*
 * Part of kernels.h, store `table`: the outermost scope puts a hash table in force; those within change it in place,
 * and restore on the way out what they found. So only the outermost opens a scope of the strategy, and a stack reader
 * has to go as far as that. One thread may use a table. Idea: jtolds/gls, which keeps a map for each goroutine.
 */
#define CTX_HAS_STORE_TABLE 1
#define CTX_STORE_SUMMARY_table "one table, changed in place and restored"
#define CTX_STORE_RULE_table                                                                                           \
    { 0 }

enum { TABLE_BITS_AT_FIRST = 4, TABLE_SAVED_IN_FRAME = 8 };

/* A key that was bound once keeps its place, so that searches need no graves. */
struct table_entry {
    const struct ctx_manager *manager;
    const struct ctx_key *key; /* NULL: free */
    void *value;
    bool set;
};

struct table {
    unsigned bits; /* 1 << bits entries, at most half of them in use */
    size_t used;
    struct table_entry *entries;
};

CTX_OPERATION size_t table_home(const struct table *table, const struct ctx_manager *manager,
                                const struct ctx_key *key) {
    const uint64_t both = (uint64_t)((uintptr_t)key ^ (uintptr_t)manager << 1);
    return (size_t)(both * UINT64_C(0x9e3779b97f4a7c15) >> (64 - table->bits));
}

/* The entry of the key, or the free one that ends the search. */
CTX_OPERATION struct table_entry *table_find(const struct table *table, const struct ctx_manager *manager,
                                             const struct ctx_key *key) {
    const size_t mask = ((size_t)1 << table->bits) - 1;
    for (size_t i = table_home(table, manager, key);; i = (i + 1) & mask) {
        struct table_entry *entry = &table->entries[i];
        if (entry->key == NULL || (entry->key == key && entry->manager == manager))
            return entry;
    }
}

CTX_OPERATION enum ctx_answer table_lookup(const struct table *table, const struct ctx_manager *manager,
                                           const struct ctx_key *key, void **value) {
    if (table == NULL)
        return CTX_NO_CONTEXT;
    const struct table_entry *entry = table_find(table, manager, key);
    if (!entry->set)
        return CTX_NOT_SET;
    *value = entry->value;
    return CTX_SET;
}

static void table_make_entries(struct table *table, unsigned bits) {
    table->bits = bits;
    table->entries = calloc((size_t)1 << bits, sizeof *table->entries);
    if (table->entries == NULL)
        ctx_die("out of memory for a table");
}

__attribute__((noinline)) static void table_grow(struct table *table) {
    const struct table old = *table;
    table_make_entries(table, old.bits + 1);
    for (size_t i = 0; i < (size_t)1 << old.bits; i++)
        if (old.entries[i].key != NULL)
            *table_find(table, old.entries[i].manager, old.entries[i].key) = old.entries[i];
    free(old.entries);
}

/* Puts `now` in its place, and answers with what was there. */
static inline struct table_entry table_exchange(struct table *table, struct table_entry now) {
    struct table_entry *entry = table_find(table, now.manager, now.key);
    if (entry->key == NULL && ++table->used > (size_t)1 << (table->bits - 1)) {
        table_grow(table);
        entry = table_find(table, now.manager, now.key);
    }
    const struct table_entry before = {now.manager, now.key, entry->value, entry->set};
    *entry = now;
    return before;
}

/* A scope within others: what it found, to be put back. */
struct table_scope {
    struct table *table;
    size_t count;
    struct table_entry *saved; /* in_frame, or on the heap where there are more */
    struct table_entry in_frame[TABLE_SAVED_IN_FRAME];
};

static inline void table_open(struct table_scope *scope, const struct ctx *here, const struct ctx_manager *manager,
                              const struct ctx_binding *bindings, size_t count) {
    scope->table = (struct table *)(uintptr_t)here; /* NOLINT: none was defined const */
    scope->saved = count <= TABLE_SAVED_IN_FRAME ? scope->in_frame : calloc(count, sizeof *scope->saved);
    if (scope->saved == NULL)
        ctx_die("out of memory for what a scope restores");
    for (scope->count = 0; scope->count < count; scope->count++) {
        const struct ctx_binding *binding = &bindings[scope->count];
        scope->saved[scope->count] =
            table_exchange(scope->table, (struct table_entry){manager, binding->key, binding->value, true});
    }
}

static inline void table_restore(struct table_scope *scope) {
    while (scope->count > 0)
        (void)table_exchange(scope->table, scope->saved[--scope->count]);
    if (scope->saved != scope->in_frame)
        free(scope->saved);
}

static inline struct table table_make(const struct ctx_manager *manager, const struct ctx_binding *bindings,
                                      size_t count) {
    struct table table = {.used = 0};
    table_make_entries(&table, TABLE_BITS_AT_FIRST);
    for (size_t i = 0; i < count; i++)
        (void)table_exchange(&table, (struct table_entry){manager, bindings[i].key, bindings[i].value, true});
    return table;
}

static inline void table_free(const struct table *table) {
    free(table->entries);
}

#define CTX_READ_table(after, manager, key, value) table_lookup((const void *)CTX_CURRENT(after), manager, key, value)

/* Restored and freed also when the body throws a C++ exception or ends its thread. */
#define CTX_SCOPE_table(manager_, bindings_, count_, fn, arg)                                                          \
    do {                                                                                                               \
        const struct ctx *const ctx_outer = CTX_CURRENT(0);                                                            \
        if (ctx_outer == NULL) {                                                                                       \
            __attribute__((cleanup(table_free))) struct table ctx_table = table_make(manager_, bindings_, count_);     \
            CTX_WITH((const void *)&ctx_table, fn, arg);                                                               \
            ctx_touch(&ctx_table);                                                                                     \
        } else {                                                                                                       \
            __attribute__((cleanup(table_restore))) struct table_scope ctx_saved;                                      \
            table_open(&ctx_saved, ctx_outer, manager_, bindings_, count_);                                            \
            CTX_CALL(fn, arg);                                                                                         \
            ctx_touch(&ctx_saved);                                                                                     \
        }                                                                                                              \
    } while (0)
