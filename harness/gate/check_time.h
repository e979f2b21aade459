/* The gate's time mode: this build against another one, or against a result file of this machine. */
#ifndef CTXBENCH_CHECK_TIME_H
#define CTXBENCH_CHECK_TIME_H

#include "gate/duel.h"
#include "gate/gate_table.h"
#include "gate/other_cases.h"
#include "machine/environment.h"
#include "plan/plan.h"

struct result_file;

enum { TIMING_DIFFERENCES_MAX = 24 };

struct timing {
    const struct options *options;
    const struct plan *plan;
    const struct registry *registry;
    const struct environment *environment;
    const struct gate_side *here, *other; /* `other` NULL: against options->baseline */
    double threshold, budget_seconds;

    const struct result_file *baseline; /* the caller's, as is what it is called in what is told */
    const char *base_shown;
    char differences[TIMING_DIFFERENCES_MAX][640]; /* of the baseline from this run, beside its times; sentences */
    size_t difference_count;
    struct duel duel;
    struct other_cases only_base; /* that this build has not got */
    char only_base_unknown[640];  /* why they are not known; "": they are */
    struct gate_row *rows;        /* of the duel's entries, then of what only the base has; owned */
    char (*remarks)[640];         /* of the duel's entries; owned */
};

/*
 * Makes the duel; of a baseline that has none of its cases there is nothing to measure. False with *error set.
 * timing_end it in both cases.
 */
bool timing_begin(struct timing *timing, struct error *error);

enum duel_end timing_run(struct timing *timing);

/* What came of it; valid until timing_end. The notes are the caller's, and `only_base_unknown` should be among them. */
struct gate_table timing_table(struct timing *timing);

/* How many cases have times of both sides. */
size_t timing_compared(const struct timing *timing);

/* Entries that failed, and whether some case regressed, or came to no verdict. */
size_t timing_failures(const struct timing *timing);
bool timing_regressed(const struct timing *timing);
bool timing_is_inconclusive(const struct timing *timing);

void timing_end(struct timing *timing);

#endif
