/* The gls library as its users see it, on one thread: scopes, answers, ids, snapshots, errors. */
#include "gls/gls.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gls/ids.h"

static gls_manager *manager, *other;
static const gls_key *key, *key2;
static char values[64]; /* their addresses are what the tests bind */

static int make_managers(void **state) {
    (void)state;
    manager = gls_manager_new();
    other = gls_manager_new();
    key = gls_key_intern("key1");
    key2 = gls_key_intern("key2");
    return manager == NULL || other == NULL || key == NULL || key2 == NULL;
}

static int free_managers(void **state) {
    (void)state;
    gls_manager_free(manager);
    gls_manager_free(other);
    return 0;
}

static void set_one(gls_manager *of, const gls_key *one, void *value, void (*fn)(void *), void *arg) {
    const struct gls_binding binding = {.key = one, .value = value};
    assert_int_equal(gls_set_values(of, &binding, 1, fn, arg), 0);
}

static void want(const gls_manager *of, const gls_key *one, enum gls_answer answer, const void *value) {
    static int untouched;
    void *found = &untouched;
    assert_int_equal(gls_get_value(of, one, &found), answer);
    assert_ptr_equal(found, answer == GLS_SET ? value : &untouched);
}

static void want_no_context(void) {
    unsigned id = 0;
    want(manager, key, GLS_NO_CONTEXT, NULL);
    assert_false(gls_get_id(&id));
}

/* ---- Answers ---- */

static void look_at_answers(void *arg) {
    want(manager, key, GLS_SET, NULL);
    want(manager, key2, GLS_NOT_SET, NULL);
    want(other, key, GLS_NOT_SET, NULL);
    *(bool *)arg = true;
}

static void test_answers_are_told_apart(void **state) {
    (void)state;
    bool ran = false;
    want_no_context();
    set_one(manager, key, NULL, look_at_answers, &ran);
    assert_true(ran);
    want_no_context();
}

static void look_for_nothing(void *arg) {
    want_no_context();
    *(bool *)arg = true;
}

static void set_nothing(void *arg) {
    assert_int_equal(gls_set_values(other, NULL, 0, look_at_answers, arg), 0);
}

static void test_setting_nothing_just_calls(void **state) {
    (void)state;
    bool ran = false;
    assert_int_equal(gls_set_values(manager, NULL, 0, look_for_nothing, &ran), 0);
    assert_true(ran);
    ran = false;
    set_one(manager, key, NULL, set_nothing, &ran);
    assert_true(ran);
}

/* ---- Nested scopes ---- */

static void look_at_innermost(void *arg) {
    want(manager, key, GLS_SET, &values[3]);
    want(manager, key2, GLS_SET, &values[2]);
    want(other, key, GLS_SET, &values[4]);
    ++*(int *)arg;
}

static void set_innermost_twice(void *arg) {
    want(manager, key, GLS_SET, &values[1]);
    want(other, key, GLS_SET, &values[4]);
    for (int i = 0; i < 2; i++) {
        set_one(manager, key, &values[3], look_at_innermost, arg);
        want(manager, key, GLS_SET, &values[1]);
    }
}

static void set_for_other_manager(void *arg) {
    want(manager, key2, GLS_SET, &values[2]);
    set_one(other, key, &values[4], set_innermost_twice, arg);
    want(other, key, GLS_NOT_SET, NULL);
}

static void set_second_key(void *arg) {
    want(manager, key2, GLS_NOT_SET, NULL);
    set_one(manager, key2, &values[2], set_for_other_manager, arg);
    want(manager, key2, GLS_NOT_SET, NULL);
    want(manager, key, GLS_SET, &values[1]);
}

static void test_inner_scopes_add_replace_and_restore(void **state) {
    (void)state;
    int times = 0;
    set_one(manager, key, &values[1], set_second_key, &times);
    assert_int_equal(times, 2);
    want_no_context();
}

/* ---- Many bindings, which are copied in portions ---- */

enum { MANY_MAX = 40, MANY_KEYS = 5 }; /* equal keys within a portion, and in several */

struct many {
    size_t count;
    const gls_key *keys[MANY_KEYS];
    struct gls_binding bindings[MANY_MAX];
};

