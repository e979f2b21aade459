/*
 * What is expected of each strategy in each scenario, and why: the one table that `bench conformance` holds the outcome
 * against, in both directions.
 */
#ifndef CTXBENCH_EXPECTATIONS_H
#define CTXBENCH_EXPECTATIONS_H

#include <stdbool.h>

#include "matrix.h"

struct expectation {
    enum matrix_outcome outcome; /* MATRIX_UNKNOWN: the table does not know the strategy */
    const char *reason;          /* a clause; empty when it is to hold */
};

/* The expectation for a strategy in a scenario. What the table does not say otherwise is to hold. */
struct expectation expectation_find(const char *strategy, const char *scenario);

/* For tests of the table: its rows, and all the strategies that it knows, separated by commas. */
struct expectation_row {
    const char *strategies; /* names, separated by commas */
    const char *scenario;   /* NULL ends the table */
    struct expectation expectation;
};
extern const struct expectation_row expectation_rows[];
extern const char expectation_strategies[];

#endif
