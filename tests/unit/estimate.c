/* What a run will take, learned from what its parts took. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan/estimate.h"

static const struct ctx_workload cheap = {.name = "cheap"}, dear = {.name = "dear"};
static const struct ctx_kernel kernels[] = {{.workload = &cheap}, {.workload = &dear}};

enum { CHEAP_COUNT = 6, DEAR_COUNT = 2, CASE_COUNT = CHEAP_COUNT + DEAR_COUNT };

static struct estimate begin(void) {
    static struct bench_case cases[CASE_COUNT];
    for (size_t i = 0; i < CASE_COUNT; i++)
        cases[i].kernel = &kernels[i < CHEAP_COUNT ? 0 : 1];
    const struct plan plan = {.cases = cases, .case_count = CASE_COUNT};
    const struct options options = {.sample_count = 3, .sample_seconds = 0.004};
    struct estimate estimate;
    struct error error;
    assert_true(estimate_init(&estimate, &plan, &options, &error));
    return estimate;
}

static void near(double found, double wanted) {
    if (!(fabs(found - wanted) <= 1e-9 * wanted))
        fail_msg("found %.12g, wanted %.12g", found, wanted);
}

static void it_begins_with_a_guess(void **state) {
    (void)state;
    struct estimate estimate = begin();
    near(estimate_round_seconds(&estimate), (double)CASE_COUNT * (0.02 + 3 * 0.004));
    near(estimate_calibration_seconds(&estimate), (double)CASE_COUNT * (0.02 + 4 * 0.004));
    assert_true(estimate_is_blind(&estimate, 0));
    estimate_free(&estimate);
}

/* 0.1 s, of which 0.06 in kernels: 0.04 around it, and three samples of 0.02 make 0.1 for an execution. */
static const struct estimate_calibration slow = {.seconds = 0.1, .measured_seconds = 0.06, .sample_seconds = 0.02};

static void a_calibration_tells_of_its_workload_and_at_first_of_all(void **state) {
    (void)state;
    struct estimate estimate = begin();
    estimate_calibrated(&estimate, 0, &slow);
    near(estimate_round_seconds(&estimate), (double)CASE_COUNT * 0.1);
    near(estimate_calibration_seconds(&estimate), (CASE_COUNT - 1) * 0.1);
    assert_false(estimate_is_blind(&estimate, 1));
    assert_true(estimate_is_blind(&estimate, CHEAP_COUNT));

    static const struct estimate_calibration slower = {.seconds = 1.5, .measured_seconds = 0.5, .sample_seconds = 0.5};
    estimate_calibrated(&estimate, CHEAP_COUNT, &slower);
    near(estimate_round_seconds(&estimate), (double)CHEAP_COUNT * 0.1 + (double)DEAR_COUNT * 2.5);
    near(estimate_calibration_seconds(&estimate), (CHEAP_COUNT - 1) * 0.1 + (DEAR_COUNT - 1) * 1.5);
    estimate_free(&estimate);
}

/* Two cases of a workload that are ours, two that are one peer's and two that are another's. */
static void each_peer_is_a_group_of_its_own(void **state) {
    (void)state;
    static struct peer peers[2];
    static struct bench_case cases[6];
    for (size_t i = 0; i < 6; i++)
        cases[i] = (struct bench_case){.kernel = &kernels[0], .peer = i < 2 ? NULL : &peers[i / 2 - 1]};
    const struct plan plan = {.cases = cases, .case_count = 6};
    const struct options options = {.sample_count = 3, .sample_seconds = 0.004};
    struct estimate estimate;
    struct error error;
    assert_true(estimate_init(&estimate, &plan, &options, &error));
    near(estimate_round_seconds(&estimate), 2 * (0.02 + 3 * 0.004) + 4 * (0.3 + 3 * 0.004));

    static const struct estimate_calibration of_jvm = {.seconds = 1, .measured_seconds = 0.06, .sample_seconds = 0.02};
    estimate_calibrated(&estimate, 0, &slow);
    near(estimate_round_seconds(&estimate), 2 * 0.1 + 4 * (0.3 + 3 * 0.004));
    assert_true(estimate_is_blind(&estimate, 2));
    estimate_calibrated(&estimate, 2, &of_jvm);
    assert_true(estimate_is_blind(&estimate, 4));
    near(estimate_round_seconds(&estimate), 2 * 0.1 + 2 * 1.0 + 2 * (0.3 + 3 * 0.004));
    near(estimate_calibration_seconds(&estimate), 0.1 + 1 + 2 * (0.3 + 4 * 0.004));
    estimate_free(&estimate);
}

