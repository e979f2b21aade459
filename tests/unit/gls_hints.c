/*
 * Scopes and reads of the library below code that no walk gets through: wherever the stack is known, they work as
 * everywhere else. What goes wrong on other threads and on fibers is judged on the test's own thread.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../support/odd_frames.h"
#include "gls/gls.h"
#include "gls/jumps.h"

static gls_manager *manager;
static const gls_key *key;
static char outer_value, inner_value; /* their addresses are bound */

static struct {
    const char *first;
    unsigned checks, wrong;
} tally;

static void check(bool is_right, const char *what) {
    tally.checks++;
    if (!is_right && tally.wrong++ == 0)
        tally.first = what;
}

static void judge(void) {
    if (tally.wrong > 0)
        fail_msg("%u of %u were wrong; the first: %s", tally.wrong, tally.checks, tally.first);
    assert_int_not_equal(tally.checks, 0);
    tally.checks = 0;
}

static void want(enum gls_answer answer, const void *value, const char *what) {
    void *found = NULL;
    check(gls_get_value(manager, key, &found) == answer && found == value, what);
    check(gls_unreadable() != NULL, "there is code that no walk gets through");
}

static int open_with(const char *value, void (*fn)(void *), void *arg) {
    const struct gls_binding binding = {key, (void *)value};
    return gls_set_values(manager, &binding, 1, fn, arg);
}

/* ---- What is done below such code ---- */

static unsigned outer_id;

static void read_inner(void *arg) {
    unsigned id = 0;
    (void)arg;
    want(GLS_SET, &inner_value, "a read in an inner scope");
    check(gls_get_id(&id) && id == outer_id, "the id in an inner scope");
}

static void read_inner_in_handler(int signal) {
    (void)signal;
    read_inner(NULL);
}

static void raise_in_inner(void *arg) {
    read_inner(arg);
    (void)raise(SIGUSR1);
    call_uncovered(read_inner, arg);
}

static void read_snapshot(void *arg) {
    (void)arg;
    want(GLS_SET, &outer_value, "a read in a snapshot's scope");
}

static void note_id(unsigned id, void *arg) {
    unsigned found = 0;
    (void)arg;
    check(gls_get_id(&found) && found == id, "the id that fn was handed");
    outer_id = id;
}

static jmp_buf way_out;

static void jump_out(void *arg) {
    (void)arg;
    longjmp(way_out, 1);
}

static void jump_out_below_more(void *arg) {
    call_uncovered_without_frame(jump_out, arg);
}

__attribute__((noinline)) static void leave_by_longjmp(void) {
    if (setjmp(way_out) == 0)
        (void)open_with(&inner_value, jump_out_below_more, NULL);
}

static void be_in_outer(void *arg) {
    (void)arg;
    want(GLS_SET, &outer_value, "a read in a scope");
    check(gls_ensure_id(note_id, NULL) == 0, "gls_ensure_id in a scope");
    check(open_with(&inner_value, raise_in_inner, NULL) == 0, "opening an inner scope");
    gls_snapshot *const snapshot = gls_snapshot_take();
    check(snapshot != NULL && gls_snapshot_run(snapshot, read_snapshot, NULL) == 0, "a snapshot");
    gls_snapshot_release(snapshot);
    leave_by_longjmp();
    want(GLS_SET, &outer_value, "a read behind an inner scope");
}

static void open_and_read(void *arg) {
    (void)arg;
    check(open_with(&outer_value, be_in_outer, NULL) == 0, "opening an outermost scope");
    want(GLS_NO_CONTEXT, NULL, "a read in no scope");
    check(gls_ensure_id(note_id, NULL) == 0, "gls_ensure_id in no scope");
    leave_by_longjmp();
    want(GLS_NO_CONTEXT, NULL, "a read behind a scope that was left by longjmp");
}

static void go_below(void (*fn)(void *), void *arg) {
    call_uncovered(fn, arg);
    call_uncovered_without_frame(fn, arg);
}

static void go_on_in_scope(void *arg) {
    (void)arg;
    go_below(be_in_outer, NULL);
}

/* Outside of all scopes, and with one on the far side of such code. */
static void *go_everywhere(void *arg) {
    go_below(open_and_read, NULL);
    check(open_with(&outer_value, go_on_in_scope, NULL) == 0, "opening a scope where the stack is readable");
    return arg;
}

/* ---- Where that is ---- */

static void on_the_main_thread(void **state) {
    (void)state;
    (void)go_everywhere(NULL);
    judge();
}

static void on_a_thread(void **state) {
    pthread_t thread;
    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, go_everywhere, NULL), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    judge();
}

/* A read may be a signal handler's, which must not ask for the stack's bounds: so they are unknown until a scope opens.
 */
static void read_first(void *arg) {
    (void)arg;
    want(GLS_UNREADABLE, NULL, "a read on a thread that has opened nothing");
    open_and_read(NULL);
}

static void *go_below_at_once(void *arg) {
    call_uncovered(read_first, arg);
    return NULL;
}

static void on_a_thread_that_reads_first(void **state) {
    pthread_t thread;
    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, go_below_at_once, NULL), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    judge();
}

static void *inherit(void *arg) {
    go_on_in_scope(arg);
    return NULL;
}

static void start_thread_and_fiber(void *arg) {
    pthread_t thread;
    gls_fiber *fiber = NULL;
    check(gls_go(&thread, NULL, inherit, arg) == 0 && pthread_join(thread, NULL) == 0, "gls_go");
    check(gls_go_fiber(&fiber, 0, inherit, arg) == 0 && gls_fiber_resume(fiber) == 0, "gls_go_fiber");
    gls_fiber_free(fiber);
}

static void start_below(void *arg) {
    (void)arg;
    go_below(start_thread_and_fiber, NULL);
}

static void on_threads_and_fibers_that_inherit(void **state) {
    (void)state;
    if (gls_fiber_yield() == ENOSYS)
        skip();
    assert_int_equal(open_with(&outer_value, start_below, NULL), 0);
    judge();
}

static void on_a_fiber(void **state) {
    gls_fiber *fiber = NULL;
    (void)state;
    if (gls_fiber_yield() == ENOSYS)
        skip();
    assert_int_equal(gls_go_fiber(&fiber, 0, go_everywhere, NULL), 0);
    assert_int_equal(gls_fiber_resume(fiber), 0);
    gls_fiber_free(fiber);
    judge();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_the_main_thread),
        cmocka_unit_test(on_a_thread),
        cmocka_unit_test(on_a_thread_that_reads_first),
        cmocka_unit_test(on_threads_and_fibers_that_inherit),
        cmocka_unit_test(on_a_fiber),
    };
    const struct sigaction action = {.sa_handler = read_inner_in_handler};
    if (glsi_jumps_unfollowed() != NULL) {
        (void)printf("skipped: %s\n", glsi_jumps_unfollowed());
        return 77;
    }
    manager = gls_manager_new();
    key = gls_key_intern("key");
    if (manager == NULL || key == NULL || sigaction(SIGUSR1, &action, NULL) != 0)
        return EXIT_FAILURE;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gls_manager_free(manager);
    return failed;
}
