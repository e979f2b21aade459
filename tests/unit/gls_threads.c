/*
 * The gls library on many threads: who inherits what, ids given back however a thread ends, and 64 threads at once.
 * Threads record what they saw; the test's own thread judges it.
 */
#include "gls/gls.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "gls/ids.h"

static gls_manager *manager1, *manager2;
static const gls_key *key1, *key2;

static int make_managers(void **state) {
    (void)state;
    manager1 = gls_manager_new();
    manager2 = gls_manager_new();
    key1 = gls_key_intern("key1");
    key2 = gls_key_intern("key2");
    return manager1 == NULL || manager2 == NULL || key1 == NULL || key2 == NULL;
}

static int free_managers(void **state) {
    (void)state;
    gls_manager_free(manager1);
    gls_manager_free(manager2);
    return 0;
}

static int set_one(gls_manager *manager, const gls_key *key, const char *value, void (*fn)(void *), void *arg) {
    const struct gls_binding binding = {.key = key, .value = (void *)(uintptr_t)value};
    return gls_set_values(manager, &binding, 1, fn, arg);
}

/* All that can be seen at some point: NULL where nothing is set. */
struct view {
    const char *of_manager1[2], *of_manager2[2];
    bool is_readable;
};

static const char *read_one(const gls_manager *manager, const gls_key *key, bool *is_readable) {
    void *value = NULL;
    const enum gls_answer answer = gls_get_value(manager, key, &value);
    *is_readable = *is_readable && answer != GLS_UNREADABLE;
    return answer == GLS_SET ? value : NULL;
}

static struct view look(void) {
    struct view view = {.is_readable = true};
    view.of_manager1[0] = read_one(manager1, key1, &view.is_readable);
    view.of_manager1[1] = read_one(manager1, key2, &view.is_readable);
    view.of_manager2[0] = read_one(manager2, key1, &view.is_readable);
    view.of_manager2[1] = read_one(manager2, key2, &view.is_readable);
    return view;
}

static void check_one(const char *found, const char *wanted) {
    if (wanted == NULL || found == NULL)
        assert_ptr_equal(found, wanted);
    else
        assert_string_equal(found, wanted);
}

static void check(struct view view, const char *m1v1, const char *m1v2, const char *m2v1, const char *m2v2) {
    assert_true(view.is_readable);
    check_one(view.of_manager1[0], m1v1);
    check_one(view.of_manager1[1], m1v2);
    check_one(view.of_manager2[0], m2v1);
    check_one(view.of_manager2[1], m2v2);
}

static void *look_in_thread(void *arg) {
    *(struct view *)arg = look();
    return arg;
}

static struct view look_in_plain_thread(void) {
    struct view view = {.is_readable = false};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, look_in_thread, &view), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    return view;
}

static struct view look_in_child(void) {
    struct view view = {.is_readable = false};
    pthread_t thread;
    void *result = NULL;
    assert_int_equal(gls_go(&thread, NULL, look_in_thread, &view), 0);
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_ptr_equal(result, &view); /* what fn returns is what a join gets */
    return view;
}

/* ---- The original's own scenario (jtolds/gls, TestContexts) ---- */

static void scenario_inner(void *arg) {
    check(look(), "val1a", "val1b", "val1c", NULL);
    check(look_in_plain_thread(), NULL, NULL, NULL, NULL);
    check(look_in_child(), "val1a", "val1b", "val1c", NULL);
    check(look(), "val1a", "val1b", "val1c", NULL);
    *(bool *)arg = true;
}

static void scenario_middle(void *arg) {
    check(look(), "val1a", NULL, "val1c", NULL);
    assert_int_equal(set_one(manager1, key2, "val1b", scenario_inner, arg), 0);
    check(look(), "val1a", NULL, "val1c", NULL);
}

static void scenario_outer(void *arg) {
    check(look(), NULL, NULL, "val1c", NULL);
    assert_int_equal(set_one(manager1, key1, "val1a", scenario_middle, arg), 0);
    check(look(), NULL, NULL, "val1c", NULL);
}

