/*
 * Every call of gls.h, one after the other, as a program makes them that has nothing but the header, which
 * they include first, by their own name for it. Include it once.
 */
#ifndef EVERY_CALL_H
#define EVERY_CALL_H

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

static gls_manager *calls_manager;
static const gls_key *calls_key;
static char calls_value[] = "value";

static bool calls_is_found(void) {
    void *found = NULL;
    unsigned id = 0;
    return gls_get_value(calls_manager, calls_key, &found) == GLS_SET && found == calls_value && gls_get_id(&id) &&
           gls_unreadable() == NULL;
}

static bool calls_is_outside(void) {
    void *found = NULL;
    return gls_get_value(calls_manager, calls_key, &found) == GLS_NO_CONTEXT;
}

/* Runs fn(&right) in a scope; returns what it has put there. */
static bool calls_in_scope(void (*fn)(void *right)) {
    const struct gls_binding binding = {calls_key, calls_value};
    bool right = false;
    return gls_set_values(calls_manager, &binding, 1, fn, &right) == 0 && right;
}

static bool calls_managers_and_keys(void) {
    gls_manager *manager = gls_manager_new();
    const gls_key *key = gls_key_new("a key");
    const gls_key *interned = gls_key_intern("of a name");
    const bool right = manager != NULL && key != NULL && interned != NULL && gls_key_intern("of a name") == interned;
    gls_manager_unregister(manager);
    gls_manager_free(manager);
    gls_key_free(key);
    return right;
}

static void calls_read(void *right) {
    *(bool *)right = calls_is_found();
}

static bool calls_scope(void) {
    return calls_in_scope(calls_read) && calls_is_outside();
}

/* Below code of others: the C library's, which most systems build without frame pointers. */
static _Thread_local volatile bool calls_found; /* raise is declared not to call back */

static int calls_compare(const void *a, const void *b) {
    calls_found = calls_is_found();
    return *(const int *)a - *(const int *)b;
}

static void calls_sort(void *right) {
    int numbers[] = {3, 1, 2};
    calls_found = false;
    qsort(numbers, sizeof numbers / sizeof *numbers, sizeof *numbers, calls_compare);
    *(bool *)right = calls_found;
}

static bool calls_far_below(void) {
    return calls_in_scope(calls_sort);
}

static void calls_handle(int signal) {
    (void)signal;
    calls_found = calls_is_found();
}

static void calls_raise(void *right) {
    calls_found = false;
    *(bool *)right = raise(SIGUSR2) == 0 && calls_found;
}

static bool calls_handler(void) {
    struct sigaction action = {.sa_handler = calls_handle}, before;
    const bool right = sigaction(SIGUSR2, &action, &before) == 0 && calls_in_scope(calls_raise);
    return sigaction(SIGUSR2, &before, NULL) == 0 && right;
}

static void calls_with_id(unsigned id, void *right) {
    unsigned found = 0;
    *(bool *)right = gls_get_id(&found) && found == id;
}

static bool calls_ids(void) {
    bool right = false;
    return gls_ensure_id(calls_with_id, &right) == 0 && right;
}

static void *calls_in_child(void *right) {
    calls_sort(right);
    return NULL;
}

static void calls_go(void *right) {
    pthread_t thread;
    if (gls_go(&thread, NULL, calls_in_child, right) == 0)
        (void)pthread_join(thread, NULL);
}

static bool calls_threads(void) {
    return calls_in_scope(calls_go);
}

static void *calls_in_fiber(void *right) {
    (void)gls_fiber_yield();
    calls_sort(right);
    return NULL;
}

static void calls_go_fiber(void *right) {
    gls_fiber *fiber = NULL;
    const int error = gls_go_fiber(&fiber, 0, calls_in_fiber, right);
    *(bool *)right = error == ENOSYS;
    if (error != 0)
        return;
    while (!gls_fiber_is_done(fiber, NULL) && gls_fiber_resume(fiber) == 0)
        continue;
    gls_fiber_free(fiber);
}

static bool calls_fibers(void) {
    return calls_in_scope(calls_go_fiber);
}

static gls_snapshot *calls_snapshot;

static void calls_take(void *right) {
    calls_snapshot = gls_snapshot_take();
    *(bool *)right = calls_snapshot != NULL;
}

static bool calls_snapshots(void) {
    bool right = false;
    if (!calls_in_scope(calls_take))
        return false;
    (void)gls_snapshot_retain(calls_snapshot);
    gls_snapshot_release(calls_snapshot);
    const int error = gls_snapshot_run(calls_snapshot, calls_sort, &right);
    gls_snapshot_release(calls_snapshot);
    return error == 0 && right;
}

/* The first time; from then on all calls publish. */
static bool calls_publish(void) {
    static bool is_published;
    const struct gls_publication publication = {
        .manager = calls_manager, .attributes = &calls_key, .attribute_count = 1};
    const int error = gls_publish(&publication);
    const bool right = error == (is_published ? EALREADY : 0) && calls_scope();
    is_published = true;
    return right;
}

static const struct {
    const char *name;
    bool (*run)(void); /* returns whether all was right */
} every_call[] = {
    {"managers and keys", calls_managers_and_keys},
    {"a scope", calls_scope},
    {"a read below qsort", calls_far_below},
    {"a read in a signal handler", calls_handler},
    {"ids", calls_ids},
    {"gls_go", calls_threads},
    {"fibers", calls_fibers},
    {"snapshots", calls_snapshots},
    {"publishing", calls_publish},
};
enum { EVERY_CALL = sizeof every_call / sizeof *every_call };

static void every_call_init(void) {
    calls_manager = gls_manager_new();
    calls_key = gls_key_intern("key");
    if (calls_manager == NULL || calls_key == NULL)
        abort();
}

#endif
