/*
 * What may stand on the stack between a scope and its reader: thousands of frames, a libc built without frame pointers,
 * code that uses rbp for something else, signal handlers, code without unwind information; and scopes left by longjmp.
 */
#include "gls/gls.h"

#include <dirent.h>
#include <errno.h>
#include <search.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include <cmocka.h>

#include "../support/odd_frames.h"
#include "gls/ids.h"
#include "opaque.h"

static gls_manager *manager;
static const gls_key *key;
static char bound; /* its address is the value */

/* What the last read answered; wrong answers in callbacks of others are judged once these have returned. */
static struct { unsigned count, set, no_context, unreadable; } reads;

static int make_manager(void **state) {
    (void)state;
    manager = gls_manager_new();
    key = gls_key_intern("key");
    memset(&reads, 0, sizeof reads);
    return manager == NULL || key == NULL;
}

static int free_manager(void **state) {
    (void)state;
    gls_manager_free(manager);
    return 0;
}

static void read_value(void *arg) {
    (void)arg;
    void *value = NULL;
    const enum gls_answer answer = gls_get_value(manager, key, &value);
    reads.count++;
    reads.set += answer == GLS_SET && value == &bound;
    reads.no_context += answer == GLS_NO_CONTEXT;
    reads.unreadable += answer == GLS_UNREADABLE;
}

/* Runs fn(arg) twice: outside of all scopes and inside of one. All reads must have seen just that. */
static void check_in_and_out_of_scope(void (*fn)(void *), void *arg) {
    const struct gls_binding binding = {key, &bound};
    fn(arg);
    assert_int_not_equal(reads.count, 0);
    assert_int_equal(reads.no_context, reads.count);
    memset(&reads, 0, sizeof reads);
    assert_int_equal(gls_set_values(manager, &binding, 1, fn, arg), 0);
    assert_int_not_equal(reads.count, 0);
    assert_int_equal(reads.set, reads.count);
}

/* ---- Depth ---- */

enum { DEEP_FRAMES = 10000 };

static void descend_even(unsigned depth);

/* The locals are touched after the call, too, so that it is no tail call. */
CTX_OPAQUE static void descend_odd(unsigned depth) {
    char locals[40];
    descend_even(depth - 1);
    ctx_touch(locals);
}

CTX_OPAQUE static void descend_even(unsigned depth) {
    char locals[24];
    if (depth == 0)
        read_value(NULL);
    else
        descend_odd(depth - 1);
    ctx_touch(locals);
}

static void descend(void *arg) {
    (void)arg;
    descend_even(DEEP_FRAMES);
}

static void descend_without_frame_pointers(void *arg) {
    (void)frameless_descend(DEEP_FRAMES, read_value, arg);
}

static void test_10000_frames(void **state) {
    (void)state;
    check_in_and_out_of_scope(descend, NULL);
}

static void test_10000_frames_without_frame_pointers(void **state) {
    (void)state;
    check_in_and_out_of_scope(descend_without_frame_pointers, NULL);
}

/* ---- Callbacks from libc ---- */

static int compare_and_read(const void *a, const void *b) {
    read_value(NULL);
    return *(const int *)a - *(const int *)b;
}

static void sort_and_search(void *arg) {
    (void)arg;
    enum { NUMBERS = 100 };
    int numbers[NUMBERS];
    for (int i = 0; i < NUMBERS; i++)
        numbers[i] = i * 37 % NUMBERS;
    qsort(numbers, NUMBERS, sizeof *numbers, compare_and_read);
    for (int i = 0; i < NUMBERS; i++)
        assert_ptr_equal(bsearch(&i, numbers, NUMBERS, sizeof *numbers, compare_and_read), &numbers[i]);
}

static int choose_and_read(const struct dirent *entry) {
    (void)entry;
    read_value(NULL);
    return 1;
}

static int order_and_read(const struct dirent **a, const struct dirent **b) {
    read_value(NULL);
    return alphasort(a, b);
}

static void scan_folder(void *arg) {
    (void)arg;
    struct dirent **entries = NULL;
    int count = scandir("/", &entries, choose_and_read, order_and_read);
    assert_true(count > 1);
    while (count > 0)
        free(entries[--count]);
    free((void *)entries);
}