static void test_scenario_of_the_original(void **state) {
    (void)state;
    bool ran = false;
    check(look(), NULL, NULL, NULL, NULL);
    assert_int_equal(set_one(manager2, key1, "val1c", scenario_outer, &ran), 0);
    check(look(), NULL, NULL, NULL, NULL);
    assert_true(ran);
}

/* ---- What is inherited ---- */

struct delayed {
    pthread_t thread;
    pthread_barrier_t barrier;
    struct view view;
};

static void *look_when_told(void *arg) {
    struct delayed *delayed = arg;
    (void)pthread_barrier_wait(&delayed->barrier);
    delayed->view = look();
    return NULL;
}

static void let_child_look(void *arg) {
    struct delayed *delayed = arg;
    (void)pthread_barrier_wait(&delayed->barrier);
    assert_int_equal(pthread_join(delayed->thread, NULL), 0);
}

static void start_delayed_child(void *arg) {
    struct delayed *delayed = arg;
    assert_int_equal(gls_go(&delayed->thread, NULL, look_when_told, delayed), 0);
}

static void start_child_then_change(void *arg) {
    start_delayed_child(arg);
    assert_int_equal(set_one(manager1, key1, "later", let_child_look, arg), 0);
}

static void test_a_child_sees_the_values_at_the_call(void **state) {
    (void)state;
    struct delayed delayed;
    assert_int_equal(pthread_barrier_init(&delayed.barrier, NULL, 2), 0);
    assert_int_equal(set_one(manager1, key1, "at the call", start_child_then_change, &delayed), 0);
    check(delayed.view, "at the call", NULL, NULL, NULL);

    /* The parent has left the scope, and binds something else, before the child looks. */
    assert_int_equal(set_one(manager1, key2, "left", start_delayed_child, &delayed), 0);
    assert_int_equal(set_one(manager1, key1, "later", let_child_look, &delayed), 0);
    check(delayed.view, NULL, "left", NULL, NULL);
    (void)pthread_barrier_destroy(&delayed.barrier);
}

static void look_here_and_in_child(void *arg) {
    check(look(), "of 1", NULL, "of 2", NULL);
    check(look_in_child(), NULL, NULL, "of 2", NULL);
    *(bool *)arg = true;
}

static void set_for_second_manager(void *arg) {
    gls_manager_unregister(manager1); /* while a scope of it is open */
    assert_int_equal(set_one(manager2, key1, "of 2", look_here_and_in_child, arg), 0);
}

static void test_unregistering_ends_inheritance_and_nothing_else(void **state) {
    (void)state;
    bool ran = false;
    assert_int_equal(set_one(manager1, key1, "of 1", set_for_second_manager, &ran), 0);
    assert_true(ran);
}

static void inherit_in_grandchild(void *arg) {
    *(struct view *)arg = look_in_child();
}

static void *set_and_inherit(void *arg) {
    return set_one(manager2, key2, "child's", inherit_in_grandchild, arg) == 0 ? arg : NULL;
}

static void start_child_that_starts_another(void *arg) {
    pthread_t thread;
    void *result = NULL;
    assert_int_equal(gls_go(&thread, NULL, set_and_inherit, arg), 0);
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_ptr_equal(result, arg);
}

static void test_a_child_of_a_child_inherits_from_both(void **state) {
    (void)state;
    struct view view = {.is_readable = false};
    assert_int_equal(set_one(manager1, key1, "parent's", start_child_that_starts_another, &view), 0);
    check(view, "parent's", NULL, NULL, "child's");
}

static void fail_to_start(void *arg) {
    pthread_attr_t attributes;
    pthread_t thread;
    struct view view;
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstacksize(&attributes, (size_t)1 << 50), 0);
    *(int *)arg = gls_go(&thread, &attributes, look_in_thread, &view);
    (void)pthread_attr_destroy(&attributes);
}

static void test_a_thread_that_cannot_start_is_an_error(void **state) {
    (void)state;
    int error = 0;
    assert_int_equal(set_one(manager1, key1, "value", fail_to_start, &error), 0);
    assert_true(error == EAGAIN || error == ENOMEM);
}

/* ---- Ids are given back, however a thread ends ---- */

