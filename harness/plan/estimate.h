/*
 * How long a run will take: at first a guess, then learned from what its calibrations and executions took. Knows no
 * clock: whoever runs the plan tells it.
 */
#ifndef CTXBENCH_ESTIMATE_H
#define CTXBENCH_ESTIMATE_H

#include "plan/plan.h"

/*
 * What is known of one workload, of our own workers or of one peer: proofs, threads, operations longer than a sample,
 * and what it takes to start a runtime and to warm it up make them differ.
 */
struct estimate_group {
    const struct ctx_workload *workload;
    const struct peer *peer; /* NULL: our own */
    size_t case_count, calibrated_count, known_count;
    double calibrated_seconds; /* of the calibrations done */
    double known_seconds;      /* one execution of each case that is known */
};

struct estimate {
    size_t case_count;
    unsigned sample_count;
    double sample_seconds;
    double *execution_seconds; /* by case; negative: not known yet */
    bool *is_executed;         /* by case: that comes from executions, not from a calibration */
    size_t *group_of;          /* by case */
    struct estimate_group *groups;
    size_t group_count;
};

/* False with *error set when out of memory. Free it in both cases. */
bool estimate_init(struct estimate *estimate, const struct plan *plan, const struct options *options,
                   struct error *error);
void estimate_free(struct estimate *estimate);

/*
 * A calibration took so long, of which it measured for so long; a sample will last so long; and what is looked at
 * beside samples will last as long as so many.
 */
struct estimate_calibration {
    double seconds, measured_seconds, sample_seconds, observed_samples;
};
void estimate_calibrated(struct estimate *estimate, size_t case_index, const struct estimate_calibration *found);

/* The case has no executions: its calibration failed after so long. */
void estimate_given_up(struct estimate *estimate, size_t case_index, double seconds);

/*
 * An execution took so long: the first one instead of what its calibration let expect, which proved the strategy, too;
 * later ones count more the newer they are, since a machine may become busy in the middle of a run.
 */
void estimate_executed(struct estimate *estimate, size_t case_index, double seconds);

/* Whether nothing is known of the group of this case yet. */
bool estimate_is_blind(const struct estimate *estimate, size_t case_index);

/* One execution of every case; and the calibrations that are still to be done. */
double estimate_round_seconds(const struct estimate *estimate);
double estimate_calibration_seconds(const struct estimate *estimate);

/*
 * How many rounds a run may have, at least one and at most `wanted`, to end within budget_seconds (0: no limit), of
 * which so much is spent on the rounds that were done already.
 */
unsigned estimate_rounds(const struct estimate *estimate, double budget_seconds, double spent_seconds, unsigned done,
                         unsigned wanted);

#endif
