/* Counters: page faults for real, the processor's with made-up answers, since most test machines have none. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "machine/counters.h"

static void faults_are_counted(void **state) {
    (void)state;
    const size_t page_count = 64, page_bytes = 4096;
    struct counters counters;
    uint64_t counts[COUNTER_COUNT];
    char *pages = mmap(NULL, page_count * page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(pages != MAP_FAILED);
    (void)madvise(pages, page_count * page_bytes, MADV_NOHUGEPAGE);
    counters_start(&counters);
    for (size_t i = 0; i < page_count; i++)
        ((volatile char *)pages)[i * page_bytes] = 1;
    counters_stop(&counters, counts);
    assert_true(counts[COUNTER_MINOR_FAULTS] >= page_count && counts[COUNTER_MINOR_FAULTS] < 100 * page_count);
    assert_true(counts[COUNTER_MAJOR_FAULTS] != COUNTER_UNKNOWN);
    assert_int_equal(munmap(pages, page_count * page_bytes), 0);
}

static void the_processors_are_counts_or_absent_with_a_reason(void **state) {
    (void)state;
    char reason[200];
    struct counters counters;
    uint64_t counts[COUNTER_COUNT];
    counters_absence(reason, sizeof reason);
    counters_start(&counters);
    for (volatile int i = 0; i < 100000;)
        i = i + 1;
    counters_stop(&counters, counts);
    if (reason[0] != '\0') {
        assert_int_equal(strncmp(reason, "perf_event_open: ", 17), 0);
        assert_true(counts[COUNTER_INSTRUCTIONS] == COUNTER_UNKNOWN);
    } else if (counts[COUNTER_INSTRUCTIONS] != COUNTER_UNKNOWN) {
        assert_true(counts[COUNTER_INSTRUCTIONS] >= 100000);
    }
}

static void a_refusal_is_explained(void **state) {
    (void)state;
    char reason[200];
    counters_explain(EACCES, 3, reason, sizeof reason);
    assert_string_equal(reason,
                        "perf_event_open: Permission denied: a setting or a sandbox forbids it; "
                        "perf_event_paranoid is 3");
    counters_explain(ENOENT, INT_MIN, reason, sizeof reason);
    assert_string_equal(reason,
                        "perf_event_open: No such file or directory: this processor, or the virtual machine, "
                        "offers none");
    counters_explain(ENOSYS, INT_MIN, reason, sizeof reason);
    assert_non_null(strstr(reason, "this kernel has no such call"));
    counters_explain(EMFILE, -1, reason, sizeof reason);
    assert_non_null(strstr(reason, "see perf_event_open(2); perf_event_paranoid is -1"));
}

static void a_counter_that_was_shared_is_unknown(void **state) {
    (void)state;
    assert_true(counters_value((const uint64_t[]){12345, 1000, 1000}) == 12345);
    assert_true(counters_value((const uint64_t[]){12345, 1000, 999}) == COUNTER_UNKNOWN);
    assert_true(counters_value((const uint64_t[]){0, 1000, 0}) == COUNTER_UNKNOWN);
    assert_true(counters_value((const uint64_t[]){0, 0, 0}) == COUNTER_UNKNOWN);
}

static void names_are_words_of_the_result_file(void **state) {
    (void)state;
    for (int i = 0; i < COUNTER_COUNT; i++) {
        assert_in_range(counter_quantity((enum counter)i), SAMPLE_MINOR_FAULTS, SAMPLE_QUANTITIES - 1);
        for (int j = 0; j < i; j++)
            assert_true(counter_quantity((enum counter)i) != counter_quantity((enum counter)j));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_counted),
        cmocka_unit_test(the_processors_are_counts_or_absent_with_a_reason),
        cmocka_unit_test(a_refusal_is_explained),
        cmocka_unit_test(a_counter_that_was_shared_is_unknown),
        cmocka_unit_test(names_are_words_of_the_result_file),
    };
    return cmocka_run_group_tests_name("counters", tests, NULL, NULL);
}
