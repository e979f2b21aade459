/*
 * What only gsbase has to get right: a thread starts with the GS base of the one that made it, whose context it must
 * not see, not even when that thread is gone and its cell serves another; though it may run none of our hooks.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define CTX_ONLY 1
#define CTX_ONLY_GET
#include "modules/gsbase.c" /* NOLINT(bugprone-suspicious-include): its operations, not its descriptor */

#if defined(__x86_64__)

static const struct ctx outer_scope, inner_scope;

/* Threads go on in step. */
static pthread_barrier_t step;

static const struct ctx *found_by_child, *found_later, *found_in_scope, *found_after_scope;

static void note_scope(void *arg) {
    (void)arg;
    found_in_scope = gsbase_current(0);
}

/* Runs no hooks. */
static void *child_main(void *arg) {
    found_by_child = gsbase_current(0);
    (void)pthread_barrier_wait(&step); /* the parent now leaves its scope and ends; another takes its cell over */
    (void)pthread_barrier_wait(&step);
    found_later = gsbase_current(0);
    gsbase_with(&inner_scope, note_scope, NULL);
    found_after_scope = gsbase_current(0);
    return arg;
}

static void start_child(void *arg) {
    assert_int_equal(pthread_create(arg, NULL, child_main, NULL), 0);
    (void)pthread_barrier_wait(&step);
    assert_ptr_equal(gsbase_current(0), &outer_scope);
}

static struct gsbase_cell *cell_of_parent;

static void *parent_main(void *arg) {
    gsbase_thread_begin();
    gsbase_with(&outer_scope, start_child, arg);
    cell_of_parent = gsbase_read_register();
    assert_null(gsbase_current(0));
    gsbase_thread_end();
    assert_null(gsbase_current(0));
    return NULL;
}

static void let_child_read(void *arg) {
    (void)pthread_barrier_wait(&step);
    assert_int_equal(pthread_join(*(pthread_t *)arg, NULL), 0);
    assert_ptr_equal(gsbase_current(0), &outer_scope);
}

static void test_child_without_hooks_sees_nothing(void **state) {
    (void)state;
    pthread_t parent, child;
    assert_int_equal(pthread_barrier_init(&step, NULL, 2), 0);
    assert_int_equal(pthread_create(&parent, NULL, parent_main, &child), 0);
    assert_int_equal(pthread_join(parent, NULL), 0);

    gsbase_with(&outer_scope, let_child_read, &child);
    assert_ptr_equal(gsbase_read_register(), cell_of_parent); /* so its cell was in use again while the child read */
    gsbase_thread_end();

    assert_null(found_by_child);
    assert_null(found_later);
    assert_ptr_equal(found_in_scope, &inner_scope);
    assert_null(found_after_scope);
    assert_int_equal(pthread_barrier_destroy(&step), 0);
}

static const struct ctx *found_by_stranger = &outer_scope;

static void *stranger_main(void *arg) {
    gsbase_write_register(NULL); /* as in a thread that is older than the strategy */
    gsbase_thread_begin();
    found_by_stranger = gsbase_current(0);
    return arg;
}

static void test_hook_gives_the_register_a_cell(void **state) {
    (void)state;
    pthread_t stranger;
    assert_int_equal(pthread_create(&stranger, NULL, stranger_main, NULL), 0);
    assert_int_equal(pthread_join(stranger, NULL), 0);
    assert_null(found_by_stranger);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_child_without_hooks_sees_nothing),
        cmocka_unit_test(test_hook_gives_the_register_a_cell),
    };
    const char *reason = gsbase_unavailable();
    if (reason == NULL)
        return cmocka_run_group_tests(tests, NULL, NULL);
    print_message("gsbase cannot run here: %s\n", reason);
    return 77;
}

#else

int main(void) {
    print_message("gsbase cannot run here: %s\n", ctx_unavailable());
    return 77;
}

#endif
