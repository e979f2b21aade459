/*
 * How a result file is read. Knows result files only: it can run on a machine that never ran a benchmark.
 */
#ifndef CTXBENCH_REPORT_H
#define CTXBENCH_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "names.h"

/* The version of the result file that this report understands: context.ctxbench.schema_version. */
enum { REPORT_SCHEMA_VERSION = 1 };

/* One case of a result file, its executions summarised. Strings are owned by the report. */
struct report_case {
    const char *name, *comparison_name, *strategy, *workload, *form, *placement;
    const char *operation;  /* what one iteration is: "read" */
    const char *parameters; /* as people read them: "depth 16, up 1"; may be empty */
    unsigned threads;
    bool reference; /* none, floor, walk-floor */
    bool reads_stack;
    size_t execution_count; /* at least 1 */
    double median_ns;       /* median of executions' medians */
    double low_ns, high_ns; /* its 95 % interval; 0: one execution alone has none */
    /* The median over that of the reference's case of the same comparison name; 0: there is none to divide by. */
    double ratio_to_none, ratio_to_floor, ratio_to_walk_floor;
};

/* What went wrong, and how often: equal failures of one case are told once. */
struct report_failure {
    const char *case_name, *outcome, *reason;
    bool calibration;
    size_t count;
};

struct report {
    struct report_case *cases; /* by workload, form, threads, placement, parameters and strategy; references last */
    size_t case_count;
    struct report_failure *failures;
    size_t failure_count;
    const char **warnings;
    size_t warning_count;
    const char *host, *cpu_model, *date; /* empty if unknown */
    bool interrupted;
    size_t planned, done; /* executions; 0 if unknown */
    size_t unusable_rows; /* left out: no name, no object of ours, or no positive time */
    struct names names;   /* all the strings above */
};

/* Reads a result file. NULL with a message in `error` (of error_size bytes) if it is none. */
struct report *report_load(const char *path, char *error, size_t error_size);
void report_free(struct report *report);

struct table_style {
    unsigned width; /* columns */
    bool colour;
    bool references; /* rows of none, floor and walk-floor beside others, not only as ratios */
};

/* What suits the stream: the terminal's width (or COLUMNS, or 80), colour on a terminal unless NO_COLOR is set. */
struct table_style table_style_for(FILE *out);

/*
 * One row per case: median, 95 % interval, ratios to floor, walk-floor and none; then failures and warnings. Where
 * the width does not suffice, columns are left out (the median never), then names are shortened in their middle.
 * References stand alone in a row where nothing else was measured.
 */
void report_table(const struct report *report, FILE *out, struct table_style style);

#endif
