#include "gls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tag.h"

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

/* The innermost tag on this stack: what is in force, and which tag is the outermost. */
struct place {
    const struct ctx *context; /* NULL when there is no tag */
    uint32_t root;             /* ID_NONE when there is no tag */
};

/* Inlined, so that the walk starts in the public function. False: the stack cannot be read. */
__attribute__((always_inline)) static inline bool find_place(struct place *place) {
    uint32_t id = 0;
    const enum tag_answer answer = tag_read(0, &id);
    *place = (struct place){.context = NULL, .root = ID_NONE};
    if (answer == TAG_FOUND)
        *place = (struct place){.context = ids_slot(id)->context, .root = ids_slot(id)->root};
    return answer != TAG_UNREADABLE;
}

static int open_scope(const struct ctx *context, uint32_t root, void (*fn)(void *), void *arg) {
    return tag_with(context, root, fn, arg) ? 0 : EAGAIN;
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
    if (!find_place(&here))
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
    if (!find_place(&here))
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
    if (find_place(&here))
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
    if (!find_place(&here))
        return ENOTRECOVERABLE;
    return open_scope(ctx_snapshot_context(snapshot), here.root, fn, arg);
}

/* ---- Threads that inherit ---- */

/* What a child is handed; lives in the child's frame once it runs. */
struct child {
    struct ctx_snapshot *snapshot;
    void *(*fn)(void *);
    void *arg, *result;
};

static void release_child(const struct child *child) {
    ctx_snapshot_release(child->snapshot);
}

static void run_child(void *arg) {
    struct child *child = arg;
    child->result = child->fn(child->arg);
}

static void *child_main(void *arg) {
    __attribute__((cleanup(release_child))) struct child child = *(struct child *)arg;
    free(arg);
    const struct ctx *context = ctx_snapshot_context(child.snapshot);
    if (context == NULL) {
        run_child(&child); /* the parent had no context, and so has the child */
    } else if (open_scope(context, ID_NONE, run_child, &child) != 0) {
        (void)fputs("gls_go: no id is free for the new thread: four million scopes are open\n", stderr);
        abort();
    }
    return child.result;
}

static int start_child(pthread_t *thread, const pthread_attr_t *attributes, struct child from) {
    struct child *child = malloc(sizeof *child);
    if (child == NULL)
        return ENOMEM;
    *child = from;
    const int error = pthread_create(thread, attributes, child_main, child);
    if (error != 0)
        free(child);
    return error;
}

int gls_go(pthread_t *thread, const pthread_attr_t *attributes, void *(*fn)(void *), void *arg) {
    struct place here;
    if (!find_place(&here))
        return ENOTRECOVERABLE;
    struct ctx_snapshot *snapshot = ctx_snapshot_take(here.context, CTX_SNAPSHOT_REGISTERED);
    if (snapshot == NULL)
        return ENOMEM;
    const int error = start_child(thread, attributes, (struct child){.snapshot = snapshot, .fn = fn, .arg = arg});
    if (error != 0)
        ctx_snapshot_release(snapshot);
    return error;
}
