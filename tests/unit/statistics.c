/* Checked against NumPy and SciPy (tests/data/statistics_reference.py), and by what must hold for any data. */
#include "statistics/statistics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "../data/statistics_reference.h"

enum { RESAMPLES = 20000 };

static size_t count_of(size_t array_size) {
    return array_size / sizeof(double);
}

static void test_quantile_agrees_with_scipy(void **state) {
    (void)state;
    for (size_t i = 0; i < count_of(sizeof quantile_probabilities); i++) {
        double found =
            statistics_quantile(quantile_values, count_of(sizeof quantile_values), quantile_probabilities[i]);
        assert_true(fabs(found - quantile_expected[i]) <= 1e-12 * quantile_expected[i]);
    }
}

static void test_median_of_few(void **state) {
    (void)state;
    const double values[] = {9, 1, 4, 2};
    double copy[4];
    memcpy(copy, values, sizeof values);
    assert_true(statistics_median(copy, 1) == 9);
    assert_true(statistics_median(copy, 2) == 5);
    assert_true(statistics_median(copy, 3) == 4);
    assert_true(statistics_median(copy, 4) == 3);
    assert_memory_equal(copy, values, sizeof values); /* the order of the samples is data */
}

static void test_bootstrap_agrees_with_numpy(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof bootstrap_expected / sizeof *bootstrap_expected; i++) {
        struct statistics_interval found =
            statistics_bootstrap_median(bootstrap_expected[i].samples, bootstrap_expected[i].counts,
                                        bootstrap_expected[i].executions, 0.95, RESAMPLES, i);
        /* Both intervals are drawn at random: their ends may differ by a small part of the width. */
        double slack = 0.05 * (bootstrap_expected[i].high - bootstrap_expected[i].low);
        assert_true(fabs(found.estimate - bootstrap_expected[i].estimate) <= 1e-12 * found.estimate);
        assert_true(fabs(found.low - bootstrap_expected[i].low) <= slack);
        assert_true(fabs(found.high - bootstrap_expected[i].high) <= slack);
    }
}

static void test_bootstrap_is_deterministic(void **state) {
    (void)state;
    struct statistics_interval intervals[3];
    const uint64_t seeds[] = {7, 7, 8};
    for (size_t i = 0; i < 3; i++)
        intervals[i] = statistics_bootstrap_median(bootstrap_expected[0].samples, bootstrap_expected[0].counts,
                                                   bootstrap_expected[0].executions, 0.95, 500, seeds[i]);
    assert_memory_equal(&intervals[0], &intervals[1], sizeof intervals[0]);
    assert_memory_not_equal(&intervals[0], &intervals[2], sizeof intervals[0]);
    assert_true(intervals[0].estimate == intervals[2].estimate);
}

static void test_bootstrap_of_equal_samples_has_no_width(void **state) {
    (void)state;
    const double samples[] = {3, 3, 3, 3, 3, 3};
    const size_t counts[] = {1, 2, 3};
    struct statistics_interval found = statistics_bootstrap_median(samples, counts, 3, 0.95, 100, 1);
    assert_true(found.estimate == 3 && found.low == 3 && found.high == 3);
}

static void test_more_confidence_is_wider(void **state) {
    (void)state;
    struct statistics_interval wide, narrow;
    narrow = statistics_bootstrap_median(bootstrap_expected[1].samples, bootstrap_expected[1].counts,
                                         bootstrap_expected[1].executions, 0.5, RESAMPLES, 1);
    wide = statistics_bootstrap_median(bootstrap_expected[1].samples, bootstrap_expected[1].counts,
                                       bootstrap_expected[1].executions, 0.99, RESAMPLES, 1);
    assert_true(wide.low < narrow.low && narrow.low < narrow.estimate);
    assert_true(wide.high > narrow.high && narrow.high > narrow.estimate);
}

/* Ten executions that differ, each of a thousand samples that do not: the interval must show the executions. */
static void test_execution_is_the_unit(void **state) {
    (void)state;
    enum { EXECUTIONS = 10, SAMPLES = 1000 };
    static double samples[EXECUTIONS * SAMPLES];
    size_t counts[EXECUTIONS];
    for (size_t i = 0; i < EXECUTIONS; i++) {
        counts[i] = SAMPLES;
        for (size_t j = 0; j < SAMPLES; j++)
            samples[i * SAMPLES + j] = 100 + (double)i;
    }
    struct statistics_interval found = statistics_bootstrap_median(samples, counts, EXECUTIONS, 0.95, 1000, 1);
    assert_true(found.estimate == 104.5);
    assert_true(found.high - found.low >= 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantile_agrees_with_scipy),
        cmocka_unit_test(test_median_of_few),
        cmocka_unit_test(test_bootstrap_agrees_with_numpy),
        cmocka_unit_test(test_bootstrap_is_deterministic),
        cmocka_unit_test(test_bootstrap_of_equal_samples_has_no_width),
        cmocka_unit_test(test_more_confidence_is_wider),
        cmocka_unit_test(test_execution_is_the_unit),
    };
    return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