static void what_executions_take_is_followed(void **state) {
    (void)state;
    struct estimate estimate = begin();
    for (size_t i = 0; i < CASE_COUNT; i++)
        estimate_calibrated(&estimate, i, &slow);
    near(estimate_round_seconds(&estimate), (double)CASE_COUNT * 0.1);
    estimate_executed(&estimate, 0, 0.2); /* the first takes the place of the calibration */
    near(estimate_round_seconds(&estimate), (CASE_COUNT - 1) * 0.1 + 0.2);
    estimate_executed(&estimate, 0, 0.3);
    near(estimate_round_seconds(&estimate), (CASE_COUNT - 1) * 0.1 + 0.25);
    for (int i = 0; i < 60; i++)
        estimate_executed(&estimate, 0, 0.3);
    near(estimate_round_seconds(&estimate), (CASE_COUNT - 1) * 0.1 + 0.3);
    estimate_free(&estimate);
}

static void a_case_that_failed_takes_no_more_time(void **state) {
    (void)state;
    struct estimate estimate = begin();
    for (size_t i = 0; i + 1 < CASE_COUNT; i++)
        estimate_calibrated(&estimate, i, &slow);
    estimate_given_up(&estimate, CASE_COUNT - 1, 10);
    near(estimate_round_seconds(&estimate), (CASE_COUNT - 1) * 0.1);
    near(1 + estimate_calibration_seconds(&estimate), 1);
    estimate_free(&estimate);
}

static void a_budget_lowers_the_number_of_rounds(void **state) {
    (void)state;
    struct estimate estimate = begin();
    for (size_t i = 0; i < CASE_COUNT; i++)
        estimate_calibrated(&estimate, i, &slow);
    /* A round takes 0.8 s. */
    assert_int_equal(estimate_rounds(&estimate, 0, 99, 0, 20), 20);  /* no budget */
    assert_int_equal(estimate_rounds(&estimate, 100, 0, 0, 20), 20); /* more than enough */
    assert_int_equal(estimate_rounds(&estimate, 8.1, 0, 0, 20), 10); /* lowered */
    assert_int_equal(estimate_rounds(&estimate, 8.1, 4, 5, 20), 10); /* as foreseen */
    assert_int_equal(estimate_rounds(&estimate, 8.1, 6, 5, 20), 7);  /* it went slower */
    assert_int_equal(estimate_rounds(&estimate, 8.1, 1, 5, 20), 13); /* it went faster */
    assert_int_equal(estimate_rounds(&estimate, 8.1, 50, 5, 20), 5); /* what is done is done */
    assert_int_equal(estimate_rounds(&estimate, 0.1, 0, 0, 20), 1);  /* one at least */
    assert_int_equal(estimate_rounds(&estimate, 8.1, 50, 20, 20), 20);
    estimate_free(&estimate);
}

static void calibrations_are_paid_from_the_budget(void **state) {
    (void)state;
    struct estimate estimate = begin();
    estimate_calibrated(&estimate, 0, &slow); /* 7 more take 0.7 s, a round 0.8 s */
    assert_int_equal(estimate_rounds(&estimate, 4.6, 0, 0, 20), 4);
    assert_int_equal(estimate_rounds(&estimate, 4.8, 0, 0, 20), 5);
    estimate_free(&estimate);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_begins_with_a_guess),
        cmocka_unit_test(a_calibration_tells_of_its_workload_and_at_first_of_all),
        cmocka_unit_test(each_peer_is_a_group_of_its_own),
        cmocka_unit_test(what_executions_take_is_followed),
        cmocka_unit_test(a_case_that_failed_takes_no_more_time),
        cmocka_unit_test(a_budget_lowers_the_number_of_rounds),
        cmocka_unit_test(calibrations_are_paid_from_the_budget),
    };
    return cmocka_run_group_tests_name("estimate", tests, NULL, NULL);
}
