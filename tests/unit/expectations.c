/* The table of expectations: it knows every strategy, and says nothing of what is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "registry/expectations.h"
#include "registry/registry.h"

static void knows_every_strategy(void **state) {
    const struct registry *registry = *state;
    for (size_t i = 0; i < registry->count; i++) {
        const struct ctx_strategy *strategy = registry->entries[i].strategy;
        const bool is_known = expectation_find(strategy->name, "").outcome != SCENARIO_UNKNOWN;
        const bool is_reference = (strategy->traits & CTX_TRAIT_REFERENCE) != 0;
        if (is_known == is_reference)
            fail_msg("%s: %s", strategy->name, is_known ? "a reference has no row" : "no row");
    }
    assert_int_equal(expectation_find("skeleton", "").outcome, SCENARIO_HELD);
    assert_int_equal(expectation_find("stranger", "longjmp").outcome, SCENARIO_UNKNOWN);
}

static bool scenario_exists(const struct registry *registry, const char *name) {
    size_t count = 0;
    struct error error;
    const struct ctx_scenario **scenarios = registry_scenarios(registry, &count, &error);
    bool found = false;
    for (size_t i = 0; i < count; i++)
        found = found || strcmp(scenarios[i]->name, name) == 0;
    free(scenarios);
    return found;
}

static void rows_are_about_what_there_is(void **state) {
    for (const struct expectation_row *row = expectation_rows; row->strategies != NULL; row++) {
        const char *strategies = row->strategies, *scenarios = row->scenarios;
        char name[TEXT_ITEM_MAX];
        struct error error;
        while (scenarios != NULL) {
            assert_true(text_next_item(&scenarios, name, &error));
            if (strcmp(name, "*") != 0 && !scenario_exists(*state, name))
                fail_msg("there is no scenario %s", name);
        }
        while (strategies != NULL) {
            assert_true(text_next_item(&strategies, name, &error));
            if (!text_matches(expectation_strategies, name))
                fail_msg("%s: the strategy %s belongs to no family", row->scenarios, name);
        }
    }
}

static void rows_say_why(void **state) {
    (void)state;
    for (const struct expectation_row *row = expectation_rows; row->strategies != NULL; row++) {
        assert_true(row->expectation.outcome == SCENARIO_BROKEN || row->expectation.outcome == SCENARIO_NOT_APPLICABLE);
        assert_true(strlen(row->expectation.reason) > 20);
    }
}

/* Whether two lists have a name in common. ("*" is the last resort of what no other row names.) */
static bool overlap(const char *a, const char *b) {
    char name[TEXT_ITEM_MAX];
    struct error error;
    while (a != NULL) {
        assert_true(text_next_item(&a, name, &error));
        if (text_matches(b, name))
            return true;
    }
    return false;
}

static void no_cell_has_two_rows(void **state) {
    (void)state;
    for (const struct expectation_row *row = expectation_rows; row->strategies != NULL; row++)
        for (const struct expectation_row *other = expectation_rows; other != row; other++)
            if (overlap(row->scenarios, other->scenarios) && overlap(row->strategies, other->strategies))
                fail_msg("%s: two rows for one of %s", row->scenarios, row->strategies);
}

static int set_up(void **state) {
    static struct registry registry;
    struct error error;
    *state = &registry;
    return registry_init(&registry, &error) ? 0 : -1;
}

static int tear_down(void **state) {
    registry_free(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_every_strategy),
        cmocka_unit_test(rows_are_about_what_there_is),
        cmocka_unit_test(rows_say_why),
        cmocka_unit_test(no_cell_has_two_rows),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
