/*
 * Scopes that do not end by returning: their ids come back, and what is read next is right.
 *
 *   test_recovery [SCOPES [THREADS]]      how many are left in each way; threads leave one each. A million of each take
 *                                         some minutes; the defaults suit a test suite
 */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <pthread.h>
#include <stdlib.h>

#include "conformance/peer.h"
#include "gls/gls.h"
#include "gls/ids.h"

static uintptr_t left_scopes = 100000, ended_threads = 500;

/*
 * Bounds on an id's place within its shard. A shard's first word of 64 ids is handed out before any check for abandoned
 * ones; what returns its id at once needs no more than a few.
 */
enum { ABANDONED_MAX = 4 * ID_WORD_BITS, RETURNED_MAX = 8 };

static gls_manager *manager;
static const gls_key *key;
static jmp_buf way_out;
static unsigned place_max;

static void note_id(void) {
    unsigned id = 0;
    assert_true(gls_get_id(&id));
    const unsigned place = id >> glsi_id_pool.shard_bits;
    place_max = place > place_max ? place : place_max;
}

static void want_no_context(void) {
    void *value = NULL;
    assert_int_equal(gls_get_value(manager, key, &value), GLS_NO_CONTEXT);
}

static void want(const void *wanted) {
    void *value = NULL;
    assert_int_equal(gls_get_value(manager, key, &value), GLS_SET);
    assert_ptr_equal(value, wanted);
}

/* Two scopes deep, of which `leave` leaves the inner one, or both. */
static void open_inner(void (*leave)(void *), void *value) {
    const struct gls_binding binding = {key, value};
    (void)gls_set_values(manager, &binding, 1, leave, value);
    fail_msg("a scope that should have been left has returned");
}

static void leave(void *arg) {
    want(arg);
    note_id();
    longjmp(way_out, 1);
}

static void open_and_jump(void *arg) {
    open_inner(leave, arg);
}

static void scopes_left_by_longjmp_give_their_ids_back(void **state) {
    (void)state;
    place_max = 0;
    for (volatile uintptr_t i = 1; i <= left_scopes; i++) {
        const struct gls_binding binding = {key, NULL};
        if (setjmp(way_out) == 0)
            (void)gls_set_values(manager, &binding, 1, open_and_jump, (void *)i); /* NOLINT */
        want_no_context();
    }
    assert_in_range(place_max, 0, ABANDONED_MAX);
}

static void throw_out(void *arg) {
    want(arg);
    note_id();
    ctx_peer_throw();
}

static void open_and_throw(void *arg) {
    open_inner(throw_out, arg);
}

/* The outer scope goes on behind what was thrown through the inner one. */
static void throw_and_catch(void *arg) {
    assert_true(ctx_peer_catch(open_and_throw, arg));
    want(&way_out);
}

static void scopes_left_by_exceptions_give_their_ids_back(void **state) {
    (void)state;
    place_max = 0;
    for (uintptr_t i = 1; i <= left_scopes; i++) {
        const struct gls_binding binding = {key, &way_out};
        assert_int_equal(gls_set_values(manager, &binding, 1, throw_and_catch, (void *)i), 0); /* NOLINT */
        want_no_context();
    }
    assert_in_range(place_max, 0, RETURNED_MAX);
}

static void end_thread(void *arg) {
    note_id();
    pthread_exit(arg);
}

static void wait_for_cancellation(void *arg) {
    (void)arg;
    note_id();
    for (;;)
        pthread_testcancel();
}

static void *thread_main(void *arg) {
    want_no_context();
    const struct gls_binding binding = {key, arg};
    (void)gls_set_values(manager, &binding, 1, arg == NULL ? wait_for_cancellation : end_thread, arg);
    fail_msg("the body of the scope returned");
    return NULL;
}

/* One thread at a time: the id of one is free again when the next asks. */
static void run_threads(void *arg) {
    place_max = 0;
    for (uintptr_t i = 0; i < ended_threads; i++) {
        pthread_t thread;
        void *result = NULL;
        assert_int_equal(pthread_create(&thread, NULL, thread_main, arg), 0);
        if (arg == NULL)
            assert_int_equal(pthread_cancel(thread), 0);
        assert_int_equal(pthread_join(thread, &result), 0);
        assert_ptr_equal(result, arg == NULL ? PTHREAD_CANCELED : arg);
        want_no_context();
    }
    assert_in_range(place_max, 0, RETURNED_MAX);
}

static void threads_that_exit_inside_a_scope_give_their_ids_back(void **state) {
    (void)state;
    run_threads(&place_max);
}

static void cancelled_threads_give_their_ids_back(void **state) {
    (void)state;
    run_threads(NULL);
}

int main(int argc, char **argv) {
    if (argc > 1)
        left_scopes = strtoull(argv[1], NULL, 10);
    if (argc > 2)
        ended_threads = strtoull(argv[2], NULL, 10);
    manager = gls_manager_new();
    key = gls_key_new("key");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_that_exit_inside_a_scope_give_their_ids_back),
        cmocka_unit_test(cancelled_threads_give_their_ids_back),
        cmocka_unit_test(scopes_left_by_exceptions_give_their_ids_back),
        cmocka_unit_test(scopes_left_by_longjmp_give_their_ids_back), /* last: leaves some of the lowest ids taken */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
