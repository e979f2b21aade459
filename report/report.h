/*
 * How a result file is read. Knows result files only: it can run on a machine that never ran a benchmark.
 */
#ifndef CTXBENCH_REPORT_H
#define CTXBENCH_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* One case of a result file, its executions summarised. Strings are owned by the report. */
struct report_case {
    const char *name, *comparison_name, *strategy, *workload, *form, *placement;
    unsigned threads;
    bool reference; /* none, floor, walk-floor */
    size_t execution_count;
    double median_ns, low_ns, high_ns; /* median of executions' medians, with its 95 % interval */
    double ratio_to_none, ratio_to_floor, ratio_to_walk_floor; /* 0: no such row */
    size_t failure_count;
};

struct report {
    struct report_case *cases;
    size_t case_count;
    char **failures; /* one sentence each */
    size_t failure_count;
    char **warnings;
    size_t warning_count;
};

/* Reads a result file. NULL with a message in `error` (of error_size bytes) if it is none. */
struct report *report_load(const char *path, char *error, size_t error_size);
void report_free(struct report *report);

struct table_style {
    unsigned width; /* columns */
    bool colour;
};

/* One row per case: median, 95 % interval, ratio to floor and to none; then failures and warnings. */
void report_table(const struct report *report, FILE *out, struct table_style style);

#endif
