/* What was measured on all pairs of PUs, as a matrix: the PUs across and down, the medians where they meet. */
#ifndef CTXBENCH_PAIRS_TABLE_H
#define CTXBENCH_PAIRS_TABLE_H

#include "data/pairs.h"
#include "data/summary.h"
#include "text/style.h"

/*
 * Whether the case is one of a pair, and their matrix fits the width: then it is shown there, and needs no row of the
 * table.
 */
bool pairs_table_has_place(const struct summary *report, const struct summary_case *c, unsigned width);

/* One matrix for each case but for its placement. Prints nothing where there are no pairs, or no matrix fits. */
void pairs_table_print(const struct summary *report, FILE *out, struct table_style style);

#endif
