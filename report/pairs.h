/* What was measured on all pairs of PUs, as a matrix: the PUs across and down, the medians where they meet. */
#ifndef CTXBENCH_PAIRS_H
#define CTXBENCH_PAIRS_H

#include "report.h"

/* Whether the placement is one of all pairs of PUs: "pu0-pu3". */
bool pairs_is_pair(const struct result_case *c, unsigned *a, unsigned *b);

/*
 * Whether the case is one of a pair, and their matrix fits the width: then it is shown there, and needs no row of the
 * table.
 */
bool pairs_has_place(const struct report *report, const struct report_case *c, unsigned width);

/* One matrix for each case but for its placement. Prints nothing where there are no pairs, or no matrix fits. */
void pairs_print(const struct report *report, FILE *out, struct table_style style);

#endif
