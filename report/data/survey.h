/*
 * What a run varied: for each workload, how its cost goes with one parameter while the others keep their base values.
 * Found in the data alone, so that a workload that is new here gets its curves too.
 */
#ifndef CTXBENCH_SURVEY_H
#define CTXBENCH_SURVEY_H

#include "base/arena.h"
#include "data/summary.h"

/* One strategy along an axis. */
struct survey_curve {
    const char *strategy;
    const char *label; /* as result_case.label; along the axis "store", the strategy alone */
    bool reference;
    bool takes_argument;            /* the context is a parameter of every function */
    const struct summary_case **at; /* one per value of the axis; NULL where none was measured */
};

struct survey_sweep {
    const char *workload; /* as it is shown; a peer's with its runtime: "get in Go" */
    const char *runtime;  /* of a peer; empty: none */
    const char *form, *operation;
    const char *axis;  /* a parameter's name, AXIS_STORE, AXIS_THREADS, or "": nothing was varied */
    const char *fixed; /* what the others are: "up 1, 1 thread on pu"; may be empty */
    const char *const *labels;
    const double *numbers; /* the values, where they are numbers */
    bool numeric;
    size_t value_count;
    size_t base;                 /* which of the values is the base, at which other axes are varied */
    struct survey_curve *curves; /* references last */
    size_t curve_count;
    bool primary;      /* of the form in which a reader is interested first: latency, where there is one */
    size_t case_count; /* of the workload in this form */
    struct presented_workload presented;
};

enum { SURVEY_CURVES_MAX = 256 };

struct survey {
    struct survey_sweep *sweeps; /* by workload and form, the axes in the workload's order */
    size_t sweep_count;
};

/* False when out of memory. What is made lives in the arena, and refers to the report. */
bool survey_make(const struct summary *report, struct arena *arena, struct survey *survey);

#endif
