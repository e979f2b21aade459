/*
 * Scenarios tried with strategies. `bench conformance` tries all; before a run, plug-ins are tried in those that
 * workloads rest on: whatever they fail is told beside their figures, even if they do not say so themselves.
 */
#ifndef CTXBENCH_TRIAL_H
#define CTXBENCH_TRIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "plan/plan.h"
#include "protocol/execution.h"
#include "registry/registry.h"
#include "session/child.h"
#include "session/progress.h"

/* Tries one in a process of its own; `end` is room for how that ended. As worker_call. */
bool trial_of_scenario(const struct registry_entry *entry, const char *scenario, struct progress *progress,
                       struct child_end *end, struct execution_answer *answer);

struct trial_failure {
    const struct ctx_strategy *strategy;
    const char *scenario;
    char found[sizeof((struct execution_answer *)0)->reason];
};

struct trial {
    struct trial_failure *failures;
    size_t count;
};

/*
 * Tries the plan's plug-ins, and tells `notes` (NULL: nobody) what they fail beyond what is expected of them; a
 * terminal shows what is tried meanwhile. An interrupt ends it early, and is left to the caller to notice. False with
 * *error set when out of memory.
 */
bool trial_of_plugins(struct trial *trial, const struct plan *plan, const struct registry *registry, FILE *notes,
                      struct error *error);
void trial_free(struct trial *trial);

#endif
