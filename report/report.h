/*
 * How a result file is read on a terminal. Knows result files only: it can run on a machine that never ran a benchmark.
 */
#ifndef CTXBENCH_REPORT_H
#define CTXBENCH_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "result_file.h"
#include "style.h"

/* One case, its executions summarised. */
struct report_case {
    const struct result_case *of;
    double median_ns;       /* median of executions' medians */
    double low_ns, high_ns; /* its 95 % interval; 0: one execution alone has none */
    /* The median over that of the reference's case of the same comparison name; 0: there is none to divide by. */
    double ratio_to_none, ratio_to_floor, ratio_to_walk_floor;
};

struct report {
    const struct result_file *file; /* the caller's, which outlives the report */
    struct report_case *cases;      /* one for each of the file's, in the same order */
};

/* NULL when out of memory. */
struct report *report_make(const struct result_file *file);
void report_free(struct report *report);

/*
 * One row per case: median, 95 % interval, ratios to floor, walk-floor and none; then failures and warnings. Where
 * the width does not suffice, columns are left out (the median never), then names are shortened in their middle.
 * References stand alone in a row where nothing else was measured. What was measured on all pairs of PUs is a matrix
 * where that fits, references included.
 */
void report_table(const struct report *report, FILE *out, struct table_style style);

#endif