struct ending {
    unsigned id;
    pthread_barrier_t inside;
};

static void exit_thread(void *arg) {
    struct ending *ending = arg;
    if (!gls_get_id(&ending->id))
        ending->id = ~0u;
    pthread_exit(NULL);
}

static void wait_to_be_cancelled(void *arg) {
    struct ending *ending = arg;
    if (!gls_get_id(&ending->id))
        ending->id = ~0u;
    (void)pthread_barrier_wait(&ending->inside);
    for (;;)
        (void)pause();
}

static void *exit_in_scopes(void *arg) {
    (void)set_one(manager1, key1, "value", exit_thread, arg);
    return NULL;
}

static void *be_cancelled_in_scopes(void *arg) {
    (void)set_one(manager1, key1, "value", wait_to_be_cancelled, arg);
    return NULL;
}

static unsigned end_one_thread(bool cancel, bool inherit) {
    struct ending ending = {.id = ~0u};
    pthread_t thread;
    void *(*const fn)(void *) = cancel ? be_cancelled_in_scopes : exit_in_scopes;
    assert_int_equal(pthread_barrier_init(&ending.inside, NULL, 2), 0);
    assert_int_equal(inherit ? gls_go(&thread, NULL, fn, &ending) : pthread_create(&thread, NULL, fn, &ending), 0);
    if (cancel) {
        (void)pthread_barrier_wait(&ending.inside);
        assert_int_equal(pthread_cancel(thread), 0);
    }
    void *result = NULL;
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_true(!cancel || result == PTHREAD_CANCELED);
    (void)pthread_barrier_destroy(&ending.inside);
    return ending.id;
}

static size_t count_ids_in_use(void) {
    size_t count = 0;
    for (uint32_t i = 0; i < 1u << glsi_id_pool.shard_bits; i++)
        for (uint32_t leaf = 0; leaf < ID_LEAVES; leaf++)
            count += (size_t)__builtin_popcountll(ids_in_use(&glsi_id_pool.shards[i], leaf));
    return count;
}

static void end_many_threads(void *arg) {
    enum { THREADS = 200 };
    const size_t in_use = count_ids_in_use();
    for (unsigned i = 0; i < THREADS; i++) {
        const bool cancel = i % 2 == 0, inherit = i % 4 < 2;
        assert_int_not_equal(end_one_thread(cancel, inherit), ~0u);
    }
    assert_int_equal(count_ids_in_use(), in_use);
    *(bool *)arg = true;
}

static void test_exit_and_cancellation_give_ids_back(void **state) {
    (void)state;
    bool ran = false;
    end_many_threads(&ran);
    ran = false;
    assert_int_equal(set_one(manager1, key1, "inherited", end_many_threads, &ran), 0);
    assert_true(ran);
}

/* ---- Work that waits in a queue ---- */

enum { TASKS = 200, WORKERS = 4 };

struct task {
    gls_snapshot *snapshot;
    const char *wanted;
    atomic_uint right;
};

struct queue {
    struct task tasks[TASKS];
    atomic_uint next;
    atomic_uint wrong_between;
};

static void enqueue(void *arg) {
    struct task *task = arg;
    assert_non_null(task->snapshot = gls_snapshot_take());
}

static void do_task(void *arg) {
    struct task *task = arg;
    bool is_readable = true;
    const char *found = read_one(manager1, key1, &is_readable);
    if (is_readable && found != NULL && strcmp(found, task->wanted) == 0)
        atomic_fetch_add(&task->right, 1);
}

/* Each task runs twice, here and on whichever worker takes its number the second time round. */
static void *work(void *arg) {
    struct queue *queue = arg;
    for (unsigned i = atomic_fetch_add(&queue->next, 1); i < 2 * TASKS; i = atomic_fetch_add(&queue->next, 1)) {
        void *value = NULL;
        struct task *task = &queue->tasks[i % TASKS];
        (void)gls_snapshot_run(task->snapshot, do_task, task);
        if (gls_get_value(manager1, key1, &value) != GLS_NO_CONTEXT)
            atomic_fetch_add(&queue->wrong_between, 1);
        gls_snapshot_release(task->snapshot);
    }
    return NULL;
}

