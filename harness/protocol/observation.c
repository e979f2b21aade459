#include "protocol/observation.h"

uint64_t observation_counted_operations(uint64_t iterations) {
    enum { COUNTED_OPERATIONS_MAX = 16 };
    return iterations < COUNTED_OPERATIONS_MAX ? iterations : COUNTED_OPERATIONS_MAX;
}

double observation_samples(const struct ctx_workload *workload, uint64_t iterations, unsigned sample_count) {
    const double counted = 3 * (double)observation_counted_operations(iterations) / (double)iterations;
    return counted + (workload->records ? sample_count : 0);
}
