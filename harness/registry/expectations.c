#include "registry/expectations.h"

#include <stddef.h>
#include <string.h>

static struct expectation expect(enum ctx_expected expected, const char *reason) {
    static const enum scenario_outcome outcomes[] = {
        [CTX_PASSES] = SCENARIO_HELD,
        [CTX_FAILS] = SCENARIO_BROKEN,
        [CTX_DOES_NOT_APPLY] = SCENARIO_NOT_APPLICABLE,
    };
    return (struct expectation){outcomes[expected], reason != NULL ? reason : ""};
}

static const struct ctx_exception *find_exception(const struct ctx_strategy *strategy, const char *name) {
    for (size_t i = 0; i < strategy->exception_count; i++)
        if (strcmp(strategy->exceptions[i].scenario, name) == 0)
            return &strategy->exceptions[i];
    return NULL;
}

static bool fits(const struct ctx_rule *rule, uint32_t traits) {
    return rule->reason != NULL && (rule->having == 0 || (traits & rule->having) != 0) && (traits & rule->lacking) == 0;
}

struct expectation expectation_of(const struct ctx_strategy *strategy, const struct ctx_scenario *scenario) {
    const struct ctx_rule *rule = &scenario->implied;
    const bool is_implied = fits(rule, strategy->traits);
    const struct ctx_exception *exception = find_exception(strategy, scenario->name);
    /* What does not apply to a strategy is none of "all" scenarios. */
    if (exception == NULL && !(is_implied && rule->expected == CTX_DOES_NOT_APPLY))
        exception = find_exception(strategy, "*");
    if (exception != NULL)
        return expect(exception->expected, exception->reason);
    return is_implied ? expect(rule->expected, rule->reason) : expect(CTX_PASSES, NULL);
}

bool expectation_is_met(enum scenario_outcome expected, enum scenario_outcome outcome, bool takes_part, bool noticed) {
    if (outcome == SCENARIO_NOT_APPLICABLE && takes_part)
        return expected != SCENARIO_UNKNOWN;
    if (outcome == SCENARIO_BROKEN && !noticed)
        return false;
    return outcome == expected && outcome != SCENARIO_UNKNOWN;
}
