/*
 * Judging while sampling: error rates and the time that is saved, on synthetic pairs of executions from a fixed seed.
 * Executions scatter as on shared machines: log-normal, one process in six in a slow mode, and now and then a machine
 * half as fast, which both sides share.
 *
 * Figures are counts of many simulated suites, the same at each run; SIMULATE=N makes it N times as many.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "gate/sequence.h"

enum { CASES = 12, PAIRS_MAX = 120 };

/* One suite in the making: all values first, so that two ways to stop see the same. */
struct suite {
    double base[CASES][PAIRS_MAX], other[CASES][PAIRS_MAX], shifts[CASES][PAIRS_MAX];
    struct verdict_case cases[CASES];
    bool settled[CASES];
    size_t pairs[CASES]; /* that were needed */
};

static double uniform(struct random *random) {
    return ((double)(random_next(random) >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(struct random *random) {
    return sqrt(-2 * log(uniform(random))) * cos(6.283185307179586 * uniform(random));
}

static double execution_ns(struct random *random, double noise) {
    const double slow_mode = uniform(random) < 1.0 / 6 ? 0.04 : 0;
    return 10 * exp(noise * normal(random) + slow_mode);
}

static void fill(struct suite *suite, struct random *random, double noise, double ratio) {
    for (size_t i = 0; i < CASES; i++) {
        for (size_t pair = 0; pair < PAIRS_MAX; pair++) {
            const double speed = uniform(random) < 0.25 ? 2 : 1;
            suite->base[i][pair] = execution_ns(random, noise) * speed;
            suite->other[i][pair] = execution_ns(random, noise) * speed * ratio;
            suite->shifts[i][pair] = log(suite->other[i][pair] / suite->base[i][pair]);
        }
        suite->cases[i] = (struct verdict_case){.verdict = VERDICT_INCONCLUSIVE};
        suite->settled[i] = false;
    }
}

static void offer(struct suite *suite, size_t pairs) {
    for (size_t i = 0; i < CASES; i++) {
        if (suite->settled[i])
            continue;
        suite->cases[i].base = (struct verdict_side){suite->base[i], pairs};
        suite->cases[i].other = (struct verdict_side){suite->other[i], pairs};
        suite->cases[i].pair_shifts = suite->shifts[i];
        suite->pairs[i] = pairs;
    }
}

/* Looks as the gate does. */
static void judge_on_the_way(struct suite *suite) {
    struct sequence sequence = {.threshold = VERDICT_THRESHOLD, .alpha = VERDICT_ALPHA, .case_count = CASES};
    for (size_t pairs = 1; pairs <= PAIRS_MAX; pairs++) {
        if (pairs < PAIRS_MAX && !sequence_is_due(&sequence, pairs))
            continue;
        offer(suite, pairs);
        assert_true(sequence_look(&sequence, suite->cases, suite->settled, (double)pairs / (double)PAIRS_MAX));
    }
    assert_true(sequence.spent <= VERDICT_ALPHA * (1 + 1e-9));
}

static void judge_at_the_end(struct suite *suite) {
    offer(suite, PAIRS_MAX);
    assert_true(verdict_judge(suite->cases, CASES, VERDICT_THRESHOLD, VERDICT_ALPHA));
}

/* Executions that are all there are judged as those that came one after the other. */
static void expect_the_same_on_replay(const struct suite *suite, struct suite *whole) {
    struct sequence sequence = {.threshold = VERDICT_THRESHOLD, .alpha = VERDICT_ALPHA, .case_count = CASES};
    offer(whole, PAIRS_MAX);
    assert_true(sequence_replay(&sequence, whole->cases));
    for (size_t i = 0; i < CASES; i++) {
        assert_int_equal(whole->cases[i].verdict, suite->cases[i].verdict);
        assert_int_equal(whole->cases[i].other.count, suite->pairs[i]);
        assert_true(whole->cases[i].joint.high == suite->cases[i].joint.high);
    }
}

struct outcome {
    size_t suites, cases;
    size_t counts[VERDICT_COUNT], counts_at_the_end[VERDICT_COUNT];
    size_t agreeing;          /* cases with the same verdict either way */
    size_t suites_with_claim; /* of a change, in as much as one case */
    double pairs_share;       /* of those that a fixed number would have taken */
};

static struct outcome simulate(size_t suites, double noise, double ratio) {
    struct random random = {20240607};
    static struct suite storage[3]; /* large; filled anew for every run */
    struct suite *const suite = &storage[0], *const fixed = &storage[1], *const whole = &storage[2];
    struct outcome outcome = {.suites = suites, .cases = suites * CASES};
    for (size_t run = 0; run < suites; run++) {
        bool claimed = false;
        fill(suite, &random, noise, ratio);
        *fixed = *whole = *suite;
        judge_on_the_way(suite);
        judge_at_the_end(fixed);
        if (run == 0)
            expect_the_same_on_replay(suite, whole);
        for (size_t i = 0; i < CASES; i++) {
            const enum verdict verdict = suite->cases[i].verdict, at_the_end = fixed->cases[i].verdict;
            outcome.counts[verdict]++;
            outcome.counts_at_the_end[at_the_end]++;
            outcome.agreeing += verdict == at_the_end;
            outcome.pairs_share += (double)suite->pairs[i] / ((double)PAIRS_MAX * (double)CASES * (double)suites);
            claimed |= verdict == VERDICT_REGRESSED || verdict == VERDICT_IMPROVED;
        }
        outcome.suites_with_claim += claimed;
    }
    print_message(
        "noise %.1f%%, ratio %.2f: %zu regressed, %zu improved, %zu equivalent, %zu inconclusive of %zu; "
        "%.1f%% as at the end, with %.0f%% of the executions\n",
        noise * 100, ratio, outcome.counts[VERDICT_REGRESSED], outcome.counts[VERDICT_IMPROVED],
        outcome.counts[VERDICT_EQUIVALENT], outcome.counts[VERDICT_INCONCLUSIVE], outcome.cases,
        100 * (double)outcome.agreeing / (double)outcome.cases, 100 * outcome.pairs_share);
    return outcome;
}

static size_t suites(size_t few) {
    const char *times = getenv("SIMULATE");
    return few * (times == NULL ? 1 : (size_t)strtoul(times, NULL, 10));
}

static void what_did_not_change_is_equivalent(void **state) {
    (void)state;
    struct outcome outcome = simulate(suites(12), 0.015, 1);
    assert_int_equal(outcome.suites_with_claim, 0);
    assert_true((double)outcome.counts[VERDICT_EQUIVALENT] >= 0.9 * (double)outcome.cases);
    assert_true((double)outcome.agreeing >= 0.95 * (double)outcome.cases);
    assert_true(outcome.pairs_share <= 0.5);
}

static void five_per_cent_are_found(void **state) {
    (void)state;
    struct outcome outcome = simulate(suites(12), 0.015, 1.05);
    assert_true((double)outcome.counts[VERDICT_REGRESSED] >= 0.95 * (double)outcome.cases);
    assert_int_equal(outcome.counts[VERDICT_IMPROVED] + outcome.counts[VERDICT_EQUIVALENT], 0);
    assert_true((double)outcome.agreeing >= 0.95 * (double)outcome.cases);
    assert_true(outcome.pairs_share <= 0.5);
}

static void an_improvement_has_the_other_sign(void **state) {
    (void)state;
    struct outcome outcome = simulate(suites(4), 0.015, 1 / 1.05);
    assert_true((double)outcome.counts[VERDICT_IMPROVED] >= 0.95 * (double)outcome.cases);
    assert_int_equal(outcome.counts[VERDICT_REGRESSED], 0);
}

/* The worst case for the error: a change as large as the threshold is no regression yet. */
static void at_the_threshold_the_error_is_kept(void **state) {
    (void)state;
    struct outcome outcome = simulate(suites(30), 0.015, 1 + VERDICT_THRESHOLD);
    assert_true((double)outcome.suites_with_claim <= 0.05 * (double)outcome.suites + 2);
}

/* Much noise gives no verdict, and never a wrong one. */
static void noise_is_inconclusive(void **state) {
    (void)state;
    struct outcome outcome = simulate(suites(6), 0.3, 1);
    assert_int_equal(outcome.suites_with_claim, 0);
    assert_true(outcome.counts[VERDICT_INCONCLUSIVE] > outcome.cases * 9 / 10);
}

static void looks_become_rarer(void **state) {
    (void)state;
    struct sequence sequence = {.threshold = 0.02, .alpha = 0.05, .case_count = 1};
    size_t looks = 0, last = 0;
    for (size_t executions = 1; executions <= 1000; executions++) {
        if (!sequence_is_due(&sequence, executions))
            continue;
        assert_true(executions >= 12 && executions > last);
        last = executions;
        looks++;
    }
    assert_true(looks > 5 && looks < 25);
}

static void what_is_settled_stays(void **state) {
    (void)state;
    double base[10], other[10];
    for (size_t i = 0; i < 10; i++) {
        base[i] = 10 + (double)i * 0.001;
        other[i] = 20 + (double)i * 0.001;
    }
    struct verdict_case cases[2] = {
        {.base = {base, 10}, .other = {other, 10}, .verdict = VERDICT_INCONCLUSIVE},
        {.verdict = VERDICT_INCONCLUSIVE}, /* has nothing yet */
    };
    bool settled[2] = {false, false};
    struct sequence sequence = {.threshold = 0.02, .alpha = 0.05, .case_count = 2};
    assert_true(sequence_look(&sequence, cases, settled, 0.5));
    assert_int_equal(cases[0].verdict, VERDICT_REGRESSED);
    assert_true(settled[0] && !settled[1]);
    cases[0].other = cases[0].base; /* would be equivalent now */
    assert_true(sequence_look(&sequence, cases, settled, 1));
    assert_int_equal(cases[0].verdict, VERDICT_REGRESSED);
    assert_int_equal(cases[1].verdict, VERDICT_INCONCLUSIVE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_did_not_change_is_equivalent),
        cmocka_unit_test(five_per_cent_are_found),
        cmocka_unit_test(an_improvement_has_the_other_sign),
        cmocka_unit_test(at_the_threshold_the_error_is_kept),
        cmocka_unit_test(noise_is_inconclusive),
        cmocka_unit_test(looks_become_rarer),
        cmocka_unit_test(what_is_settled_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
