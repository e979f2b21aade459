/* The least that is a strategy, for tests that break one thing about it. Its one workload does nothing. */
#ifndef TESTS_MINIMAL_H
#define TESTS_MINIMAL_H

#include "strategy.h"

static uint64_t minimal_run(const struct ctx_job *job) {
    return job->iterations;
}

static uint64_t minimal_checksum(const struct ctx_job *job, uint32_t traits) {
    (void)traits;
    return job->iterations;
}

static const struct ctx_workload minimal_workload = {
    .name = "minimal",
    .summary = "does nothing",
    .operation = "nothing",
    .revision = 1,
    .threads_min = 1,
    .threads_max = 1,
    .checksum = minimal_checksum,
};

__attribute__((unused)) static const struct ctx_kernel minimal_kernels[] = {
    {.workload = &minimal_workload, .form = CTX_FORM_THROUGHPUT, .run = minimal_run},
};

/* Initialisers of a descriptor that passes all checks. */
#define MINIMAL_HEAD(title)                                                                                            \
    .abi = CTX_STRATEGY_ABI, .struct_size = sizeof(struct ctx_strategy), .name = (title), .summary = "for tests"
#define MINIMAL_STRATEGY(title) MINIMAL_HEAD(title), .kernels = minimal_kernels, .kernel_count = 1

#endif
