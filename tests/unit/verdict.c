/* What is called regressed, improved, equivalent or inconclusive, and how often wrongly. */
#include "statistics/verdict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../support/uniform.h"

enum { N = 20, CASES = 30 };

/* Times around 10 ns that scatter by `spread` (1 is 100 %), slower by `ratio`. */
static void fill(double *ns, size_t count, double ratio, double spread, uint64_t *random) {
    for (size_t i = 0; i < count; i++)
        ns[i] = 10 * ratio * exp(spread * (uniform(random) + uniform(random) + uniform(random) - 1.5));
}

static struct verdict_case judge_one(double ratio, double spread, size_t count) {
    static double base[N], other[N];
    uint64_t random = 3;
    fill(base, count, 1, spread, &random);
    fill(other, count, ratio, spread, &random);
    struct verdict_case c = {.base = {base, count}, .other = {other, count}};
    assert_true(verdict_judge(&c, 1, VERDICT_THRESHOLD, VERDICT_ALPHA));
    return c;
}

static void test_clear_cases(void **state) {
    (void)state;
    static const struct {
        double ratio, spread;
        enum verdict verdict;
    } cases[] = {
        {1, 0.005, VERDICT_EQUIVALENT},      {1.05, 0.005, VERDICT_REGRESSED},
        {1 / 1.05, 0.005, VERDICT_IMPROVED}, {1, 0.2, VERDICT_INCONCLUSIVE},
        {1.05, 0.2, VERDICT_INCONCLUSIVE},   {1 + VERDICT_THRESHOLD, 0.02, VERDICT_INCONCLUSIVE},
        {1.01, 0.005, VERDICT_EQUIVALENT},   {1 / 1.01, 0.005, VERDICT_EQUIVALENT},
        {100, 0.2, VERDICT_REGRESSED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct verdict_case c = judge_one(cases[i].ratio, cases[i].spread, N);
        if (c.verdict != cases[i].verdict)
            fail_msg("%g +- %g is %s", cases[i].ratio, cases[i].spread, verdict_name(c.verdict));
        assert_true(fabs(log(c.ratio.estimate / cases[i].ratio)) < cases[i].spread);
        assert_true(c.ratio.low < cases[i].ratio && cases[i].ratio < c.ratio.high);
    }
}

/* The verdict can be read off the joint interval. */
static void check_joint_interval(const struct verdict_case *c) {
    double high = 1 + VERDICT_THRESHOLD, low = 1 / high;
    bool above = c->joint.low > high, below = c->joint.high<low, inside = c->joint.low> low && c->joint.high < high;
    assert_int_equal(above, c->verdict == VERDICT_REGRESSED);
    assert_int_equal(below, c->verdict == VERDICT_IMPROVED);
    assert_int_equal(inside, c->verdict == VERDICT_EQUIVALENT);
    assert_true(c->joint.low <= c->ratio.low && c->ratio.high <= c->joint.high);
    assert_true(c->joint_confidence >= 1 - VERDICT_ALPHA);
}

static void test_verdict_follows_from_the_interval(void **state) {
    (void)state;
    static double base[CASES][N], other[CASES][N], shifts[CASES][N];
    uint64_t random = 5;
    for (size_t trial = 0; trial < 20; trial++) {
        struct verdict_case cases[CASES];
        for (size_t i = 0; i < CASES; i++) {
            fill(base[i], N, 1, 0.02, &random);
            fill(other[i], N, 0.9 + 0.2 * uniform(&random), 0.02, &random);
            for (size_t pair = 0; pair < N; pair++)
                shifts[i][pair] = log(other[i][pair] / base[i][pair]);
            cases[i] = (struct verdict_case){.base = {base[i], N},
                                             .other = {other[i], N},
                                             .pair_shifts = trial % 2 == 0 ? NULL : shifts[i],
                                             .widening = trial % 3 == 0 ? 1.5 : 0};
        }
        assert_true(verdict_judge(cases, CASES, VERDICT_THRESHOLD, VERDICT_ALPHA));
        for (size_t i = 0; i < CASES; i++)
            check_joint_interval(&cases[i]);
    }
}

static double widening_of(double wide, double narrow) {
    return log(wide) / log(narrow);
}

/* The estimate stays, and each end of each interval is so many times as far from it. */
static void test_wider_intervals(void **state) {
    (void)state;
    static double base[N], other[N];
    uint64_t random = 9;
    fill(base, N, 1, 0.02, &random);
    fill(other, N, 1.1, 0.02, &random);
    struct verdict_case narrow = {.base = {base, N}, .other = {other, N}}, wide = narrow;
    wide.widening = 2.5;
    assert_true(verdict_judge(&narrow, 1, VERDICT_THRESHOLD, VERDICT_ALPHA));
    assert_true(verdict_judge(&wide, 1, VERDICT_THRESHOLD, VERDICT_ALPHA));
    assert_true(wide.ratio.estimate == narrow.ratio.estimate);
    assert_true(fabs(widening_of(wide.ratio.high / wide.ratio.estimate, narrow.ratio.high / narrow.ratio.estimate) -
                     2.5) < 1e-9);
    assert_true(
        fabs(widening_of(wide.ratio.low / wide.ratio.estimate, narrow.ratio.low / narrow.ratio.estimate) - 2.5) < 1e-9);
    assert_true(wide.p_changed > narrow.p_changed && wide.smallest_slowdown > narrow.smallest_slowdown);
}

/* With the whole truth on the threshold, where false claims are likeliest, few suites have one. */
static void test_false_claims_are_rare(void **state) {
    (void)state;
    enum { SUITES = 200, SMALL = 10 };
    static double base[CASES][SMALL], other[CASES][SMALL];
    uint64_t random = 17;
    size_t regressed = 0, equivalent = 0;
    for (size_t suite = 0; suite < SUITES; suite++) {
        struct verdict_case cases[CASES];
        for (size_t i = 0; i < CASES; i++) {
            fill(base[i], SMALL, 1, 0.01, &random);
            fill(other[i], SMALL, 1 + VERDICT_THRESHOLD, 0.01, &random);
            cases[i] = (struct verdict_case){.base = {base[i], SMALL}, .other = {other[i], SMALL}};
        }
        assert_true(verdict_judge(cases, CASES, VERDICT_THRESHOLD, VERDICT_ALPHA));
        size_t counts[VERDICT_COUNT] = {0};
        for (size_t i = 0; i < CASES; i++)
            counts[cases[i].verdict]++;
        regressed += counts[VERDICT_REGRESSED] > 0;
        equivalent += counts[VERDICT_EQUIVALENT] > 0;
        assert_int_equal(counts[VERDICT_IMPROVED], 0);
    }
    /* One half of alpha each, give or take: 5 of 200, and 12 or more in one of 200 such tests. */
    assert_true(regressed < 12);
    assert_true(equivalent < 12);
}

/* As many executions as it asks for are enough, and one less is not. */
static void test_how_many_executions_it_takes(void **state) {
    (void)state;
    static const size_t counts[] = {1, 2, 10, CASES};
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        size_t least = verdict_executions_min(counts[k], VERDICT_ALPHA);
        assert_true(least >= 4 && least < N);
        for (size_t n = least - 1; n <= least; n++) {
            static double base[CASES][N], other[CASES][N];
            struct verdict_case cases[CASES];
            for (size_t i = 0; i < counts[k]; i++) {
                for (size_t e = 0; e < n; e++) {
                    base[i][e] = 1;
                    other[i][e] = 2;
                }
                cases[i] = (struct verdict_case){.base = {base[i], n}, .other = {other[i], n}};
            }
            assert_true(verdict_judge(cases, counts[k], VERDICT_THRESHOLD, VERDICT_ALPHA));
            assert_int_equal(cases[0].verdict, n == least ? VERDICT_REGRESSED : VERDICT_INCONCLUSIVE);
            assert_int_equal(cases[0].decidable, n == least);
        }
    }
}

