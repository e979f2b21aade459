/* Threads and fibers that inherit: their functions see the values of all registered managers as they were at the call.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "gls/fiber.h"
#include "gls/gls.h"
#include "gls/place.h"

/* What a thread or a fiber is handed. */
struct child {
    struct ctx_snapshot *snapshot;
    void *(*fn)(void *arg);
    void *arg, *result;
};

/* Inlined as find_place is. On success release_child must follow. */
__attribute__((always_inline)) static inline int make_child(struct child *child, void *(*fn)(void *), void *arg) {
    struct place here;
    if (!find_place_to_open(&here))
        return ENOTRECOVERABLE;
    *child = (struct child){
        .snapshot = ctx_snapshot_take(here.context, CTX_SNAPSHOT_REGISTERED), .fn = fn, .arg = arg, .result = NULL};
    return child->snapshot == NULL ? ENOMEM : 0;
}

static void release_child(const struct child *child) {
    ctx_snapshot_release(child->snapshot);
}

static void run_child(void *arg) {
    struct child *child = arg;
    child->result = child->fn(child->arg);
}

/* Opens the child's outermost scope, on the stack that it has by now. */
static void *run_inheriting(struct child *child) {
    const struct ctx *context = ctx_snapshot_context(child->snapshot);
    glsi_stack_learn();
    if (context == NULL) {
        run_child(child); /* the parent had no context, and so has the child */
    } else if (open_scope(context, ID_NONE, run_child, child) != 0) {
        (void)fputs("gls: no id is free for a new thread or fiber: four million scopes are open\n", stderr);
        abort();
    }
    return child->result;
}

/* ---- Threads ---- */

static void *thread_main(void *arg) {
    __attribute__((cleanup(release_child))) struct child child = *(struct child *)arg;
    free(arg);
    return run_inheriting(&child);
}

static int start_thread(pthread_t *thread, const pthread_attr_t *attributes, struct child child) {
    struct child *handed = malloc(sizeof *handed);
    if (handed == NULL)
        return ENOMEM;
    *handed = child;
    const int error = pthread_create(thread, attributes, thread_main, handed);
    if (error != 0)
        free(handed);
    return error;
}

int gls_go(pthread_t *thread, const pthread_attr_t *attributes, void *(*fn)(void *), void *arg) {
    struct child child;
    int error = make_child(&child, fn, arg);
    if (error != 0)
        return error;
    error = start_thread(thread, attributes, child);
    if (error != 0)
        release_child(&child);
    return error;
}

/* ---- Fibers ---- */

/* A fiber may be freed before it has ended: what it was handed is released with it. */
struct gls_fiber {
    struct fiber fiber;
    struct child child;
};

static void *fiber_main(void *arg) {
    if (publish_is_on())
        glsi_publish_put(NULL); /* the resumer's */
    return run_inheriting(arg);
}

static int start_fiber(gls_fiber **fiber, size_t stack_bytes, struct child child) {
    gls_fiber *started = malloc(sizeof *started);
    if (started == NULL)
        return ENOMEM;
    started->child = child;
    const int error = fiber_init(&started->fiber, stack_bytes, fiber_main, &started->child);
    if (error == 0)
        *fiber = started;
    else
        free(started);
    return error;
}

int gls_go_fiber(gls_fiber **fiber, size_t stack_bytes, void *(*fn)(void *), void *arg) {
    struct child child;
    int error = make_child(&child, fn, arg);
    if (error != 0)
        return error;
    error = start_fiber(fiber, stack_bytes, child);
    if (error != 0)
        release_child(&child);
    return error;
}

int gls_fiber_resume(gls_fiber *fiber) {
    if (__builtin_expect(!publish_is_on(), 1))
        return fiber_resume(&fiber->fiber);
    const void *const own = glsi_publish_get();
    const int error = fiber_resume(&fiber->fiber);
    glsi_publish_put(own);
    return error;
}

int gls_fiber_yield(void) {
    if (__builtin_expect(!publish_is_on(), 1))
        return fiber_yield();
    const void *const own = glsi_publish_get();
    const int error = fiber_yield();
    glsi_publish_put(own);
    return error;
}

bool gls_fiber_is_done(const gls_fiber *fiber, void **result) {
    const bool is_done = fiber_is_done(&fiber->fiber);
    if (is_done && result != NULL)
        *result = fiber->fiber.result;
    return is_done;
}

void gls_fiber_free(gls_fiber *fiber) {
    if (fiber == NULL)
        return;
    fiber_destroy(&fiber->fiber);
    release_child(&fiber->child);
    free(fiber);
}
