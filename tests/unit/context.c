/* Contexts: look-up, snapshots, interned keys. */
#include "context/context.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct ctx_manager manager1 = {.registered = true}, manager2 = {.registered = true};
static struct ctx_key key1 = {"1"}, key2 = {"2"}, key3 = {"3"};
static char values[8]; /* their addresses are the values */

static void want(const struct ctx *ctx, const struct ctx_manager *manager, const struct ctx_key *key,
                 enum ctx_answer answer, const void *value) {
    static char untouched;
    void *found = &untouched;
    assert_int_equal(ctx_lookup(ctx, manager, key, &found), answer);
    assert_ptr_equal(found, answer == CTX_SET ? value : &untouched);
}

/* Four scopes, the first outermost. Key 1 of manager 1 is bound twice, and so is key 2, once to NULL. */
static const struct ctx_binding of_outer[] = {{&key1, &values[1]}, {&key2, &values[2]}};
static const struct ctx_binding of_other[] = {{&key1, &values[3]}};
static const struct ctx_binding of_inner[] = {{&key2, NULL}, {&key1, &values[4]}};
static const struct ctx outer = {NULL, &manager1, of_outer, 2};
static const struct ctx other = {&outer, &manager2, of_other, 1};
static const struct ctx empty_scope = {&other, NULL, NULL, 0};
static const struct ctx inner = {&empty_scope, &manager1, of_inner, 2};

static void check_inner(const struct ctx *ctx) {
    want(ctx, &manager1, &key1, CTX_SET, &values[4]);
    want(ctx, &manager1, &key2, CTX_SET, NULL);
    want(ctx, &manager1, &key3, CTX_NOT_SET, NULL);
    want(ctx, &manager2, &key1, CTX_SET, &values[3]);
    want(ctx, &manager2, &key2, CTX_NOT_SET, NULL);
}

static void test_lookup_finds_the_innermost(void **state) {
    (void)state;
    want(NULL, &manager1, &key1, CTX_NO_CONTEXT, NULL);
    want(&ctx_empty, &manager1, &key1, CTX_NOT_SET, NULL);
    want(&ctx_empty, NULL, NULL, CTX_NOT_SET, NULL);
    want(&outer, &manager1, &key2, CTX_SET, &values[2]);
    want(&other, &manager1, &key1, CTX_SET, &values[1]);
    check_inner(&inner);
}

static size_t count_scopes(const struct ctx *ctx) {
    size_t count = 0;
    for (; ctx != NULL; ctx = ctx->parent)
        count++;
    return count;
}

static size_t count_bindings(const struct ctx *ctx) {
    size_t count = 0;
    for (; ctx != NULL; ctx = ctx->parent)
        count += ctx->count;
    return count;
}

static void test_a_snapshot_is_flat_and_leaves_out_what_is_hidden(void **state) {
    (void)state;
    struct ctx_snapshot *snapshot = ctx_snapshot_take(&inner, CTX_SNAPSHOT_ALL);
    assert_non_null(snapshot);
    const struct ctx *flat = ctx_snapshot_context(snapshot);
    check_inner(flat);
    assert_int_equal(count_scopes(flat), 2); /* one a manager */
    assert_int_equal(count_bindings(flat), 3);

    /* One more reference: the block lives until both are dropped. Of a snapshot, another can be taken. */
    assert_ptr_equal(ctx_snapshot_retain(snapshot), snapshot);
    ctx_snapshot_release(snapshot);
    struct ctx_snapshot *again = ctx_snapshot_take(ctx_snapshot_context(snapshot), CTX_SNAPSHOT_ALL);
    assert_non_null(again);
    ctx_snapshot_release(snapshot);
    check_inner(ctx_snapshot_context(again));
    ctx_snapshot_release(again);
    ctx_snapshot_release(NULL);
}

