/* Ranks, shifts and error rates, checked against SciPy (tests/data/ranks_reference.py) and by simulation. */
#include "statistics/error_rate.h"
#include "statistics/rank.h"
#include "statistics/shift.h"
#include "statistics/student.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/uniform.h"

#include "../data/ranks_reference.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void assert_near(double found, double wanted, double slack) {
    if (found == wanted) /* infinite ones too */
        return;
    if (!(fabs(found - wanted) <= slack * fmax(1e-3, fabs(wanted))))
        fail_msg("found %.17g, wanted %.17g", found, wanted);
}

static void test_student_agrees_with_scipy(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(student_expected); i++) {
        const double found = statistics_student_limit(student_expected[i].confidence, student_expected[i].freedom);
        assert_near(found / student_expected[i].limit, 1, 1e-8); /* SciPy is as far from tan(0.4995 pi) */
    }
}

static void test_normal_agrees_with_scipy(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(normal_expected); i++) {
        assert_near(statistics_normal_quantile(normal_expected[i].p), normal_expected[i].z, 1e-9);
        assert_near(statistics_normal_cumulative(normal_expected[i].z), normal_expected[i].p, 1e-9);
    }
}

static void test_mann_whitney_agrees_with_scipy(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(mann_whitney_expected); i++) {
        const double *x = mann_whitney_expected[i].x, *y = mann_whitney_expected[i].y;
        size_t x_count = mann_whitney_expected[i].x_count, y_count = mann_whitney_expected[i].y_count;
        assert_near(statistics_mann_whitney(x, x_count, y, y_count), mann_whitney_expected[i].p, 1e-9);
        assert_near(statistics_mann_whitney(y, y_count, x, x_count), // NOLINT: swapped, which changes nothing
                    mann_whitney_expected[i].p, 1e-9);
    }
    const double equal[] = {3, 3, 3, 3};
    assert_true(statistics_mann_whitney(equal, 2, equal, 4) == 1);
}

/* Of two groups, or of differences where there is no base. */
static struct statistics_shift *make_shift(const double *base, const double *other, size_t n) {
    struct statistics_shift *shift =
        base == NULL ? statistics_shift_of_pairs(other, n) : statistics_shift_of_groups(base, n, other, n);
    assert_non_null(shift);
    return shift;
}

static void test_shift_agrees_with_all_arrangements(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(shift_expected); i++) {
        struct statistics_shift *shift =
            make_shift(shift_expected[i].base, shift_expected[i].other, shift_expected[i].count);
        struct statistics_interval interval = statistics_shift_interval(shift, shift_expected[i].alpha);
        assert_near(interval.estimate, shift_expected[i].estimate, 1e-12);
        assert_near(interval.low, shift_expected[i].low, 1e-12);
        assert_near(interval.high, shift_expected[i].high, 1e-12);
        assert_near(statistics_shift_p_above(shift, shift_expected[i].limit), shift_expected[i].p_above, 1e-9);
        assert_near(statistics_shift_p_below(shift, shift_expected[i].limit), shift_expected[i].p_below, 1e-9);
        statistics_shift_free(shift);
    }
}

/* One level decides both: a limit is outside the interval exactly if its p-value is below half of the rest. */
static void check_interval_and_p(const struct statistics_shift *shift) {
    struct statistics_interval interval = statistics_shift_interval(shift, 0.1);
    assert_true(interval.low <= interval.estimate && interval.estimate <= interval.high);
    for (int half = -50; half < 50; half++) {
        const double limit = half / 2.0 - 0.25;
        assert_int_equal(interval.low > limit, statistics_shift_p_above(shift, limit) <= 0.05);
        assert_int_equal(interval.high < limit, statistics_shift_p_below(shift, limit) <= 0.05);
    }
}

static void test_interval_and_p_agree(void **state) {
    (void)state;
    uint64_t random = 7;
    for (size_t n = 1; n <= 100; n++) {
        double base[100], other[100];
        for (size_t i = 0; i < n; i++) {
            base[i] = round(20 * uniform(&random)); /* with ties */
            other[i] = round(22 * uniform(&random));
        }
        struct statistics_shift *shift = make_shift(n % 2 == 0 ? base : NULL, other, n);
        check_interval_and_p(shift);
        statistics_shift_widen(shift, 1.37);
        check_interval_and_p(shift);
        statistics_shift_free(shift);
    }
}

