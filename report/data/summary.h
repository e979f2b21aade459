/* What tables, pages and exports show of a result file: each case with its executions summarised. */
#ifndef CTXBENCH_SUMMARY_H
#define CTXBENCH_SUMMARY_H

#include "data/presentation.h"
#include "data/result_file.h"

/* One case, its executions summarised. */
struct summary_case {
    const struct result_case *of;
    double median_ns;       /* median of executions' medians */
    double low_ns, high_ns; /* its 95 % interval; 0: one execution alone has none */
    /* For each yardstick: the median over that of its case of the same comparison name; 0: none to divide by. */
    double ratios[YARDSTICKS_MAX];
};

struct summary {
    const struct result_file *file; /* the caller's, which outlives the report */
    struct summary_case *cases;     /* one for each of the file's, in the same order */
    struct yardsticks yardsticks;
};

/* NULL when out of memory. */
struct summary *summary_make(const struct result_file *file);
void summary_free(struct summary *report);

#endif
