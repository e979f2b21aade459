/* Which code is believed to keep frame pointers, and where stacks are known to end: real functions of known making. */
#define UNW_LOCAL_ONLY
#include "gls/textmap.h"

#include <libunwind.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../support/odd_frames.h"
#include "gls/marks.h"
#include "gls/walk.h"
#include "opaque.h"

static bool is_believed(uintptr_t return_address) {
    return textmap_find(&glsi_text_map, return_address) != NULL;
}

/* Into arg: where this is called from. */
CTX_OPAQUE static void record_caller(void *arg) {
    *(uintptr_t *)arg = (uintptr_t)__builtin_return_address(0);
    ctx_touch(arg);
}

CTX_OPAQUE static void call_with_frame_pointer(void (*fn)(void *), void *arg) {
    fn(arg);
    ctx_touch(arg);
}

static uintptr_t caller_in_libc;

static int compare_and_record(const void *a, const void *b) {
    caller_in_libc = (uintptr_t)__builtin_return_address(0);
    return *(const int *)a - *(const int *)b;
}

static void test_code_with_frame_pointers_is_believed(void **state) {
    (void)state;
    uintptr_t caller = 0;
    call_with_frame_pointer(record_caller, &caller);
    assert_true(is_believed(caller));
    assert_true(is_believed((uintptr_t)glsi_mark_E_return));
}

static void test_other_code_is_not(void **state) {
    (void)state;
    uintptr_t caller = 0;
    int numbers[] = {2, 1};
    (void)frameless_call(record_caller, &caller);
    assert_false(is_believed(caller));
    call_with_fp(record_caller, &caller, 0);
    assert_false(is_believed(caller));
    call_uncovered(record_caller, &caller); /* it keeps a frame pointer, but nothing says so */
    assert_false(is_believed(caller));
    qsort(numbers, 2, sizeof *numbers, compare_and_record);
#if defined(__x86_64__) /* On aarch64 Debian's libc keeps frame pointers. */
    assert_false(is_believed(caller_in_libc));
#endif
    assert_false(is_believed(0));
    assert_false(is_believed(UINTPTR_MAX));
    assert_false(is_believed((uintptr_t)&caller));
}

#if defined(__x86_64__)
/* What is in front of a frame does not part a function, and so its neighbours, only since a byte looks like a call. */
static void test_a_late_frame_does_not_part_a_function(void **state) {
    (void)state;
    uintptr_t caller = 0;
    call_with_late_frame(record_caller, &caller);
    assert_true(is_believed(caller));
    assert_ptr_equal(textmap_find(&glsi_text_map, (uintptr_t)call_with_late_frame + 1),
                     textmap_find(&glsi_text_map, caller));
}
#endif

static void test_ranges_are_sorted_and_the_likely_one_is_the_largest(void **state) {
    (void)state;
    const struct text_map *map = &glsi_text_map;
    assert_int_not_equal(map->count, 0);
    uintptr_t largest = 0;
    for (size_t i = 0; i < map->count; i++) {
        const struct text_range *range = &map->ranges[i];
        assert_int_not_equal(range->size, 0);
        assert_true(i == 0 || range->first >= map->ranges[i - 1].first + map->ranges[i - 1].size);
        /* The first and the last address of each range are found, its neighbours not as part of it. */
        assert_ptr_equal(textmap_find(map, range->first), range);
        assert_ptr_equal(textmap_find(map, range->first + range->size - 1), range);
        assert_ptr_not_equal(textmap_find(map, range->first - 1), range);
        assert_ptr_not_equal(textmap_find(map, range->first + range->size), range);
        largest = range->size > largest ? range->size : largest;
    }
    assert_int_equal(map->likely.size, largest);
    assert_int_equal(textmap_find(map, map->likely.first)->size, largest);
}

/* The outermost return address of this stack, where the unwinder finds no more. */
static void *find_outermost(void *arg) {
    enum { FRAMES_MAX = 256 };
    void *addresses[FRAMES_MAX];
    const int count = unw_backtrace(addresses, FRAMES_MAX);
    *(uintptr_t *)arg = count > 0 && count < FRAMES_MAX ? (uintptr_t)addresses[count - 1] : 0;
    return NULL;
}

static void test_where_stacks_end(void **state) {
    (void)state;
    uintptr_t end_of_program = 0, end_of_thread = 0, caller = 0;
    pthread_t thread;
    (void)find_outermost(&end_of_program);
    assert_int_equal(pthread_create(&thread, NULL, find_outermost, &end_of_thread), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_not_equal(end_of_program, end_of_thread);
    assert_true(glsi_walk_is_stack_end(end_of_program));
    assert_true(glsi_walk_is_stack_end(end_of_thread));
    call_with_frame_pointer(record_caller, &caller);
    assert_false(glsi_walk_is_stack_end(caller));
    call_uncovered(record_caller, &caller);
    assert_false(glsi_walk_is_stack_end(caller));
    assert_true(glsi_walk_is_stack_end(0)); /* no call returns there */
    assert_false(glsi_walk_is_stack_end(1));
    assert_false(glsi_walk_is_stack_end((uintptr_t)&caller));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_code_with_frame_pointers_is_believed),
        cmocka_unit_test(test_other_code_is_not),
#if defined(__x86_64__)
        cmocka_unit_test(test_a_late_frame_does_not_part_a_function),
#endif
        cmocka_unit_test(test_ranges_are_sorted_and_the_likely_one_is_the_largest),
        cmocka_unit_test(test_where_stacks_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
