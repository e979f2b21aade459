/*
 * What one run says of each strategy, as far as a choice rests on it: what reads, scopes and hand-offs cost over the
 * same work without any context, and which conditions were proved. Workloads are found by their roles.
 */
#ifndef CTXBENCH_EVIDENCE_H
#define CTXBENCH_EVIDENCE_H

#include "base/arena.h"
#include "data/runs.h"

/* Costs are rounded to so many significant digits. */
enum { EVIDENCE_DIGITS = 6 };

/* A cost over that of the same work without a context, in nanoseconds. */
struct added_cost {
    bool measured; /* else nothing else is set */
    double ns;     /* may be negative, where noise is larger */
    bool has_interval;
    double minus, plus;                 /* its 95 % interval reaches so far below and above */
    double whole_ns;                    /* the work with the context: what a table shows */
    double whole_low_ns, whole_high_ns; /* its interval; 0: none */
};

/* A read, so many calls below the scope. */
struct read_cost {
    double depth;
    struct added_cost cost; /* measured */
};

enum proof {
    PROOF_PASSES,
    PROOF_FAILS,
    PROOF_DOES_NOT_APPLY, /* the strategy cannot take part */
    PROOF_NONE,           /* not tried, or not to its end */
};

/* What is known of a strategy under a condition. */
struct evidence_answer {
    enum proof proof;
    const char *scenario; /* the first that decides it; NULL: all pass */
    const char *reason;   /* or "" */
};

struct evidence_strategy {
    const char *name;
    const char *label;             /* the name, with the store if that is not the usual one */
    const struct read_cost *reads; /* by themselves, each waiting for the one before; the least depth first */
    size_t read_count;
    const struct read_cost *lines; /* likewise, as a program makes them: what costs are computed from */
    size_t line_count;             /* 0: the file has none, and `reads` stand for them */
    struct added_cost scope;       /* in no other */
    struct added_cost inner_scope; /* right in another */
    struct added_cost handoff;
    struct added_cost task;                /* a hand-off to the same thread */
    double start_ns;                       /* of a thread, whole; 0: not measured */
    const struct evidence_answer *answers; /* one per condition */
    size_t passed;                         /* conditions */
};

struct evidence {
    const struct run *run;
    struct conditions conditions; /* the first is what all code needs */
    struct evidence_strategy *strategies;
    size_t strategy_count;
    bool has_matrix;
    double depth_min, depth_max; /* at which any strategy was measured; 0, 0: none */
    /* The workloads that the costs are from; NULL: the file has none. */
    const struct survey_sweep *read, *line, *scope, *inner_scope, *handoff, *task, *start;
    size_t inner_value; /* of the axis of inner_scope */
};

/* False when out of memory. What is made lives in the arena, and refers to the run. */
bool evidence_make(const struct run *run, struct arena *arena, struct evidence *evidence);

/* The same of a run of which nothing but its own file is known. */
bool evidence_make_alone(const struct summary *report, struct arena *arena, struct evidence *evidence);

/* What a read costs at a depth, straight between the depths that were measured around it; none beyond them. */
struct added_cost evidence_read(const struct evidence_strategy *strategy, double depth);

/* What the case costs more than that without a context; not measured where one of the two is NULL. */
struct added_cost evidence_over(const struct summary_case *with, const struct summary_case *without);

/* The same of a read as a program makes it. */
struct added_cost evidence_line(const struct evidence_strategy *strategy, double depth);

#endif