static void check_approximation(struct statistics_null *exact) {
    struct statistics_null approximate = *exact;
    assert_non_null(exact->cumulative);
    approximate.cumulative = NULL;
    for (size_t i = 0; i < exact->pairs; i++) {
        double p = statistics_null_tail(exact, i);
        if (p > 1e-3)
            assert_near(statistics_null_tail(&approximate, i), p, 0.01);
        assert_near(p + statistics_null_tail(exact, exact->pairs - i - 1), 1, 1e-12);
    }
    statistics_null_free(exact);
}

static void test_exact_and_approximate_meet(void **state) {
    (void)state;
    struct statistics_null null;
    assert_true(statistics_null_make_groups(&null, 40, 40));
    check_approximation(&null);
    assert_true(statistics_null_make_signed(&null, 80));
    check_approximation(&null);
}

static void test_large_sides(void **state) {
    (void)state;
    enum { LARGE = 20000 };
    uint64_t random = 9;
    double *base = malloc(LARGE * sizeof *base), *other = malloc(LARGE * sizeof *other);
    assert_non_null(base);
    assert_non_null(other);
    for (size_t i = 0; i < LARGE; i++) {
        base[i] = log(uniform(&random));
        other[i] = log(uniform(&random)) + 0.25;
    }
    for (int paired = 0; paired < 2; paired++) {
        for (size_t i = 0; paired && i < LARGE; i++)
            other[i] -= base[i];
        struct statistics_shift *shift = make_shift(paired ? NULL : base, other, LARGE);
        struct statistics_interval interval = statistics_shift_interval(shift, 0.001);
        assert_true(interval.low < 0.25 && 0.25 < interval.high && interval.high - interval.low < 0.1);
        statistics_shift_free(shift);
    }
    free(base);
    free(other);
}

/* Few values cannot give much confidence, and then nothing is claimed. */
static void test_too_few_values(void **state) {
    (void)state;
    const double base[] = {1, 1, 1}, other[] = {9, 9, 9};
    for (size_t n = 1; n <= 3; n++) {
        struct statistics_shift *shift = make_shift(base, other, n);
        struct statistics_interval interval = statistics_shift_interval(shift, 0.05);
        assert_true(interval.estimate == 8);
        assert_true(isinf(interval.low) && interval.low < 0 && isinf(interval.high) && interval.high > 0);
        assert_true(isinf(statistics_smallest_effect(interval, 0.05, 0.02, 0.8)));
        assert_near(statistics_shift_p_min(shift), n == 1 ? 0.5 : n == 2 ? 1 / 6. : 1 / 20., 1e-12);
        statistics_shift_free(shift);
    }
}

/* An execution on a shared machine: log-normal, one in five in a slow mode, one in twenty far out. */
static double execution(uint64_t *random) {
    double normal = sqrt(-2 * log(uniform(random))) * cos(6.283185307179586 * uniform(random));
    double slow = uniform(random) < 0.2 ? 0.08 : 0, outlier = uniform(random) < 0.05 ? -0.3 * log(uniform(random)) : 0;
    return 0.012 * normal + slow + outlier;
}

/*
 * Nominal 95 % intervals hold the truth in 93 to 97.5 % of comparisons (the exact levels are steps). Of pairs, what the
 * machine did in between is in both: half as fast in every third.
 */
static void test_coverage(void **state) {
    (void)state;
    enum { TRIALS = 2000, N_MAX = 20 };
    static const struct {
        size_t n;
        bool paired;
    } designs[] = {{6, false}, {9, false}, {20, false}, {9, true}, {12, true}, {20, true}};
    uint64_t random = 11;
    for (size_t d = 0; d < COUNT(designs); d++) {
        size_t held = 0, n = designs[d].n;
        for (size_t trial = 0; trial < TRIALS; trial++) {
            double base[N_MAX], other[N_MAX];
            for (size_t i = 0; i < n; i++) {
                const double both = designs[d].paired && uniform(&random) < 1 / 3. ? log(2) : 0;
                base[i] = execution(&random) + both;
                other[i] = execution(&random) + 0.05 + both - (designs[d].paired ? base[i] : 0);
            }
            struct statistics_shift *shift = make_shift(designs[d].paired ? NULL : base, other, n);
            struct statistics_interval interval = statistics_shift_interval(shift, 0.05);
            held += interval.low <= 0.05 && 0.05 <= interval.high;
            statistics_shift_free(shift);
        }
        if (held < 93 * TRIALS / 100 || held > 975 * TRIALS / 1000)
            fail_msg("%zu executions: held in %zu of %d", n, held, TRIALS);
    }
}

