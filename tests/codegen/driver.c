/* One strategy in a program of its own: runs its proofs, then its kernels once each. What counts is the code around. */
#include <stdio.h>

#include "strategy.h"

static const struct ctx_strategy *volatile strategy = &CTX_STRATEGY_ENTRY;

static int run(const struct ctx_kernel *kernel, uint32_t traits) {
    struct ctx_job job = {.iterations = 3, .threads = 1};
    for (size_t i = 0; i < CTX_PARAMETERS_MAX && kernel->workload->parameters[i].name != NULL; i++)
        job.parameters[i] = kernel->workload->parameters[i].defaults[0];
    if (kernel->workload->threads_min > 1 || kernel->run(&job) == kernel->workload->checksum(&job, traits))
        return 0;
    (void)fprintf(stderr, "%s: wrong checksum\n", kernel->workload->name);
    return 1;
}

int main(void) {
    const struct ctx_strategy *const tried = strategy;
    int failed = 0;
    for (size_t i = 0; i < tried->scenario_count; i++) {
        const char *complaint = tried->scenarios[i].run();
        if (complaint != NULL)
            (void)fprintf(stderr, "%s: %s\n", tried->scenarios[i].name, complaint);
        failed |= complaint != NULL;
    }
    if (tried->thread_begin != NULL)
        tried->thread_begin();
    for (size_t i = 0; i < tried->kernel_count; i++)
        failed |= run(&tried->kernels[i], tried->traits);
    if (tried->thread_end != NULL)
        tried->thread_end();
    return failed;
}
