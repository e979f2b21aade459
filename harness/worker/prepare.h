/* What comes before a measurement: the strategy, the kernel and the parameters are found by name, and proved. */
#ifndef CTXBENCH_PREPARE_H
#define CTXBENCH_PREPARE_H

#include "worker/measure.h"

/*
 * Fills in what is to be measured, with the scenarios held that it rests on. False when there is nothing to measure:
 * after a failure, and where the proof of one scenario was all that was asked for; then the answer says what came of
 * it.
 */
bool worker_prepare(struct gbench_work *work, struct registry *registry);

#endif
