/*
 * What is expected of each strategy in each scenario, and why: what follows from its traits, but for the exceptions
 * that it states itself (strategy.h). `bench conformance` holds the outcome against it, in both directions.
 */
#ifndef CTXBENCH_EXPECTATIONS_H
#define CTXBENCH_EXPECTATIONS_H

#include <stdbool.h>

#include "base/outcome.h"
#include "strategy.h"

struct expectation {
    enum scenario_outcome outcome; /* never SCENARIO_UNKNOWN */
    const char *reason;            /* a clause; empty when it is to hold */
};

struct expectation expectation_of(const struct ctx_strategy *strategy, const struct ctx_scenario *scenario);

/*
 * Is this outcome the expected one? What cannot be tried here is no surprise; what has no way to take part
 * (takes_part false) must be expected to have none. A break that is expected is one that somebody `noticed`: the
 * scenario, or who ends the process in its stead (an abort, a sanitizer's exit). A crash or a hang in its place is
 * another one.
 */
bool expectation_is_met(enum scenario_outcome expected, enum scenario_outcome outcome, bool takes_part, bool noticed);

#endif
