/* What the machine did between two runs, seen in the cases that hold nothing of what is compared. */
#include "statistics/drift.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../support/uniform.h"

#include "statistics/verdict.h"

enum { REFERENCES = 10 };

#define assert_near(found, wanted, error) assert_true(fabs((found) - (wanted)) <= (error))

/* An interval with a standard error of 1 %, around a ratio so many of them away from 1. */
static struct statistics_interval moved_by(double errors) {
    const double error = 0.01;
    return (struct statistics_interval){exp(errors * error), exp((errors - 1.959964) * error),
                                        exp((errors + 1.959964) * error)};
}

static struct drift measure_ratios(const struct statistics_interval *ratios, size_t count) {
    struct drift drift;
    assert_true(drift_measure(&drift, ratios, count));
    return drift;
}

static struct drift measure(double first_errors, double other_errors, size_t count) {
    struct statistics_interval ratios[REFERENCES];
    for (size_t i = 0; i < count; i++)
        ratios[i] = moved_by(i == 0 ? first_errors : i % 2 == 0 ? other_errors : -other_errors);
    return measure_ratios(ratios, count);
}

static void test_widening_is_what_references_moved(void **state) {
    (void)state;
    assert_near(measure(2, 2, REFERENCES).widening, 2, 1e-6);
    assert_near(measure(-2, 2, REFERENCES).widening, 2, 1e-6);
    assert_near(measure(1, 1, REFERENCES).widening, 1, 1e-6);
    /* Never narrower, and no more than one of them can tell. */
    assert_true(measure(0, 0, REFERENCES).widening == 1);
    assert_near(measure(100, 100, REFERENCES).widening, 3, 1e-6);
    assert_near(measure(100, 2, REFERENCES).widening, sqrt((9 + 9 * 4) / 10.), 1e-6);
}

static void test_ratio_is_the_median(void **state) {
    (void)state;
    struct statistics_interval ratios[REFERENCES];
    for (size_t i = 0; i < REFERENCES; i++)
        ratios[i] = moved_by(i < 2 ? 50 : 3);
    assert_near(measure_ratios(ratios, REFERENCES).ratio, exp(0.03), 1e-9);
    assert_near(measure_ratios(ratios, 0).ratio, 1, 0);
}

static void test_few_references_tell_nothing(void **state) {
    (void)state;
    struct drift drift = measure(2, 2, DRIFT_REFERENCES_MIN - 1);
    assert_true(drift.references == DRIFT_REFERENCES_MIN - 1 && drift.widening == 1);
    assert_true(measure(2, 2, DRIFT_REFERENCES_MIN).widening > 1);
}

/* Of too few executions: an interval that ends nowhere, or one without any width. */
static void test_intervals_without_a_width(void **state) {
    (void)state;
    struct statistics_interval ratios[REFERENCES];
    for (size_t i = 0; i < REFERENCES; i++)
        ratios[i] = i == 0 ? (struct statistics_interval){1.5, 0, INFINITY} : moved_by(2);
    struct drift drift = measure_ratios(ratios, REFERENCES);
    assert_int_equal(drift.references, REFERENCES - 1);
    assert_near(drift.widening, 2, 1e-6);
    for (size_t i = 0; i < REFERENCES; i++)
        ratios[i] = (struct statistics_interval){1, 1, 1};
    assert_true(measure_ratios(ratios, REFERENCES).widening == 1);
    for (size_t i = 0; i < REFERENCES; i++)
        ratios[i] = (struct statistics_interval){2, 2, 2};
    assert_near(measure_ratios(ratios, REFERENCES).widening, 3, 1e-6);
}

/* ---- Runs on a machine that has slow stretches, more of them in some runs than in others ---- */

enum { CASES = 80, OF_THEM_REFERENCES = 30, EXECUTIONS = 12, RUNS = 200 };

/* Each case has its own noise, and suffers by its own factor when the machine is slow. */
static void run(double times[CASES][EXECUTIONS], uint64_t *random) {
    const double slow_share = 0.3 * uniform(random);
    for (size_t i = 0; i < CASES; i++)
        for (size_t e = 0; e < EXECUTIONS; e++) {
            const double spread = 0.005 + 0.03 * (double)(i % 5), slowness = 1.2 + 0.3 * (double)(i % 3);
            const double noise = uniform(random) + uniform(random) + uniform(random) - 1.5;
            times[i][e] = exp(spread * noise) * (uniform(random) < slow_share ? slowness : 1);
        }
}

/* Of the cases that are no references, how many have intervals that hold what is true: nothing changed. */
static size_t count_held(struct verdict_case cases[CASES], double widening) {
    size_t held = 0;
    for (size_t i = 0; i < CASES; i++)
        cases[i].widening = widening;
    assert_true(verdict_judge(cases, CASES, VERDICT_THRESHOLD, VERDICT_ALPHA));
    for (size_t i = OF_THEM_REFERENCES; i < CASES; i++)
        held += cases[i].ratio.low <= 1 && 1 <= cases[i].ratio.high;
    return held;
}

static void test_intervals_hold_what_they_promise(void **state) {
    (void)state;
    static double base[CASES][EXECUTIONS], other[CASES][EXECUTIONS];
    uint64_t random = 11;
    size_t held = 0, held_before = 0;
    for (size_t pair = 0; pair < RUNS; pair++) {
        struct verdict_case cases[CASES] = {0};
        struct statistics_interval ratios[OF_THEM_REFERENCES];
        run(base, &random);
        run(other, &random);
        for (size_t i = 0; i < CASES; i++) {
            cases[i].base = (struct verdict_side){base[i], EXECUTIONS};
            cases[i].other = (struct verdict_side){other[i], EXECUTIONS};
        }
        held_before += count_held(cases, 1);
        for (size_t i = 0; i < OF_THEM_REFERENCES; i++)
            ratios[i] = cases[i].ratio;
        held += count_held(cases, measure_ratios(ratios, OF_THEM_REFERENCES).widening);
    }
    const double all = (double)RUNS * (CASES - OF_THEM_REFERENCES);
    assert_true((double)held_before / all < 0.93); /* or there is nothing to be mended here */
    assert_true((double)held / all > 0.94);
    assert_true((double)held / all < 0.985);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_widening_is_what_references_moved), cmocka_unit_test(test_ratio_is_the_median),
        cmocka_unit_test(test_few_references_tell_nothing),       cmocka_unit_test(test_intervals_without_a_width),
        cmocka_unit_test(test_intervals_hold_what_they_promise),
    };
    return cmocka_run_group_tests_name("drift", tests, NULL, NULL);
}
