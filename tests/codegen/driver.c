/*
 * One strategy in a program of its own: runs the proofs that workloads rest on, then its kernels once each. What counts
 * is the code around.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "conformance/peer.h"
#include "strategy.h"

/* What the other scenarios would call. */

void ctx_peer_throw(void) {
    abort();
}

bool ctx_peer_catch(ctx_peer_function *fn, void *arg) {
    (void)fn, (void)arg;
    return false;
}

void ctx_peer_loop_run(ctx_peer_function *fn, void *arg) {
    (void)fn, (void)arg;
}

const char *ctx_peer_loop_missing(void) {
    return "no loop";
}

bool ctx_peer_load_module(struct ctx_peer_module *module, enum ctx_peer_kind kind, const char **why_not) {
    (void)module, (void)kind;
    *why_not = "no module";
    return false;
}

void ctx_peer_unload_module(struct ctx_peer_module *module) {
    (void)module;
}

const char *ctx_peer_module_missing(void) {
    return "no module";
}

ctx_peer_call *ctx_peer_make_code(void) {
    return NULL;
}

const char *ctx_peer_code_missing(void) {
    return "no code";
}

/* What the workload `coroutine` resumes. */
struct ctx_peer_coroutine {
    ctx_peer_step *step;
    void *arg;
};

struct ctx_peer_coroutine *ctx_peer_coroutine_new(ctx_peer_step *step, void *arg, unsigned suspensions) {
    struct ctx_peer_coroutine *coroutine = malloc(sizeof *coroutine);
    (void)suspensions;
    if (coroutine != NULL)
        *coroutine = (struct ctx_peer_coroutine){step, arg};
    return coroutine;
}

bool ctx_peer_coroutine_resume(struct ctx_peer_coroutine *coroutine) {
    coroutine->step(coroutine->arg, 0);
    return true;
}

void ctx_peer_coroutine_free(struct ctx_peer_coroutine *coroutine) {
    free(coroutine);
}

static const struct ctx_strategy *volatile strategy = &CTX_STRATEGY_ENTRY;

static int run(const struct ctx_kernel *kernel, uint32_t traits) {
    struct ctx_job job = {.iterations = 3, .threads = 1};
    for (size_t i = 0; i < CTX_PARAMETERS_MAX && kernel->workload->parameters[i].name != NULL; i++)
        job.parameters[i] = kernel->workload->parameters[i].defaults[0];
    const struct ctx_workload *workload = kernel->workload;
    if (workload->threads_min > 1 || (workload->inapplicable != NULL && workload->inapplicable(&job, traits) != NULL))
        return 0;
    job.shared = kernel->prepare != NULL ? kernel->prepare(&job) : NULL;
    const bool right = kernel->run(&job) == kernel->workload->checksum(&job, traits);
    if (kernel->finish != NULL)
        kernel->finish(job.shared);
    if (right)
        return 0;
    (void)fprintf(stderr, "%s: wrong checksum\n", kernel->workload->name);
    return 1;
}

int main(void) {
    const struct ctx_strategy *const tried = strategy;
    int failed = 0;
    const uint32_t fibers = CTX_SCENARIO_FIBER_SWITCH | CTX_SCENARIO_FIBER_MIGRATION;
    const uint32_t proved = ctx_is_right_on_fibers(tried->traits) ? UINT32_MAX : ~fibers;
    for (size_t i = 0; i < tried->scenario_count; i++) {
        const bool is_proved = (tried->scenarios[i].id & proved) != 0;
        const char *complaint = is_proved ? tried->scenarios[i].run() : NULL;
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
