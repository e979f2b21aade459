/*
 * What is propagated: keys, managers, immutable contexts, look-up, snapshots.
 *
 * A context is an immutable chain of scopes. Each scope adds bindings of one manager; a scope nearer to the reader
 * hides an equal (manager, key) further out. Three states are always told apart: no context in force (a NULL
 * context), key not set, and key set, be it to NULL.
 *
 * Contexts are plain structs so that a scope can live in its opener's frame: opening one allocates nothing. Whoever
 * must outlive the frame, or crosses to another thread, takes a snapshot.
 *
 * Thread-safety: contexts never change once published, so any thread may read them while they live. Functions are safe
 * from any thread; ctx_lookup is also async-signal-safe.
 * Idea: the chain of immutable contexts is that of Go's `context` package; managers are those of jtolds/gls.
 */
#ifndef CTX_CONTEXT_H
#define CTX_CONTEXT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* A key is its address; the name is for people. */
struct ctx_key {
    const char *name;
};

/* A namespace for keys: two managers may use the same key. `registered` decides inheritance by child threads. */
struct ctx_manager {
    atomic_bool registered;
};

struct ctx_binding {
    const struct ctx_key *key;
    void *value;
};

struct ctx {
    const struct ctx *parent;           /* NULL at the outermost scope */
    const struct ctx_manager *manager;  /* NULL binds nothing */
    const struct ctx_binding *bindings; /* `count` of them; not owned */
    size_t count;
};

enum ctx_answer {
    CTX_NO_CONTEXT, /* nothing is in force here */
    CTX_NOT_SET,    /* a context is in force, but does not bind the key */
    CTX_SET,        /* bound, be it to NULL */
};

/* The empty context: in force, yet binds nothing. */
extern const struct ctx ctx_empty;

/* Looks `key` of `manager` up. Writes `*value` only when it answers CTX_SET. */
static inline enum ctx_answer ctx_lookup(const struct ctx *ctx, const struct ctx_manager *manager,
                                         const struct ctx_key *key, void **value) {
    if (ctx == NULL)
        return CTX_NO_CONTEXT;
    do {
        if (ctx->manager != manager)
            continue;
        for (size_t i = 0; i < ctx->count; i++) {
            if (ctx->bindings[i].key == key) {
                *value = ctx->bindings[i].value;
                return CTX_SET;
            }
        }
    } while ((ctx = ctx->parent) != NULL);
    return CTX_NOT_SET;
}

/* A key that equals no other, with a copy of `name`, in one block that free releases. NULL when out of memory. */
struct ctx_key *ctx_key_new(const char *name);

/* The key for `name`: equal strings give the same key, which lives as long as the process. NULL when out of memory. */
const struct ctx_key *ctx_key_intern(const char *name);

/*
 * A snapshot is a context flattened into one reference-counted block: it outlives the scopes it was taken from and may
 * be read and released on any thread. Values are copied as pointers; what they point to stays the caller's business.
 */
struct ctx_snapshot;

enum ctx_snapshot_scope {
    CTX_SNAPSHOT_ALL,        /* every binding in force */
    CTX_SNAPSHOT_REGISTERED, /* only those of managers that are registered at the call */
};

/*
 * Takes a snapshot with one reference, owned by the caller. Of a NULL context it is a snapshot whose context is NULL.
 * Returns NULL when out of memory.
 */
struct ctx_snapshot *ctx_snapshot_take(const struct ctx *ctx, enum ctx_snapshot_scope which);
struct ctx_snapshot *ctx_snapshot_retain(struct ctx_snapshot *snapshot);
void ctx_snapshot_release(struct ctx_snapshot *snapshot); /* frees at the last reference; NULL is allowed */

/* The context that the snapshot holds; it lives as long as the snapshot. */
const struct ctx *ctx_snapshot_context(const struct ctx_snapshot *snapshot);

#endif
