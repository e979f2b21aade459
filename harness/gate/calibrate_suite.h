/*
 * One suite of a calibration: a check of this program against itself, with slow-downs of known size in every second
 * one. In every fifth, nothing stops before the fixed number of executions was had; what sampling that stops would have
 * said is then read off the same executions.
 */
#ifndef CTXBENCH_CALIBRATE_SUITE_H
#define CTXBENCH_CALIBRATE_SUITE_H

#include "gate/calibration.h"
#include "gate/duel.h"
#include "plan/options.h"
#include "plan/plan.h"

struct calibrate_suite {
    size_t number; /* in its regime: decides what is slowed down, and whether it stops */
    const struct options *options;
    const struct registry *registry;
    const struct plan *plan;
    const struct gate_side *side; /* both sides are this program */
    double budget_seconds;
    uint64_t seed;
    const struct duel_part *part;
};

/* Measures it and adds what came of it to the regime. An interrupted one adds nothing. */
enum duel_end calibrate_suite_run(const struct calibrate_suite *suite, struct calibration_regime *regime);

#endif
