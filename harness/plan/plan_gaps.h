/* What a plan was asked for and cannot have, since a strategy has no such case. A part of plan_make. */
#ifndef CTXBENCH_PLAN_GAPS_H
#define CTXBENCH_PLAN_GAPS_H

#include <stdio.h>

#include "base/error.h"
#include "plan/plan.h"

/*
 * Moves the cases that are not applicable from plan->cases to plan->gaps, and tells `notes` (NULL: silent) of each
 * reason once. The references' cases of a workload go with the last of the other strategies'. False with *error set
 * when nothing is left, or memory ran out.
 */
bool plan_part_gaps(struct plan *plan, FILE *notes, struct error *error);

#endif
