/*
 * The plan: which cases, in which order their executions run, and how long that will take.
 */
#ifndef CTXBENCH_PLAN_H
#define CTXBENCH_PLAN_H

#include "machine/topology.h"
#include "plan/case.h"
#include "plan/options.h"
#include "registry/registry.h"

/* What keeps a plan far below 64 MiB: more than this is a slip of the keyboard, or a task for several runs. */
enum { PLAN_CASES_MAX = 300000, PLAN_STEPS_MAX = 3000000 };

struct plan_step {
    uint32_t case_index;
    uint32_t execution; /* 0-based repetition of that case */
};

/* A case that was asked for, but that its strategy does not have. */
struct plan_gap {
    struct bench_case c;
    const char *reason; /* a clause */
};

struct plan {
    struct bench_case *cases;
    size_t case_count;
    struct plan_gap *gaps; /* in the order of the cases */
    size_t gap_count;
    struct plan_step *steps; /* case_count * executions, shuffled by the seed, rounds interleaved across cases */
    size_t step_count;
    uint64_t seed;
    struct placement *pairs; /* those of all pairs that cases refer to; NULL: none do */
    /* Why no case binds the memory of what threads hand to each other, a clause; empty: some do, or none does that. */
    struct error memory_stays;
};

/*
 * Makes the plan that the options ask for. Strategies that cannot run here are left out with a note on `notes`
 * (NULL: silent). The references (those that read the stack for strategies that do, too) are always added to a
 * run, so that ratios can be shown. An empty plan is an error that says which option excluded everything.
 */
bool plan_make(struct plan *plan, const struct options *options, const struct registry *registry,
               const struct topology *topology, FILE *notes, struct error *error);
void plan_free(struct plan *plan);

/* Drops the steps of later rounds than the first so many. */
void plan_shorten(struct plan *plan, unsigned rounds);

/* What --dry-run shows. False with *error set when out of memory. */
bool plan_print(const struct plan *plan, const struct options *options, FILE *out, struct error *error);

#endif
