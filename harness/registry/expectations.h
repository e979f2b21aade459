/*
 * What is expected of each strategy in each scenario, and why: the one table that `bench conformance` holds the outcome
 * against, in both directions.
 */
#ifndef CTXBENCH_EXPECTATIONS_H
#define CTXBENCH_EXPECTATIONS_H

#include <stdbool.h>

#include "base/outcome.h"

struct expectation {
    enum scenario_outcome outcome; /* SCENARIO_UNKNOWN: the table does not know the strategy */
    const char *reason;            /* a clause; empty when it is to hold */
};

/* The expectation for a strategy in a scenario. What the table does not say otherwise is to hold. */
struct expectation expectation_find(const char *strategy, const char *scenario);

/*
 * Is this outcome the expected one? What cannot be tried here is no surprise; what has no way to take part
 * (takes_part false) must be expected to have none. A break that is expected is one that somebody `noticed`: the
 * scenario, or who ends the process in its stead (an abort, a sanitizer's exit). A crash or a hang in its place is
 * another one.
 */
bool expectation_is_met(enum scenario_outcome expected, enum scenario_outcome outcome, bool takes_part, bool noticed);

/* For tests of the table: its rows, of which the first that fits counts, and all the strategies that it knows. */
struct expectation_row {
    const char *strategies; /* names, separated by commas; NULL ends the table */
    const char *scenarios;  /* names likewise, or "*" */
    struct expectation expectation;
};
extern const struct expectation_row expectation_rows[];
extern const char expectation_strategies[];

#endif
