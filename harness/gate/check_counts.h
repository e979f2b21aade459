/* The gate's instruction mode: counts every case of a plan on one side. */
#ifndef CTXBENCH_CHECK_COUNTS_H
#define CTXBENCH_CHECK_COUNTS_H

#include "gate/callgrind.h"
#include "gate/counts.h"
#include "gate/gate_side.h"
#include "machine/environment.h"
#include "plan/plan.h"

struct counting {
    const struct options *options;
    const struct plan *plan;
    const struct registry *registry;
    struct callgrind callgrind;
};

/* Finds what counting needs. False with *error set. counting_end it in both cases. */
bool counting_begin(struct counting *counting, struct error *error);
void counting_end(struct counting *counting);

/* What counts of this program depend on, beside the source. */
void counting_add_toolchain(const struct counting *counting, const struct environment *environment,
                            struct counts *counts);

enum counting_result { COUNTING_DONE, COUNTING_INTERRUPTED, COUNTING_FAILED };

/*
 * Adds the cases of the plan to *counts, which the caller frees. A case that failed is told on standard error, left out
 * and added to *failures. COUNTING_FAILED: *error is set.
 */
enum counting_result counting_take(struct counting *counting, const struct gate_side *side, struct counts *counts,
                                   size_t *failures, struct error *error);

/* Writes the file for a later --baseline. False with *error set. */
bool counts_write(const struct counts *counts, const char *path, bool force, struct error *error);

#endif
