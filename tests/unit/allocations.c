/* Allocations are counted, of all objects, while someone is inside and asks for it; and nothing else is changed. */
#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "worker/allocations.h"

static bool can_count;

static int set_up(void **state) {
    (void)state;
    const char *missing = allocations_begin();
    can_count = missing == NULL;
    if (!can_count)
        print_message("allocations are not counted here: %s\n", missing);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    if (can_count)
        allocations_end();
    return 0;
}

static struct allocations since(struct allocations before) {
    const struct allocations now = allocations_counted();
    return (struct allocations){now.calls - before.calls, now.bytes - before.bytes, now.held_bytes - before.held_bytes};
}

static void expect(struct allocations found, uint64_t calls, uint64_t bytes, int64_t held_bytes) {
    assert_int_equal(found.calls, can_count ? calls : 0);
    assert_int_equal(found.bytes, can_count ? bytes : 0);
    assert_int_equal(found.held_bytes, can_count ? held_bytes : 0);
}

/* Compilers know malloc and free, and may leave both out. */
static void *keep(void *memory) {
    static void *volatile kept;
    kept = memory;
    assert_non_null(memory);
    return kept;
}

static void test_each_call_counts(void **state) {
    (void)state;
    void *all[6];
    int64_t held = 0;
    const struct allocations before = allocations_counted();
    allocations_enter();
    all[0] = keep(malloc(10));
    all[1] = keep(calloc(3, 20));
    all[2] = keep(aligned_alloc(64, 128));
    all[3] = keep(memalign(32, 50));
    assert_int_equal(posix_memalign(&all[4], 16, 200), 0);
    all[5] = keep(reallocarray(NULL, 5, 8));
    allocations_leave();
    for (int i = 0; i < 6; i++)
        held += (int64_t)malloc_usable_size(all[i]);
    expect(since(before), 6, 10 + 60 + 128 + 50 + 200 + 40, held);
    allocations_enter();
    for (int i = 0; i < 6; i++)
        free(all[i]);
    allocations_leave();
    expect(since(before), 6, 10 + 60 + 128 + 50 + 200 + 40, 0);
}

static void test_what_grows_is_given_anew(void **state) {
    (void)state;
    const struct allocations before = allocations_counted();
    allocations_enter();
    void *memory = keep(malloc(10));
    memory = keep(realloc(memory, 5000));
    allocations_leave();
    expect(since(before), 2, 5010, (int64_t)malloc_usable_size(memory));
    allocations_enter();
    free(memory);
    allocations_leave();
    expect(since(before), 2, 5010, 0);
}

/* What a function of the C library allocates on the caller's behalf. */
static void test_other_objects_count(void **state) {
    (void)state;
    const struct allocations before = allocations_counted();
    allocations_enter();
    char *copy = keep(strdup("twelve bytes"));
    allocations_leave();
    expect(since(before), 1, sizeof "twelve bytes", (int64_t)malloc_usable_size(copy));
    free(copy);
}

static void test_outside_nothing_counts(void **state) {
    (void)state;
    const struct allocations before = allocations_counted();
    free(keep(malloc(10)));
    allocations_enter();
    allocations_leave();
    free(keep(malloc(10)));
    expect(since(before), 0, 0, 0);
}

static void *allocate(void *arg) {
    const bool stands_by = *(const bool *)arg;
    if (stands_by)
        allocations_stand_by();
    free(keep(malloc(100)));
    return NULL;
}

/* While one thread is inside, those that it starts count, and those that stand by do not. */
static void test_threads(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        bool stands_by = i == 1;
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, allocate, &stands_by), 0);
        assert_int_equal(pthread_join(thread, NULL), 0); /* what threads allocate once is there now */
        const struct allocations before = allocations_counted();
        allocations_enter();
        assert_int_equal(pthread_create(&thread, NULL, allocate, &stands_by), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
        allocations_leave();
        expect(since(before), stands_by ? 0 : 1, stands_by ? 0 : 100, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_call_counts),
        cmocka_unit_test(test_what_grows_is_given_anew),
        cmocka_unit_test(test_other_objects_count),
        cmocka_unit_test(test_outside_nothing_counts),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
