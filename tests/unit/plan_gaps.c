/* Cases that a strategy does not have: told once, with the reason; kept in the plan; and never measured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/plan_fixture.h"
#include "minimal.h"

enum { COUNT };

static const char *lacks(const struct ctx_job *job, uint32_t traits) {
    if (!ctx_is_right_on_fibers(traits))
        return "it is not made for that";
    return job->parameters[COUNT] > 5 && job->threads == 1 ? "it takes two" : NULL;
}

static const struct ctx_workload choosy = {
    .name = "choosy",
    .summary = "not for everybody",
    .operation = "nothing",
    .threads_min = 1,
    .parameters =
        {[COUNT] = {.name = "count", .summary = "how many", .max = 9, .defaults = {1, 9}, .default_count = 2}},
    .inapplicable = lacks,
    .checksum = minimal_checksum,
};

static const struct ctx_kernel kernels[] = {
    {.workload = &choosy, .form = CTX_FORM_THROUGHPUT, .run = minimal_run},
    {.workload = &minimal_workload, .form = CTX_FORM_THROUGHPUT, .run = minimal_run},
};

#define STRATEGY(title, which)                                                                                         \
    { MINIMAL_HEAD(title), .traits = (which), .kernels = kernels, .kernel_count = 2 }

static const struct ctx_strategy strategies[] = {
    STRATEGY("able", CTX_TRAIT_SURVIVES_FIBER_SWITCH),
    STRATEGY("unable", 0),
    STRATEGY("unfit", 0),
    STRATEGY("none", CTX_TRAIT_REFERENCE | CTX_TRAIT_NO_CONTEXT),
};

static bool make(struct fixture *f, char *strategy, char *workload) {
    char *argv[] = {"bench", strategy, workload, "--placement=pu,smt"};
    *f = (struct fixture){.notes = NULL};
    assert_true(options_parse(&f->options, all_commands, 4, argv, &f->error));
    return fixture_plan(f, strategies, sizeof strategies / sizeof strategies[0], "synthetic:package:1 core:1 pu:2");
}

static void what_is_not_applicable_becomes_a_gap(void **state) {
    (void)state;
    struct fixture f;
    assert_true(make(&f, "--strategy=*", "--workload=*"));
    assert_int_equal(count_cases(&f.plan, "unable/choosy*"), 0);
    assert_int_equal(count_cases(&f.plan, "unable/minimal*"), 1);
    assert_int_equal(count_cases(&f.plan, "able/choosy/count:9/throughput/threads:1*"), 0);
    assert_int_equal(count_cases(&f.plan, "able/choosy/count:1/throughput/threads:1*"), 1);
    assert_int_equal(f.plan.step_count % f.plan.case_count, 0);
    /* On one thread both values and on two the base, of two strategies; the highest of the others on one thread. */
    assert_int_equal(f.plan.gap_count, 2 * 3 + 2);
    for (size_t i = 0; i < f.plan.gap_count; i++)
        assert_string_equal(f.plan.gaps[i].reason,
                            (f.plan.gaps[i].c.strategy->name[0] == 'u') ? "it is not made for that" : "it takes two");
    unmake(&f);
}

static void each_reason_is_told_once(void **state) {
    (void)state;
    struct fixture f;
    assert_true(make(&f, "--strategy=*", "--workload=*"));
    assert_string_equal(f.notes,
                        "bench: choosy is not applicable to able, none: it takes two\n"
                        "bench: choosy is not applicable to unable, unfit: it is not made for that\n");
    unmake(&f);
}

static void references_do_not_stand_alone(void **state) {
    (void)state;
    struct fixture f;
    assert_true(make(&f, "--strategy=unable,unfit", "--workload=*"));
    assert_int_equal(count_cases(&f.plan, "none/choosy*"), 0);
    assert_int_equal(count_cases(&f.plan, "none/minimal*"), 1);
    unmake(&f);
    assert_true(make(&f, "--strategy=none", "--workload=choosy")); /* unless they are what is asked for */
    assert_int_equal(count_cases(&f.plan, "none/choosy*"), 2);
    unmake(&f);
}

static void a_plan_of_gaps_alone_is_refused(void **state) {
    (void)state;
    struct fixture f;
    assert_false(make(&f, "--strategy=unable", "--workload=choosy"));
    assert_string_equal(f.error.text, "nothing is left to measure: it is not made for that");
    unmake(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_applicable_becomes_a_gap),
        cmocka_unit_test(each_reason_is_told_once),
        cmocka_unit_test(references_do_not_stand_alone),
        cmocka_unit_test(a_plan_of_gaps_alone_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
