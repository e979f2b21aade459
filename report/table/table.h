/* The table of one run, for a terminal. */
#ifndef CTXBENCH_TABLE_H
#define CTXBENCH_TABLE_H

#include <stdio.h>

#include "data/summary.h"
#include "text/style.h"

/*
 * One row per case: median, 95 % interval, ratios to the references; then the scenarios that strategies with a star are
 * expected to fail, failures and warnings. Where the width does not suffice, columns are left out (the median never),
 * then names are shortened in their middle. References stand alone in a row where nothing else was measured. What was
 * measured on all pairs of PUs is a matrix where that fits, references included.
 */
void table_print(const struct summary *report, FILE *out, struct table_style style);

#endif
