#include "context/context.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const struct ctx ctx_empty = {.parent = NULL, .manager = NULL, .bindings = NULL, .count = 0};

struct ctx_key *ctx_key_new(const char *name) {
    const size_t name_bytes = strlen(name) + 1;
    struct ctx_key *key = malloc(sizeof *key + name_bytes);
    if (key != NULL)
        key->name = memcpy(key + 1, name, name_bytes);
    return key;
}

/*
 * Interned keys live for the life of the process, in a tree that only grows: which way to go is said by the bits of the
 * name's hash, the highest first, and by none of them once they are used up. There is no lock that another thread could
 * hold while this one forks.
 */
enum { NODE_WAY_BITS = 2, NODE_WAYS = 1 << NODE_WAY_BITS, HASH_BITS = 64 };
struct key_node {
    struct ctx_key key;
    _Atomic(struct key_node *) ways[NODE_WAYS];
    char name[];
};
static _Atomic(struct key_node *) keys_root;

static uint64_t hash_name(const char *name) {
    uint64_t hash = 0;
    for (; *name != '\0'; name++)
        hash = (hash + (unsigned char)*name + 1) * UINT64_C(0x9e3779b97f4a7c15);
    return hash;
}

static struct key_node *new_node(const char *name) {
    const size_t name_bytes = strlen(name) + 1;
    struct key_node *node = calloc(1, sizeof *node + name_bytes);
    if (node != NULL)
        node->key.name = memcpy(node->name, name, name_bytes);
    return node;
}

const struct ctx_key *ctx_key_intern(const char *name) {
    _Atomic(struct key_node *) *place = &keys_root;
    struct key_node *own = NULL;
    for (uint64_t hash = hash_name(name);; hash <<= NODE_WAY_BITS) {
        struct key_node *found = atomic_load_explicit(place, memory_order_acquire);
        if (found == NULL) {
            if (own == NULL && (own = new_node(name)) == NULL)
                return NULL;
            if (atomic_compare_exchange_strong_explicit(place, &found, own, memory_order_acq_rel, memory_order_acquire))
                return &own->key;
        }
        if (strcmp(found->name, name) == 0) {
            free(own);
            return &found->key;
        }
        place = &found->ways[hash >> (HASH_BITS - NODE_WAY_BITS)];
    }
}

/*
 * One block: the head, one scope per manager that binds anything, then all bindings. What an inner scope hides is left
 * out, so that a look-up in a snapshot is never longer than in its origin.
 */
struct ctx_snapshot {
    atomic_uint references;
    const struct ctx *context;
    struct ctx scopes[];
};

static bool is_taken(const struct ctx *scope, enum ctx_snapshot_scope which) {
    return scope->manager != NULL && scope->count > 0 &&
           (which == CTX_SNAPSHOT_ALL || atomic_load_explicit(&scope->manager->registered, memory_order_relaxed));
}

static bool has_binding(const struct ctx_binding *bindings, size_t count, const struct ctx_key *key) {
    for (size_t i = 0; i < count; i++)
        if (bindings[i].key == key)
            return true;
    return false;
}

/* The scope of the snapshot under construction that holds this manager's bindings, if there is one yet. */
static struct ctx *find_scope(struct ctx *scopes, size_t count, const struct ctx_manager *manager) {
    for (size_t i = 0; i < count; i++)
        if (scopes[i].manager == manager)
            return &scopes[i];
    return NULL;
}

/* Adds to `into` all that `manager` binds from `from` outwards, innermost first. Returns how many that are. */
static size_t flatten_manager(struct ctx_binding *into, const struct ctx *from) {
    size_t count = 0;
    for (const struct ctx *scope = from; scope != NULL; scope = scope->parent) {
        if (scope->manager != from->manager)
            continue;
        for (size_t i = 0; i < scope->count; i++)
            if (!has_binding(into, count, scope->bindings[i].key))
                into[count++] = scope->bindings[i];
    }
    return count;
}

struct ctx_snapshot *ctx_snapshot_take(const struct ctx *ctx, enum ctx_snapshot_scope which) {
    size_t scope_max = 0, binding_max = 0;
    for (const struct ctx *scope = ctx; scope != NULL; scope = scope->parent) {
        if (is_taken(scope, which)) {
            scope_max++;
            binding_max += scope->count;
        }
    }
    struct ctx_snapshot *snapshot =
        malloc(sizeof *snapshot + scope_max * sizeof(struct ctx) + binding_max * sizeof(struct ctx_binding));
    if (snapshot == NULL)
        return NULL;

    struct ctx_binding *bindings = (struct ctx_binding *)(void *)(snapshot->scopes + scope_max);
    size_t scope_count = 0;
    for (const struct ctx *scope = ctx; scope != NULL; scope = scope->parent) {
        if (!is_taken(scope, which) || find_scope(snapshot->scopes, scope_count, scope->manager) != NULL)
            continue;
        const size_t count = flatten_manager(bindings, scope);
        struct ctx *outer = scope_count > 0 ? &snapshot->scopes[scope_count - 1] : NULL;
        snapshot->scopes[scope_count++] =
            (struct ctx){.parent = outer, .manager = scope->manager, .bindings = bindings, .count = count};
        bindings += count;
    }
    atomic_init(&snapshot->references, 1);
    /* A context that binds nothing is still a context in force; only NULL is none. */
    const struct ctx *flat = scope_count > 0 ? &snapshot->scopes[scope_count - 1] : &ctx_empty;
    snapshot->context = ctx == NULL ? NULL : flat;
    return snapshot;
}

struct ctx_snapshot *ctx_snapshot_retain(struct ctx_snapshot *snapshot) {
    atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
    return snapshot;
}

void ctx_snapshot_release(struct ctx_snapshot *snapshot) {
    if (snapshot != NULL && atomic_fetch_sub_explicit(&snapshot->references, 1, memory_order_acq_rel) == 1)
        free(snapshot);
}

const struct ctx *ctx_snapshot_context(const struct ctx_snapshot *snapshot) {
    return snapshot->context;
}