static void walk_and_read(const void *node, VISIT visit, int depth) {
    (void)node;
    (void)visit;
    (void)depth;
    read_value(NULL);
}

static void walk_tree(void *arg) {
    static int nodes[] = {2, 1, 3};
    void *root = NULL;
    (void)arg;
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
        assert_non_null(tsearch(&nodes[i], &root, compare_and_read));
    twalk(root, walk_and_read);
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
        (void)tdelete(&nodes[i], &root, compare_and_read);
}

static void test_callbacks_from_libc(void **state) {
    (void)state;
    check_in_and_out_of_scope(sort_and_search, NULL);
    memset(&reads, 0, sizeof reads);
    check_in_and_out_of_scope(scan_folder, NULL);
    memset(&reads, 0, sizeof reads);
    check_in_and_out_of_scope(walk_tree, NULL);
}

/* ---- Code that uses rbp for something else ---- */

static void read_below_frameless_code(void *arg) {
    (void)frameless_call(read_value, arg);
}

static void test_code_without_frame_pointers(void **state) {
    (void)state;
    check_in_and_out_of_scope(read_below_frameless_code, NULL);
}

static void read_with_rbp(void *arg) {
    call_with_fp(read_value, NULL, *(const uintptr_t *)arg);
}

static void test_rbp_with_any_value(void **state) {
    (void)state;
    /* What looks like a chain of frames that ends well: on the stack, aligned, with addresses of believed code. */
    struct node {
        const struct node *up;
        uintptr_t return_address;
    } list[3];
    list[0] = (struct node){&list[1], (uintptr_t)read_with_rbp + 8};
    list[1] = (struct node){&list[2], (uintptr_t)read_value + 8};
    list[2] = (struct node){NULL, 0};
    const uintptr_t values[] = {
        0, 1, 8, UINTPTR_MAX, (uintptr_t)&list, (uintptr_t)&list[2], (uintptr_t)__builtin_frame_address(0)};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        memset(&reads, 0, sizeof reads);
        check_in_and_out_of_scope(read_with_rbp, (void *)&values[i]);
    }
}

/* ---- Signal handlers ---- */

static void read_in_handler(int signal) {
    (void)signal;
    read_value(NULL);
}

static void raise_signal(void *arg) {
    (void)arg;
    assert_int_equal(raise(SIGUSR1), 0);
}

static void check_handler(int flags) {
    struct sigaction action = {.sa_handler = read_in_handler, .sa_flags = flags}, before;
    assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
    memset(&reads, 0, sizeof reads);
    check_in_and_out_of_scope(raise_signal, NULL);
    assert_int_equal(reads.count, 1);
    assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
}

static void test_signal_handlers(void **state) {
    (void)state;
    enum { STACK_BYTES = 1 << 18 };
    stack_t alternate = {.ss_sp = malloc(STACK_BYTES), .ss_size = STACK_BYTES}, before;
    assert_non_null(alternate.ss_sp);
    check_handler(0);
    assert_int_equal(sigaltstack(&alternate, &before), 0);
    check_handler(SA_ONSTACK);
    assert_int_equal(sigaltstack(&before, NULL), 0);
    free(alternate.ss_sp);
}

/* ---- Scopes left by longjmp ---- */

static size_t count_ids_in_use(void) {
    size_t count = 0;
    for (uint32_t i = 0; i < 1u << glsi_id_pool.shard_bits; i++)
        for (uint32_t leaf = 0; leaf < ID_LEAVES; leaf++)
            count += (size_t)__builtin_popcountll(ids_in_use(&glsi_id_pool.shards[i], leaf));
    return count;
}

static jmp_buf way_out;

static void jump_out(void *arg) {
    (void)arg;
    longjmp(way_out, 1);
}

static void jump_out_of_two(void *arg) {
    const struct gls_binding binding = {key, &way_out};
    (void)gls_set_values(manager, &binding, 1, jump_out, arg);
}

__attribute__((noinline)) static void leave_two_scopes(void) {
    const struct gls_binding binding = {key, &way_out};
    if (setjmp(way_out) == 0)
        (void)gls_set_values(manager, &binding, 1, jump_out_of_two, NULL);
}

