/*
 * Scopes that do not end by returning: their ids come back, and what is read next is right.
 */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <pthread.h>

#include "gls.h"
#include "ids.h"

enum { LEFT_SCOPES = 100000, ENDED_THREADS = 500 };

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

static void leave(void *arg) {
    void *value = NULL;
    assert_int_equal(gls_get_value(manager, key, &value), GLS_SET);
    assert_ptr_equal(value, arg);
    note_id();
    longjmp(way_out, 1);
}

static void open_inner(void *arg) {
    const struct gls_binding binding = {key, arg};
    (void)gls_set_values(manager, &binding, 1, leave, arg);
    fail_msg("longjmp returned");
}

static void scopes_left_by_longjmp_give_their_ids_back(void **state) {
    (void)state;
    for (volatile uintptr_t i = 1; i <= LEFT_SCOPES; i++) {
        const struct gls_binding binding = {key, NULL};
        if (setjmp(way_out) == 0)
            (void)gls_set_values(manager, &binding, 1, open_inner, (void *)i); /* NOLINT */
        void *value = NULL;
        assert_int_equal(gls_get_value(manager, key, &value), GLS_NO_CONTEXT);
    }
    assert_in_range(place_max, 0, ABANDONED_MAX);
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
    const struct gls_binding binding = {key, arg};
    (void)gls_set_values(manager, &binding, 1, arg == NULL ? wait_for_cancellation : end_thread, arg);
    fail_msg("the body of the scope returned");
    return NULL;
}

/* One thread at a time: the id of one is free again when the next asks. */
static void run_threads(void *arg) {
    place_max = 0;
    for (int i = 0; i < ENDED_THREADS; i++) {
        pthread_t thread;
        void *result = NULL;
        assert_int_equal(pthread_create(&thread, NULL, thread_main, arg), 0);
        if (arg == NULL)
            assert_int_equal(pthread_cancel(thread), 0);
        assert_int_equal(pthread_join(thread, &result), 0);
        assert_ptr_equal(result, arg == NULL ? PTHREAD_CANCELED : arg);
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

int main(void) {
    manager = gls_manager_new();
    key = gls_key_new("key");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_that_exit_inside_a_scope_give_their_ids_back),
        cmocka_unit_test(cancelled_threads_give_their_ids_back),
        cmocka_unit_test(scopes_left_by_longjmp_give_their_ids_back), /* last: leaves some of the lowest ids taken */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
