/*
 * What is expected of scenarios: it follows from traits, exceptions come before that, and of the strategies that there
 * are it is what the matrix of the reference run says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "registry/contract.h"
#include "registry/expectations.h"
#include "registry/registry.h"
#include "stacktag/unwinder.h"

#include "minimal.h"

enum { TRAIT = CTX_TRAIT_READS_STACK, OTHER_TRAIT = CTX_TRAIT_EXPLICIT_ARGUMENT };

static const char *run_nothing(void) {
    return NULL;
}

static const struct ctx_scenario plain = {0, "plain", "has no rule", .run = run_nothing};
static const struct ctx_scenario failing = {
    0, "failing", "fails without a trait", .run = run_nothing,
    .implied = {.lacking = TRAIT, .expected = CTX_FAILS, .reason = "it lacks the trait"}};
static const struct ctx_scenario inapplicable = {
    0, "inapplicable", "does not apply with a trait", .run = run_nothing,
    .implied = {.having = OTHER_TRAIT, .expected = CTX_DOES_NOT_APPLY, .reason = "it has the trait"}};

static void expect_of(const struct ctx_strategy *strategy, const struct ctx_scenario *scenario,
                      enum scenario_outcome outcome, const char *reason) {
    const struct expectation expectation = expectation_of(strategy, scenario);
    assert_int_equal(expectation.outcome, outcome);
    assert_string_equal(expectation.reason, reason);
}

static void follows_from_traits(void **state) {
    (void)state;
    const struct ctx_strategy none = {.traits = 0}, some = {.traits = TRAIT}, other = {.traits = OTHER_TRAIT};
    expect_of(&none, &plain, SCENARIO_HELD, "");
    expect_of(&none, &failing, SCENARIO_BROKEN, "it lacks the trait");
    expect_of(&some, &failing, SCENARIO_HELD, "");
    expect_of(&none, &inapplicable, SCENARIO_HELD, "");
    expect_of(&other, &inapplicable, SCENARIO_NOT_APPLICABLE, "it has the trait");
}

static void exceptions_come_first(void **state) {
    (void)state;
    static const struct ctx_exception exceptions[] = {{"failing", CTX_PASSES, NULL}, {"*", CTX_FAILS, "it is broken"}};
    const struct ctx_strategy strategy = {.traits = OTHER_TRAIT, .exceptions = exceptions, .exception_count = 2};
    expect_of(&strategy, &failing, SCENARIO_HELD, "");
    expect_of(&strategy, &plain, SCENARIO_BROKEN, "it is broken");
    expect_of(&strategy, &inapplicable, SCENARIO_NOT_APPLICABLE, "it has the trait"); /* "*" is what applies */
}

/* Exceptions that make no sense are refused, and the message says which and why. */
static void exceptions_are_checked(void **state) {
    (void)state;
    static const struct {
        struct ctx_exception exception;
        const char *complaint;
    } wrong[] = {
        {{"no-such", CTX_FAILS, "why"}, "found \"no-such\", wanted the name of a scenario"},
        {{NULL, CTX_FAILS, "why"}, "wanted the name of a scenario"},
        {{"plain", CTX_FAILS, NULL}, "its reason is missing"},
        {{"plain", CTX_DOES_NOT_APPLY, ""}, "its reason is missing"},
        {{"plain", (enum ctx_expected)7, "why"}, "it expects 7"},
    };
    struct ctx_strategy strategy = {MINIMAL_STRATEGY("mine"), .scenarios = &plain, .scenario_count = 1,
                                    .exception_count = 1};
    struct error error;
    assert_false(contract_check(&strategy, &error));
    assert_non_null(strstr(error.text, "found 1 exceptions at NULL"));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        strategy.exceptions = &wrong[i].exception;
        assert_false(contract_check(&strategy, &error));
        if (strstr(error.text, wrong[i].complaint) == NULL)
            fail_msg("found \"%s\", wanted \"%s\"", error.text, wrong[i].complaint);
    }
    static const struct ctx_exception right = {"*", CTX_FAILS, "why"};
    strategy.exceptions = &right;
    assert_true(contract_check(&strategy, &error));
}

static const char *member(const json_t *cell, const char *key) {
    const char *text = json_string_value(json_object_get(cell, key));
    return text != NULL ? text : "";
}

static const struct ctx_scenario *find_scenario(const struct ctx_strategy *strategy, const char *name) {
    for (size_t i = 0; i < strategy->scenario_count; i++)
        if (strcmp(strategy->scenarios[i].name, name) == 0)
            return &strategy->scenarios[i];
    return NULL;
}

/* Cell by cell, reasons included. Where a strategy or a scenario is new, there is nothing to compare it with. */
static void agrees_with_the_reference_matrix(void **state) {
    const struct registry *registry = *state;
    json_error_t error;
    json_t *file = json_load_file(TEST_DATA "/../../results/reference/conformance.json", 0, &error), *cell;
    size_t index, compared = 0;
    const json_t *ours = json_object_get(json_object_get(file, "context"), "ctxbench");
    json_array_foreach(json_object_get(ours, "conformance"), index, cell) {
        const struct registry_entry *entry = registry_find(registry, member(cell, "strategy"));
        const struct ctx_scenario *scenario =
            entry != NULL ? find_scenario(entry->strategy, member(cell, "scenario")) : NULL;
        if (scenario == NULL)
            continue;
        const struct expectation expectation = expectation_of(entry->strategy, scenario);
        if (strcmp(scenario_outcome_name(expectation.outcome), member(cell, "expected")) != 0 ||
            strcmp(expectation.reason, member(cell, "reason")) != 0)
            fail_msg("%s with %s: found %s (%s), wanted %s (%s)", scenario->name, entry->strategy->name,
                     scenario_outcome_name(expectation.outcome), expectation.reason, member(cell, "expected"),
                     member(cell, "reason"));
        compared++;
    }
    json_decref(file);
    print_message("%zu cells are expected as in the reference run\n", compared);
    assert_true(compared > 500);
}

static int set_up(void **state) {
    static struct registry registry;
    struct error error;
    *state = &registry;
    return registry_init(&registry, &error) && registry_load_modules(&registry, TEST_MODULES, stderr) ? 0 : -1;
}

static int tear_down(void **state) {
    registry_free(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_from_traits),
        cmocka_unit_test(exceptions_come_first),
        cmocka_unit_test(exceptions_are_checked),
#if !UNWINDER_IS_BLIND
        cmocka_unit_test(agrees_with_the_reference_matrix),
#endif
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
