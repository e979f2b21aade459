#include "gls/gls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gls/place.h"
#include "gls/walk.h"

gls_manager *gls_manager_new(void) {
    gls_manager *manager = malloc(sizeof *manager);
    if (manager != NULL)
        atomic_init(&manager->registered, true);
    return manager;
}

void gls_manager_unregister(gls_manager *manager) {
    atomic_store_explicit(&manager->registered, false, memory_order_relaxed);
}

void gls_manager_free(gls_manager *manager) {
    free(manager);
}

const gls_key *gls_key_new(const char *name) {
    return ctx_key_new(name != NULL ? name : "");
}

const gls_key *gls_key_intern(const char *name) {
    return ctx_key_intern(name);
}

void gls_key_free(const gls_key *key) {
    free((void *)key);
}

/* What gls_set_values still has to do: bindings are copied in portions, each into a frame of its own. */
struct portions {
    const gls_manager *manager;
    const struct gls_binding *bindings;
    size_t left;
    uint32_t root;
    void (*fn)(void *);
    void *arg;
};

/* Copies on the stack need no allocation, so that a scope left by longjmp leaks no memory. */
static int open_with_copies(const struct ctx *parent, struct portions portions) {
    enum { PORTION = 8 };
    struct ctx_binding copies[PORTION];
    const size_t count = portions.left < PORTION ? portions.left : PORTION;
    /* Backwards: look-ups stop at the first match, and of two bindings of a key the last shall count. */
    for (size_t i = 0; i < count; i++) {
        const struct gls_binding *from = &portions.bindings[count - 1 - i];
        copies[i] = (struct ctx_binding){.key = from->key, .value = from->value};
    }
    const struct ctx scope = {parent, portions.manager, copies, count};
    portions.bindings += count;
    portions.left -= count;
    if (portions.left > 0)
        return open_with_copies(&scope, portions);
    return open_scope(&scope, portions.root, portions.fn, portions.arg);
}

int gls_set_values(gls_manager *manager, const struct gls_binding *bindings, size_t n, void (*fn)(void *), void *arg) {
    struct place here;
    if (n == 0) {
        fn(arg);
        return 0;
    }
    if (!find_place_to_open(&here))
        return ENOTRECOVERABLE;
    return open_with_copies(
        here.context,
        (struct portions){
            .manager = manager, .bindings = bindings, .left = n, .root = here.root, .fn = fn, .arg = arg});
}

enum gls_answer gls_get_value(const gls_manager *manager, const gls_key *key, void **value) {
    static const enum gls_answer answers[] = {
        [CTX_NO_CONTEXT] = GLS_NO_CONTEXT, [CTX_NOT_SET] = GLS_NOT_SET, [CTX_SET] = GLS_SET};
    struct place here;
    if (!find_place(&here))
        return GLS_UNREADABLE;
    return answers[ctx_lookup(here.context, manager, key, value)];
}

const void *gls_unreadable(void) {
    struct walk walk;
    uintptr_t code = 0;
    enum walk_step step = WALK_STEPPED;
    walk_from_here(&walk);
    while (step == WALK_STEPPED) {
        code = walk.code;
        step = glsi_walk_step(&walk);
    }
    return step == WALK_ENDED ? NULL : (const void *)code; /* NOLINT: an address of code, for dladdr */
}

bool gls_get_id(unsigned *id) {
    struct place here;
    if (!find_place(&here) || here.root == ID_NONE)
        return false;
    *id = here.root;
    return true;
}

struct id_call {
    void (*fn)(unsigned, void *);
    void *arg;
};

static void call_with_id(void *arg) {
    const struct id_call *call = arg;
    unsigned id = 0;
    (void)gls_get_id(&id); /* cannot fail: this runs directly below a tag */
    call->fn(id, call->arg);
}

int gls_ensure_id(void (*fn)(unsigned, void *), void *arg) {
    struct place here;
    if (!find_place_to_open(&here))
        return ENOTRECOVERABLE;
    if (here.root != ID_NONE) {
        fn(here.root, arg);
        return 0;
    }
    struct id_call call = {.fn = fn, .arg = arg};
    return open_scope(&ctx_empty, ID_NONE, call_with_id, &call);
}

/* ---- Snapshots ---- */

gls_snapshot *gls_snapshot_take(void) {
    struct place here;
    if (find_place_to_open(&here))
        return ctx_snapshot_take(here.context, CTX_SNAPSHOT_ALL);
    errno = ENOTRECOVERABLE;
    return NULL;
}

gls_snapshot *gls_snapshot_retain(gls_snapshot *snapshot) {
    return ctx_snapshot_retain(snapshot);
}

void gls_snapshot_release(gls_snapshot *snapshot) {
    ctx_snapshot_release(snapshot);
}

int gls_snapshot_run(const gls_snapshot *snapshot, void (*fn)(void *), void *arg) {
    struct place here;
    if (!find_place_to_open(&here))
        return ENOTRECOVERABLE;
    return open_scope(ctx_snapshot_context(snapshot), here.root, fn, arg);
}
