#include "worker/prepare.h"

#include <stdatomic.h>
#include <string.h>

#include "registry/kernel_names.h"

/* Each returns false after it called worker_fail(). */

static bool find_strategy(struct gbench_work *work, struct registry *registry) {
    const struct execution_request *request = work->request;
    struct error error;
    if (request->plugin != NULL && !registry_load_tried_plugin(registry, request->plugin, &error))
        return worker_fail(work, EXECUTION_FAILED, "%s", error.text);
    work->entry = registry_find(registry, request->strategy);
    if (work->entry == NULL)
        return worker_fail(work, EXECUTION_FAILED, "this build has no strategy \"%s\"", request->strategy);
    const struct ctx_strategy *strategy = work->entry->strategy;
    const char *why_not = strategy->unavailable != NULL ? strategy->unavailable() : NULL;
    if (why_not != NULL)
        return worker_fail(work,
                           request->scenario != NULL || request->count ? EXECUTION_INAPPLICABLE : EXECUTION_FAILED,
                           "%s cannot run here: %s", strategy->name, why_not);
    return true;
}

static bool is_store_asked_for(const struct execution_request *request, const struct ctx_strategy *strategy,
                               const struct ctx_kernel *kernel) {
    if (request->store == NULL)
        return kernel->store == NULL || strcmp(kernel->store, KERNEL_STORE_COMMON) == 0;
    return strcmp(kernel_store_name(strategy, kernel), request->store) == 0;
}

static bool find_kernel(struct gbench_work *work) {
    const struct execution_request *request = work->request;
    const struct ctx_strategy *strategy = work->entry->strategy;
    for (size_t i = 0; i < strategy->kernel_count && work->kernel == NULL; i++) {
        const struct ctx_kernel *kernel = &strategy->kernels[i];
        if (strcmp(kernel->workload->name, request->workload) == 0 &&
            strcmp(kernel_form_name(kernel->form), request->form) == 0 && is_store_asked_for(request, strategy, kernel))
            work->kernel = kernel;
    }
    if (work->kernel == NULL)
        return worker_fail(work, EXECUTION_FAILED,
                           "%s has no kernel for the workload \"%s\" in its %s form with the store \"%s\"",
                           strategy->name, request->workload, request->form,
                           request->store != NULL ? request->store : KERNEL_STORE_COMMON);
    const uint32_t revision = work->kernel->workload->revision;
    if (request->revision != 0 && request->revision != revision)
        return worker_fail(work, EXECUTION_FAILED,
                           "this build has revision %u of the workload \"%s\", wanted revision %u", revision,
                           request->workload, request->revision);
    return true;
}

static const struct execution_parameter *find_parameter(const struct execution_request *request, const char *name) {
    for (size_t i = 0; i < request->parameter_count; i++) {
        if (strcmp(request->parameters[i].name, name) == 0)
            return &request->parameters[i];
    }
    return NULL;
}

static bool take_parameters(struct gbench_work *work) {
    const struct ctx_workload *workload = work->kernel->workload;
    size_t count = 0;
    for (; count < CTX_PARAMETERS_MAX && workload->parameters[count].name != NULL; count++) {
        const struct ctx_parameter *wanted = &workload->parameters[count];
        const struct execution_parameter *found = find_parameter(work->request, wanted->name);
        if (found == NULL)
            return worker_fail(work, EXECUTION_FAILED,
                               "the workload \"%s\" wants a parameter \"%s\", which is not given", workload->name,
                               wanted->name);
        if (found->value < wanted->min || found->value > wanted->max)
            return worker_fail(work, EXECUTION_FAILED, "found %s %u, wanted %u to %u", wanted->name, found->value,
                               wanted->min, wanted->max);
        work->parameters[count] = found->value;
    }
    if (count != work->request->parameter_count)
        return worker_fail(work, EXECUTION_FAILED, "found %zu parameters, wanted the %zu that the workload \"%s\" has",
                           work->request->parameter_count, count, workload->name);
    const struct ctx_job job = worker_job(work, 0);
    const char *reason =
        workload->inapplicable == NULL ? NULL : workload->inapplicable(&job, work->entry->strategy->traits);
    return reason == NULL || worker_fail(work, EXECUTION_FAILED, "not applicable: %s", reason);
}

/*
 * References find no context by design, so there is nothing to prove; that nobody else lacks a scenario is part of the
 * contract. Runs before any thread is bound. One worker does it for all executions of a case: a stack of 10,000 frames
 * takes longer than the samples.
 */
static bool prove(struct gbench_work *work) {
    const struct ctx_strategy *strategy = work->entry->strategy;
    uint32_t wanted = (strategy->traits & CTX_TRAIT_REFERENCE) != 0 ? 0 : work->kernel->workload->requires;
    if (!ctx_is_right_on_fibers(strategy->traits))
        wanted &= ~(uint32_t)(CTX_SCENARIO_FIBER_SWITCH | CTX_SCENARIO_FIBER_MIGRATION);
    for (size_t i = 0; i < strategy->scenario_count; i++) {
        const struct ctx_scenario *scenario = &strategy->scenarios[i];
        if ((wanted & scenario->id) == 0 || scenario->run == NULL)
            continue;
        const char *broken = scenario->run();
        if (broken != NULL)
            return worker_fail(work, EXECUTION_UNPROVED, "the scenario \"%s\" does not hold: %s", scenario->name,
                               broken);
    }
    const char *broken = work->kernel->prove == NULL ? NULL : work->kernel->prove();
    if (broken != NULL)
        return worker_fail(work, EXECUTION_UNPROVED, "the store \"%s\" is not right: %s", work->kernel->store, broken);
    return true;
}

static const struct ctx_scenario *find_scenario(const struct ctx_strategy *strategy, const char *name) {
    for (size_t i = 0; i < strategy->scenario_count; i++) {
        if (strcmp(strategy->scenarios[i].name, name) == 0)
            return &strategy->scenarios[i];
    }
    return NULL;
}

/* Proves the one scenario that was asked for. The answer is in every case other than "ok", which is a measurement's. */
static void prove_one(struct gbench_work *work) {
    const struct ctx_strategy *strategy = work->entry->strategy;
    const struct ctx_scenario *scenario = find_scenario(strategy, work->request->scenario);
    if (scenario == NULL) {
        (void)worker_fail(work, EXECUTION_FAILED, "%s has no scenario \"%s\"", strategy->name, work->request->scenario);
        return;
    }
    const char *missing = scenario->unavailable != NULL ? scenario->unavailable() : NULL;
    const char *broken = missing == NULL && scenario->run != NULL ? scenario->run() : NULL;
    if (missing != NULL)
        (void)worker_fail(work, EXECUTION_INAPPLICABLE, "%s", missing);
    else if (scenario->run == NULL)
        (void)worker_fail(work, EXECUTION_INAPPLICABLE, "there is no way to take part");
    else if (broken != NULL)
        (void)worker_fail(work, EXECUTION_UNPROVED, "%s", broken);
    else
        work->answer->outcome = EXECUTION_HELD;
}

bool worker_prepare(struct gbench_work *work, struct registry *registry) {
    if (!find_strategy(work, registry))
        return false;
    if (work->request->scenario != NULL) {
        prove_one(work);
        return false;
    }
    return find_kernel(work) && take_parameters(work) && (work->request->proved || prove(work));
}