/* Binding i is of key i % MANY_KEYS and has value i: the last of each key counts. */
static void look_at_many(void *arg) {
    const struct many *many = arg;
    for (size_t k = 0; k < MANY_KEYS; k++) {
        const size_t first_beyond = many->count - k + MANY_KEYS - 1;
        if (k >= many->count)
            want(manager, many->keys[k], GLS_NOT_SET, NULL);
        else
            want(manager, many->keys[k], GLS_SET, &values[k + (first_beyond / MANY_KEYS - 1) * MANY_KEYS]);
    }
}

static void change_many_and_look(void *arg) {
    struct many *many = arg;
    memset(many->bindings, 0, sizeof many->bindings);
    look_at_many(many);
}

static void test_of_many_bindings_the_last_counts_and_all_are_copied(void **state) {
    (void)state;
    struct many many;
    for (size_t k = 0; k < MANY_KEYS; k++)
        assert_non_null(many.keys[k] = gls_key_new(NULL));
    for (many.count = 1; many.count <= MANY_MAX; many.count++) {
        for (size_t i = 0; i < many.count; i++)
            many.bindings[i] = (struct gls_binding){many.keys[i % MANY_KEYS], &values[i]};
        assert_int_equal(gls_set_values(manager, many.bindings, many.count, change_many_and_look, &many), 0);
    }
    for (size_t k = 0; k < MANY_KEYS; k++)
        gls_key_free(many.keys[k]);
}

/* ---- Keys ---- */

static void test_keys_have_identity_and_names_are_interned(void **state) {
    (void)state;
    const gls_key *a = gls_key_new("same"), *b = gls_key_new("same"), *nameless = gls_key_new(NULL);
    char name[] = "same";
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(nameless);
    assert_ptr_not_equal(a, b);
    const gls_key *interned = gls_key_intern(name);
    name[0] = 'g'; /* interned keys keep names of their own */
    assert_ptr_equal(gls_key_intern("same"), interned);
    assert_ptr_not_equal(gls_key_intern("game"), interned);
    assert_ptr_not_equal(interned, a);
    gls_key_free(a);
    gls_key_free(b);
    gls_key_free(nameless);
    gls_key_free(NULL);
    gls_manager_free(NULL);
}

/* ---- Ids ---- */

static void record_id(unsigned id, void *arg) {
    *(unsigned *)arg = id;
}

static void look_at_same_id(unsigned id, void *arg) {
    unsigned read = ~id;
    assert_true(gls_get_id(&read));
    assert_int_equal(read, id);
    want(manager, key, GLS_SET, &values[1]);
    *(unsigned *)arg = id;
}

static void ensure_id_in_scope(void *arg) {
    assert_int_equal(gls_ensure_id(look_at_same_id, arg), 0);
}

static void nest_below_id(unsigned id, void *arg) {
    unsigned again = ~id;
    want(manager, key, GLS_NOT_SET, NULL); /* the scope that it opened binds nothing */
    set_one(manager, key, &values[1], ensure_id_in_scope, &again);
    assert_int_equal(again, id);
    *(unsigned *)arg = id;
}

static void test_a_stack_has_one_small_id_which_is_reused(void **state) {
    (void)state;
    enum { ROUNDS = 1000, SMALL = 1024 };
    unsigned first = 0;
    assert_int_equal(gls_ensure_id(nest_below_id, &first), 0);
    assert_in_range(first, 0, SMALL);
    for (int i = 0; i < ROUNDS; i++) {
        unsigned id = ~first;
        assert_int_equal(gls_ensure_id(i % 2 == 0 ? record_id : nest_below_id, &id), 0);
        assert_int_equal(id, first);
    }
    want_no_context();
}

static void read_id(void *arg) {
    assert_true(gls_get_id(arg));
}

static void nest_to_read_id(void *arg) {
    unsigned *ids = arg;
    read_id(&ids[0]);
    set_one(other, key, NULL, read_id, &ids[1]);
}

static void test_the_id_is_that_of_the_outermost_scope(void **state) {
    (void)state;
    unsigned ids[2] = {1, 2};
    set_one(manager, key, NULL, nest_to_read_id, ids);
    assert_int_equal(ids[0], ids[1]);
}

/* ---- Snapshots ---- */

static void take_snapshot(void *arg) {
    assert_non_null(*(gls_snapshot **)arg = gls_snapshot_take());
}