/* Error rates. */

static void test_holm_agrees_with_its_definition(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(holm_expected); i++) {
        double levels[8];
        bool rejected[8];
        assert_true(statistics_holm(holm_expected[i].p, holm_expected[i].count, 0.05, levels, rejected));
        for (size_t k = 0; k < holm_expected[i].count; k++) {
            assert_int_equal(rejected[k], holm_expected[i].rejected[k]);
            assert_int_equal(rejected[k], holm_expected[i].p[k] <= levels[k]);
            assert_true(levels[k] >= 0.05 / (double)holm_expected[i].count && levels[k] <= 0.05);
        }
    }
    assert_true(statistics_holm(NULL, 0, 0.05, NULL, NULL));
}

static void test_binomial_agrees_with_scipy(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(binomial_expected); i++) {
        struct statistics_interval found = statistics_binomial(binomial_expected[i].count, binomial_expected[i].trials,
                                                               binomial_expected[i].confidence);
        assert_near(found.low, binomial_expected[i].low, 1e-9);
        assert_near(found.high, binomial_expected[i].high, 1e-9);
        assert_true(found.low <= found.estimate && found.estimate <= found.high);
    }
}

static void test_spending_agrees_with_scipy(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(spending_expected); i++) {
        double alpha = spending_expected[i].alpha, fraction = spending_expected[i].fraction;
        assert_near(statistics_alpha_spent(STATISTICS_POCOCK, alpha, fraction), spending_expected[i].pocock, 1e-9);
        assert_near(statistics_alpha_spent(STATISTICS_OBRIEN_FLEMING, alpha, fraction),
                    spending_expected[i].obrien_fleming, 1e-9);
    }
}

/* Effects as large as it says are found as often as it says. */
static void test_smallest_effect_is_found(void **state) {
    (void)state;
    enum { TRIALS = 1000, N = 12 };
    uint64_t random = 13;
    size_t found = 0;
    double effect = 0;
    for (size_t round = 0; round < 2; round++) { /* first its mean size, then how often that is found */
        double sum = 0;
        for (size_t trial = 0; trial < TRIALS; trial++) {
            double base[N], other[N];
            for (size_t i = 0; i < N; i++) {
                base[i] = 0.01 * (uniform(&random) + uniform(&random) + uniform(&random));
                other[i] = 0.01 * (uniform(&random) + uniform(&random) + uniform(&random)) + effect;
            }
            struct statistics_shift *shift = make_shift(base, other, N);
            struct statistics_interval interval = statistics_shift_interval(shift, 0.05);
            sum += statistics_smallest_effect(interval, 0.05, 0.02, 0.8);
            found += round == 1 && interval.low > 0.02;
            statistics_shift_free(shift);
        }
        if (round == 0)
            effect = sum / (double)TRIALS;
    }
    assert_true(found > 72 * TRIALS / 100 && found < 88 * TRIALS / 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_student_agrees_with_scipy),
        cmocka_unit_test(test_normal_agrees_with_scipy),
        cmocka_unit_test(test_mann_whitney_agrees_with_scipy),
        cmocka_unit_test(test_shift_agrees_with_all_arrangements),
        cmocka_unit_test(test_interval_and_p_agree),
        cmocka_unit_test(test_exact_and_approximate_meet),
        cmocka_unit_test(test_large_sides),
        cmocka_unit_test(test_too_few_values),
        cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_holm_agrees_with_its_definition),
        cmocka_unit_test(test_binomial_agrees_with_scipy),
        cmocka_unit_test(test_spending_agrees_with_scipy),
        cmocka_unit_test(test_smallest_effect_is_found),
    };
    return cmocka_run_group_tests_name("ranks", tests, NULL, NULL);
}