static void test_single_executions_say_nothing(void **state) {
    (void)state;
    struct verdict_case c = judge_one(100, 0, 1);
    assert_int_equal(c.verdict, VERDICT_INCONCLUSIVE);
    assert_true(c.ratio.low == 0 && isinf(c.ratio.high) && isinf(c.smallest_slowdown));
    assert_true(fabs(c.ratio.estimate - 100) < 1e-9);
    assert_true(c.p_changed == 1 && c.p_equivalent == 1);
}

static void test_worst(void **state) {
    (void)state;
    struct verdict_case cases[] = {{.verdict = VERDICT_IMPROVED}, {.verdict = VERDICT_EQUIVALENT}};
    assert_int_equal(verdict_worst(cases, 0), VERDICT_EQUIVALENT);
    assert_int_equal(verdict_worst(cases, 2), VERDICT_IMPROVED);
    cases[1].verdict = VERDICT_REGRESSED;
    assert_int_equal(verdict_worst(cases, 2), VERDICT_REGRESSED);
    assert_true(verdict_judge(NULL, 0, VERDICT_THRESHOLD, VERDICT_ALPHA));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clear_cases),
        cmocka_unit_test(test_verdict_follows_from_the_interval),
        cmocka_unit_test(test_wider_intervals),
        cmocka_unit_test(test_false_claims_are_rare),
        cmocka_unit_test(test_how_many_executions_it_takes),
        cmocka_unit_test(test_single_executions_say_nothing),
        cmocka_unit_test(test_worst),
    };
    return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