static void take_snapshot_in_second_scope(void *arg) {
    set_one(other, key2, &values[2], take_snapshot, arg);
}

static void look_at_snapshot(void *arg) {
    want(manager, key, GLS_SET, &values[1]);
    want(manager, key2, GLS_NOT_SET, NULL);
    want(other, key2, GLS_SET, &values[2]);
    ++*(int *)arg;
}

struct run {
    const gls_snapshot *snapshot;
    void (*fn)(void *);
    void *arg;
};

static void run_snapshot(void *arg) {
    const struct run *run = arg;
    unsigned before = 0, after = 1;
    assert_true(gls_get_id(&before));
    assert_int_equal(gls_snapshot_run(run->snapshot, run->fn, run->arg), 0);
    want(manager, key2, GLS_SET, &values[3]);
    assert_true(gls_get_id(&after));
    assert_int_equal(before, after);
}

static void test_a_snapshot_is_exactly_the_context_it_was_taken_in(void **state) {
    (void)state;
    gls_snapshot *snapshot = NULL;
    int times = 0;
    gls_manager_unregister(other); /* which matters to children only */
    set_one(manager, key, &values[1], take_snapshot_in_second_scope, &snapshot);
    assert_ptr_equal(gls_snapshot_retain(snapshot), snapshot);
    gls_snapshot_release(snapshot); /* one reference is left */
    assert_int_equal(gls_snapshot_run(snapshot, look_at_snapshot, &times), 0);
    want_no_context();
    struct run run = {snapshot, look_at_snapshot, &times};
    set_one(manager, key2, &values[3], run_snapshot, &run); /* what is in force there is not seen inside */
    assert_int_equal(times, 2);
    gls_snapshot_release(snapshot);
    gls_snapshot_release(NULL);
}

static void look_for_nothing_in_snapshot(void *arg) {
    want(manager, key2, GLS_NO_CONTEXT, NULL);
    *(bool *)arg = true;
}

static void test_a_snapshot_of_nothing_is_no_context(void **state) {
    (void)state;
    bool ran = false;
    gls_snapshot *snapshot = gls_snapshot_take();
    assert_non_null(snapshot);
    struct run run = {snapshot, look_for_nothing_in_snapshot, &ran};
    set_one(manager, key2, &values[3], run_snapshot, &run);
    assert_true(ran);
    gls_snapshot_release(snapshot);
}

/* ---- Errors ---- */

static void must_not_run(void *arg) {
    (void)arg;
    fail();
}

static void must_not_run_with_id(unsigned id, void *arg) {
    (void)id;
    must_not_run(arg);
}

static void test_without_a_free_id_nothing_runs(void **state) {
    (void)state;
    const struct gls_binding binding = {key, &values[1]};
    uint32_t *ids = malloc(sizeof *ids * ID_COUNT_MAX);
    size_t count = 0;
    assert_non_null(ids);
    gls_snapshot *snapshot = gls_snapshot_take();
    assert_non_null(snapshot);
    for (uint32_t id = ids_acquire(); id != ID_NONE; id = ids_acquire())
        ids[count++] = id;
    const int set = gls_set_values(manager, &binding, 1, must_not_run, NULL);
    const int ensured = gls_ensure_id(must_not_run_with_id, NULL);
    const int run = gls_snapshot_run(snapshot, must_not_run, NULL);
    while (count > 0)
        ids_release(ids[--count]);
    free(ids);
    gls_snapshot_release(snapshot);
    assert_int_equal(set, EAGAIN);
    assert_int_equal(ensured, EAGAIN);
    assert_int_equal(run, EAGAIN);
    bool ran = false;
    set_one(manager, key, NULL, look_at_answers, &ran);
    assert_true(ran);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_managers, free_managers)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_answers_are_told_apart),
        TEST(test_setting_nothing_just_calls),
        TEST(test_inner_scopes_add_replace_and_restore),
        TEST(test_of_many_bindings_the_last_counts_and_all_are_copied),
        TEST(test_keys_have_identity_and_names_are_interned),
        TEST(test_a_stack_has_one_small_id_which_is_reused),
        TEST(test_the_id_is_that_of_the_outermost_scope),
        TEST(test_a_snapshot_is_exactly_the_context_it_was_taken_in),
        TEST(test_a_snapshot_of_nothing_is_no_context),
        TEST(test_without_a_free_id_nothing_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
