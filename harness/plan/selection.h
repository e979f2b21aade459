/*
 * What the options choose, checked against what there is: the strategies and workloads that take part, and where each
 * workload runs. The first half of making a plan.
 */
#ifndef CTXBENCH_SELECTION_H
#define CTXBENCH_SELECTION_H

#include <stdio.h>

#include "machine/topology.h"
#include "plan/options.h"
#include "registry/registry.h"

/* Where threads of a workload run; parameters vary there, or stay at their base to keep the default run short. */
struct spot {
    const struct placement *placement;
    bool varies_parameters;
};

/* A workload as a case of the suite wants it measured, and where. */
struct use {
    const struct ctx_workload *workload;
    const struct suite_case *wanted;
    bool is_first; /* of this workload: others may repeat some of its cases */
    struct spot *spots;
    size_t spot_count;
};

/* What a strategy is in this run. */
enum part {
    PART_NONE,
    PART_CHOSEN,    /* all its kernels of the chosen workloads */
    PART_YARDSTICK, /* a reference that nobody asked for: the kernels that stand beside a chosen strategy's */
};

struct selection {
    const struct options *options;
    const struct registry *registry;
    const struct topology *topology;
    FILE *notes;
    const struct ctx_workload **workloads; /* those that take part, by name */
    size_t workload_count;
    struct use *uses; /* at least one for each of them, side by side */
    size_t use_count;
    struct placement *pairs; /* all of this machine, once a workload wants them */
    size_t pair_count;
    struct error memory_stays; /* why memory is not bound to NUMA nodes here, a clause; empty: it is */
    enum part *parts;          /* one for each strategy of the registry */
    struct error left_out;     /* the last note: when nothing remains, the reason why */
};

/*
 * False with *error set when the options name what does not exist, or is out of range. What exists but cannot take part
 * is left out with a note on `notes` (NULL: silent). Free it in both cases.
 */
bool selection_make(struct selection *selection, const struct options *options, const struct registry *registry,
                    const struct topology *topology, FILE *notes, struct error *error);
void selection_free(struct selection *selection);

/* The placements of all pairs, which the plan's cases point to, pass to the caller. May be NULL. */
struct placement *selection_take_pairs(struct selection *selection);

/* Notes that something does not take part. */
__attribute__((format(printf, 2, 3))) void selection_leave_out(struct selection *selection, const char *format, ...);

#endif
