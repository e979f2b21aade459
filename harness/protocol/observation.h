/* How much work a worker's look at what samples do not show is (worker/observe.h). */
#ifndef CTXBENCH_OBSERVATION_H
#define CTXBENCH_OBSERVATION_H

#include <stdint.h>

#include "strategy.h"

/* Operations of the first of two passes in which allocations are counted; the other has twice as many. */
uint64_t observation_counted_operations(uint64_t iterations);

/* How much longer an execution takes for it, in samples of so many iterations. */
double observation_samples(const struct ctx_workload *workload, uint64_t iterations, unsigned sample_count);

#endif