static void test_snapshots_run_on_any_thread_any_number_of_times(void **state) {
    (void)state;
    static const char *const names[] = {"red", "green", "blue"};
    struct queue *queue = calloc(1, sizeof *queue);
    pthread_t workers[WORKERS];
    assert_non_null(queue);
    for (unsigned i = 0; i < TASKS; i++) {
        struct task *task = &queue->tasks[i];
        task->wanted = names[i % 3];
        assert_int_equal(set_one(manager1, key1, task->wanted, enqueue, task), 0);
        (void)gls_snapshot_retain(task->snapshot); /* one reference for each time that it runs */
    }
    for (unsigned i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_create(&workers[i], NULL, work, queue), 0);
    for (unsigned i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_join(workers[i], NULL), 0);
    for (unsigned i = 0; i < TASKS; i++)
        assert_int_equal(atomic_load(&queue->tasks[i].right), 2);
    assert_int_equal(atomic_load(&queue->wrong_between), 0);
    free(queue);
}

/* ---- 64 threads set, read and spawn at once ---- */

enum { THREADS_AT_ONCE = 64, ROUNDS = 50, ROUNDS_BETWEEN_CHILDREN = 10 };

struct busy {
    uintptr_t self; /* what this thread binds, and nobody else */
    unsigned round;
    unsigned wrong;
};

static void note_unless_set(struct busy *busy, const gls_manager *manager, const gls_key *key, uintptr_t wanted) {
    void *value = NULL;
    if (gls_get_value(manager, key, &value) != GLS_SET || (uintptr_t)value != wanted)
        busy->wrong++;
}

static void *read_as_child(void *arg) {
    struct busy *busy = arg;
    note_unless_set(busy, manager1, key1, busy->self);
    note_unless_set(busy, manager2, key1, busy->self + busy->round);
    return NULL;
}

static void read_and_spawn(void *arg) {
    struct busy *busy = arg;
    pthread_t thread;
    (void)read_as_child(busy);
    if (busy->round % ROUNDS_BETWEEN_CHILDREN != 0)
        return;
    if (gls_go(&thread, NULL, read_as_child, busy) != 0 || pthread_join(thread, NULL) != 0)
        busy->wrong++;
}

static void set_in_rounds(void *arg) {
    struct busy *busy = arg;
    for (busy->round = 0; busy->round < ROUNDS; busy->round++) {
        const struct gls_binding binding = {key1, (void *)(busy->self + busy->round)};
        if (gls_set_values(manager2, &binding, 1, read_and_spawn, busy) != 0)
            busy->wrong++;
    }
}

static void *be_busy(void *arg) {
    struct busy *busy = arg;
    const struct gls_binding binding = {key1, (void *)busy->self};
    if (gls_set_values(manager1, &binding, 1, set_in_rounds, busy) != 0)
        busy->wrong++;
    return NULL;
}

static void test_64_threads_at_once(void **state) {
    (void)state;
    struct busy busy[THREADS_AT_ONCE];
    pthread_t threads[THREADS_AT_ONCE];
    const size_t in_use = count_ids_in_use();
    for (unsigned i = 0; i < THREADS_AT_ONCE; i++) {
        busy[i] = (struct busy){.self = (i + UINT64_C(1)) * 1000};
        assert_int_equal(pthread_create(&threads[i], NULL, be_busy, &busy[i]), 0);
    }
    for (unsigned i = 0; i < THREADS_AT_ONCE; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(busy[i].round, ROUNDS);
        assert_int_equal(busy[i].wrong, 0);
    }
    assert_int_equal(count_ids_in_use(), in_use);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_managers, free_managers)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_scenario_of_the_original),
        TEST(test_a_child_sees_the_values_at_the_call),
        TEST(test_unregistering_ends_inheritance_and_nothing_else),
        TEST(test_a_child_of_a_child_inherits_from_both),
        TEST(test_a_thread_that_cannot_start_is_an_error),
        TEST(test_exit_and_cancellation_give_ids_back),
        TEST(test_snapshots_run_on_any_thread_any_number_of_times),
        TEST(test_64_threads_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