static void leave_then_read(void *arg) {
    leave_two_scopes();
    read_value(arg);
}

static void test_a_scope_left_by_longjmp_is_left(void **state) {
    (void)state;
    check_in_and_out_of_scope(leave_then_read, NULL);
}

static void test_ids_left_by_longjmp_come_back(void **state) {
    (void)state;
    enum { ROUNDS = 10000, LEFT_MAX = 4 * ID_WORD_BITS };
    const size_t in_use = count_ids_in_use();
    for (int i = 0; i < ROUNDS; i++)
        leave_two_scopes();
    assert_in_range(count_ids_in_use(), in_use, in_use + LEFT_MAX);
}

/* ---- Code without unwind information ---- */

static void must_not_run(void *arg) {
    (void)arg;
    fail();
}

static void must_not_run_with_id(unsigned id, void *arg) {
    (void)id;
    must_not_run(arg);
}

static void *must_not_start(void *arg) {
    must_not_run(arg);
    return NULL;
}

/* In one of the functions that nothing describes, all of which are short. */
static bool is_uncovered(const void *code) {
    enum { BYTES_MAX = 64 };
    const uintptr_t at = (uintptr_t)code;
    return at - (uintptr_t)call_uncovered < BYTES_MAX || at - (uintptr_t)uncovered_body < BYTES_MAX ||
           at - (uintptr_t)call_uncovered_without_frame < BYTES_MAX;
}

static void find_unreadable(void *arg) {
    const struct gls_binding binding = {key, &bound};
    unsigned id = 0;
    pthread_t thread;
    assert_true(is_uncovered(gls_unreadable()));
    read_value(arg);
    assert_int_equal(reads.unreadable, reads.count);
    assert_false(gls_get_id(&id));
    assert_int_equal(gls_set_values(manager, &binding, 1, must_not_run, NULL), ENOTRECOVERABLE);
    assert_int_equal(gls_ensure_id(must_not_run_with_id, NULL), ENOTRECOVERABLE);
    assert_int_equal(gls_go(&thread, NULL, must_not_start, NULL), ENOTRECOVERABLE);
    errno = 0;
    assert_null(gls_snapshot_take());
    assert_int_equal(errno, ENOTRECOVERABLE);
}

static void go_uncovered(void *arg) {
    call_uncovered(find_unreadable, arg);
    call_uncovered_without_frame(find_unreadable, arg);
}

static void be_unreadable(void) {
    const struct gls_binding binding = {key, &bound};
    struct uncovered_call call = {find_unreadable, NULL};
    assert_null(gls_unreadable());
    go_uncovered(NULL);
    assert_int_equal(gls_set_values(manager, &binding, 1, go_uncovered, NULL), 0);
    assert_int_equal(gls_set_values(manager, &binding, 1, uncovered_body, &call), 0);
    assert_int_equal(reads.count, 5);
}

/* On a stack that nobody knows, so that it has to be walked. */
static void test_missing_unwind_information_is_no_missing_context(void **state) {
    enum { STACK_BYTES = 1 << 18 };
    static ucontext_t here, there;
    (void)state;
    assert_int_equal(getcontext(&there), 0);
    there.uc_stack = (stack_t){.ss_sp = malloc(STACK_BYTES), .ss_size = STACK_BYTES};
    there.uc_link = &here;
    assert_non_null(there.uc_stack.ss_sp);
    makecontext(&there, be_unreadable, 0);
    assert_int_equal(swapcontext(&here, &there), 0);
    assert_int_equal(reads.count, 5);
    free(there.uc_stack.ss_sp);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_manager, free_manager)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_10000_frames),
        TEST(test_10000_frames_without_frame_pointers),
        TEST(test_callbacks_from_libc),
        TEST(test_code_without_frame_pointers),
        TEST(test_rbp_with_any_value),
        TEST(test_signal_handlers),
        TEST(test_a_scope_left_by_longjmp_is_left),
        TEST(test_ids_left_by_longjmp_come_back),
        TEST(test_missing_unwind_information_is_no_missing_context),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