static void test_a_snapshot_outlives_what_it_was_taken_of(void **state) {
    (void)state;
    struct ctx_binding bindings[] = {{&key1, &values[1]}, {&key1, &values[2]}}; /* the first match counts */
    struct ctx scope = {NULL, &manager1, bindings, 2};
    struct ctx_snapshot *snapshot = ctx_snapshot_take(&scope, CTX_SNAPSHOT_ALL);
    assert_non_null(snapshot);
    memset(bindings, 0, sizeof bindings);
    memset(&scope, 0, sizeof scope);
    want(ctx_snapshot_context(snapshot), &manager1, &key1, CTX_SET, &values[1]);
    assert_int_equal(count_bindings(ctx_snapshot_context(snapshot)), 1);
    ctx_snapshot_release(snapshot);
}

static void test_a_snapshot_can_be_limited_to_registered_managers(void **state) {
    (void)state;
    atomic_store(&manager1.registered, false);
    struct ctx_snapshot *registered = ctx_snapshot_take(&inner, CTX_SNAPSHOT_REGISTERED);
    struct ctx_snapshot *all = ctx_snapshot_take(&inner, CTX_SNAPSHOT_ALL);
    atomic_store(&manager2.registered, false);
    struct ctx_snapshot *none = ctx_snapshot_take(&inner, CTX_SNAPSHOT_REGISTERED);
    atomic_store(&manager1.registered, true);
    atomic_store(&manager2.registered, true);
    assert_non_null(registered);
    assert_non_null(all);
    assert_non_null(none);
    want(ctx_snapshot_context(registered), &manager1, &key1, CTX_NOT_SET, NULL);
    want(ctx_snapshot_context(registered), &manager2, &key1, CTX_SET, &values[3]);
    check_inner(ctx_snapshot_context(all));
    /* A context that binds nothing is still one in force. */
    want(ctx_snapshot_context(none), &manager2, &key1, CTX_NOT_SET, NULL);
    ctx_snapshot_release(registered);
    ctx_snapshot_release(all);
    ctx_snapshot_release(none);
}

static void test_snapshots_of_nothing(void **state) {
    (void)state;
    struct ctx_snapshot *of_null = ctx_snapshot_take(NULL, CTX_SNAPSHOT_ALL);
    struct ctx_snapshot *of_empty = ctx_snapshot_take(&ctx_empty, CTX_SNAPSHOT_ALL);
    assert_non_null(of_null);
    assert_non_null(of_empty);
    assert_null(ctx_snapshot_context(of_null));
    want(ctx_snapshot_context(of_empty), &manager1, &key1, CTX_NOT_SET, NULL);
    ctx_snapshot_release(of_null);
    ctx_snapshot_release(of_empty);
}

/* ---- Interned keys ---- */

enum { NAMES = 200, THREADS = 8 };

static void *intern_all(void *arg) {
    const struct ctx_key **keys = arg;
    for (int i = 0; i < NAMES; i++) {
        char name[] = {'n', (char)('a' + i / 20), (char)('a' + i % 20), '\0'};
        keys[i] = ctx_key_intern(name);
    }
    return NULL;
}

static void test_equal_names_are_one_key_on_all_threads(void **state) {
    (void)state;
    static const struct ctx_key *keys[THREADS][NAMES];
    pthread_t threads[THREADS];
    for (int t = 0; t < THREADS; t++)
        assert_int_equal(pthread_create(&threads[t], NULL, intern_all, (void *)keys[t]), 0);
    for (int t = 0; t < THREADS; t++)
        assert_int_equal(pthread_join(threads[t], NULL), 0);
    for (int i = 0; i < NAMES; i++) {
        assert_non_null(keys[0][i]);
        assert_int_equal(keys[0][i]->name[1], 'a' + i / 20);
        for (int t = 1; t < THREADS; t++)
            assert_ptr_equal(keys[t][i], keys[0][i]);
        for (int j = 0; j < i; j++)
            assert_ptr_not_equal(keys[0][i], keys[0][j]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lookup_finds_the_innermost),
        cmocka_unit_test(test_a_snapshot_is_flat_and_leaves_out_what_is_hidden),
        cmocka_unit_test(test_a_snapshot_outlives_what_it_was_taken_of),
        cmocka_unit_test(test_a_snapshot_can_be_limited_to_registered_managers),
        cmocka_unit_test(test_snapshots_of_nothing),
        cmocka_unit_test(test_equal_names_are_one_key_on_all_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
