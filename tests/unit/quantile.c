/* Intervals of quantiles of single operations, of which those of one execution resemble each other. */
#include "statistics/quantile.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../support/uniform.h"

enum { CLUSTERS = 9, VALUES = 3000, TRIALS = 400 };

static struct quantile_point values[CLUSTERS][VALUES], pooled[CLUSTERS * VALUES];

static struct statistics_interval interval_of(size_t cluster_count, size_t value_count, double order) {
    struct quantile_cluster clusters[CLUSTERS];
    size_t count = 0;
    for (size_t c = 0; c < cluster_count; c++) {
        clusters[c] = (struct quantile_cluster){values[c], value_count};
        for (size_t i = 0; i < value_count; i++)
            pooled[count++] = values[c][i];
    }
    quantile_sort(pooled, count);
    return quantile_with_interval(pooled, count, clusters, cluster_count, order, 0.95);
}

/*
 * Operations take 1,000 and up, exponentially; a share of them ten times as long, which differs between executions.
 * P(value > v) of all executions together is then known, and so is the quantile: by halving.
 */
static const double rare[] = {0.005, 0.015};

static double beyond(double value) {
    const double mean_share = (rare[0] + rare[1]) / 2, above = value - 1000;
    return (1 - mean_share) * exp(-above / 300) + mean_share * exp(-above / 3000);
}

static double true_quantile(double order) {
    double low = 1000, high = 1e6;
    for (int i = 0; i < 100; i++) {
        const double middle = (low + high) / 2;
        *(beyond(middle) > 1 - order ? &low : &high) = middle;
    }
    return high;
}

static void draw(uint64_t *random) {
    for (size_t c = 0; c < CLUSTERS; c++) {
        const double share = rare[0] + (rare[1] - rare[0]) * uniform(random);
        for (size_t i = 0; i < VALUES; i++) {
            const double scale = uniform(random) < share ? 3000 : 300;
            values[c][i] = (struct quantile_point){(uint64_t)(1000 - scale * log(uniform(random))), 1};
        }
    }
}

static void test_intervals_hold_what_is_true(void **state) {
    (void)state;
    static const double orders[] = {0.5, 0.99, 0.999};
    size_t held[3] = {0};
    uint64_t random = 5;
    for (size_t trial = 0; trial < TRIALS; trial++) {
        draw(&random);
        for (size_t k = 0; k < 3; k++) {
            const double truth = true_quantile(orders[k]);
            const struct statistics_interval found = interval_of(CLUSTERS, VALUES, orders[k]);
            assert_true(found.low <= found.estimate && found.estimate <= found.high && found.high < INFINITY);
            held[k] += found.low <= truth && truth <= found.high;
        }
    }
    /* 380 of 400 promised: 366 and 393 are three standard errors away. */
    for (size_t k = 0; k < 3; k++)
        if (held[k] < 366 || held[k] > 393)
            fail_msg("the interval of the quantile %g held the truth in %zu of %d trials", orders[k], held[k], TRIALS);
}

/* What one execution alone saw may never be seen again: the many values of one are one witness. */
static void test_one_slow_execution_makes_it_wide(void **state) {
    (void)state;
    for (size_t c = 0; c < CLUSTERS; c++)
        for (size_t i = 0; i < VALUES; i++)
            values[c][i] = (struct quantile_point){c == 0 ? 5000 + i % 10 : 1000 + i % 10, 1};
    const struct statistics_interval found = interval_of(CLUSTERS, VALUES, 0.9);
    assert_true(found.low < 1010 && found.high > 5000);
}

static void test_ends_that_nobody_knows(void **state) {
    (void)state;
    for (size_t c = 0; c < CLUSTERS; c++)
        for (size_t i = 0; i < VALUES; i++)
            values[c][i] = (struct quantile_point){1000 + (c * 37 + i * i) % 500, 1};
    const struct statistics_interval alone = interval_of(1, VALUES, 0.5);
    assert_true(alone.estimate > 1000 && alone.low == 0 && isinf(alone.high));
    /* Equal executions leave no doubt; a quantile on the last value has nothing beyond it. */
    for (size_t c = 1; c < CLUSTERS; c++)
        for (size_t i = 0; i < VALUES; i++)
            values[c][i] = values[0][i];
    const struct statistics_interval sure = interval_of(CLUSTERS, VALUES, 0.5);
    assert_true(sure.low == sure.estimate && sure.estimate == sure.high);
    const struct statistics_interval last = interval_of(2, 10, 0.999);
    assert_true(isinf(last.high));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intervals_hold_what_is_true),
        cmocka_unit_test(test_one_slow_execution_makes_it_wide),
        cmocka_unit_test(test_ends_that_nobody_knows),
    };
    return cmocka_run_group_tests_name("quantile", tests, NULL, NULL);
}
