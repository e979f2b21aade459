#include "session/trial.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "registry/expectations.h"
#include "session/worker_call.h"

enum { PATIENCE_FACTOR = 6 }; /* the longest scenario may take this many times a worker's usual patience */

bool trial_of_scenario(const struct registry_entry *entry, const char *scenario, struct progress *progress,
                       struct child_end *end, struct execution_answer *answer) {
    char name[TEXT_ITEM_MAX];
    (void)snprintf(name, sizeof name, "%s/%s", entry->strategy->name, scenario);
    const struct execution_request request = {
        .case_name = name, .strategy = entry->strategy->name, .scenario = scenario, .plugin = entry->plugin};
    const struct worker_call call = {
        .request = &request,
        .deadline_seconds = (double)PATIENCE_FACTOR * worker_patience_seconds(),
        .progress = progress,
        .end = end,
    };
    return worker_call(&call, answer);
}

static bool has_failed(enum execution_outcome outcome) {
    return outcome != EXECUTION_HELD && outcome != EXECUTION_INAPPLICABLE && outcome != EXECUTION_FAILED;
}

static bool add_failure(struct trial *trial, const struct ctx_strategy *strategy, const char *scenario,
                        const struct execution_answer *answer, struct error *error) {
    struct trial_failure *failures = realloc(trial->failures, (trial->count + 1) * sizeof *failures);
    if (failures == NULL)
        return error_set(error, "out of memory for what %s fails", strategy->name);
    trial->failures = failures;
    struct trial_failure *failure = &failures[trial->count++];
    *failure = (struct trial_failure){.strategy = strategy, .scenario = scenario};
    (void)snprintf(failure->found, sizeof failure->found, "%s",
                   answer->reason[0] != '\0' ? answer->reason : execution_outcome_name(answer->outcome));
    return true;
}

/* What is expected to fail, or to be without a part in it, is known already. */
static bool is_worth_trying(const struct ctx_strategy *strategy, const struct ctx_scenario *scenario) {
    return scenario->id != 0 && scenario->run != NULL && expectation_of(strategy, scenario).outcome == SCENARIO_HELD;
}

/* False when out of memory; *going_on tells whether nobody has interrupted. */
static bool try_plugin(struct trial *trial, const struct registry_entry *entry, struct child_end *end, FILE *notes,
                       bool *going_on, struct error *error) {
    const struct ctx_strategy *strategy = entry->strategy;
    bool done = true;
    for (size_t i = 0; i < strategy->scenario_count && done && *going_on; i++) {
        const struct ctx_scenario *scenario = &strategy->scenarios[i];
        struct execution_answer answer;
        if (!is_worth_trying(strategy, scenario))
            continue;
        *going_on = trial_of_scenario(entry, scenario->name, NULL, end, &answer);
        if (!*going_on)
            break;
        if (has_failed(answer.outcome)) {
            done = add_failure(trial, strategy, scenario->name, &answer, error);
            if (notes != NULL && done)
                (void)fprintf(notes, "bench: %s fails in the scenario %s, and does not say so: %s\n", strategy->name,
                              scenario->name, trial->failures[trial->count - 1].found);
        }
        execution_answer_clear(&answer);
    }
    return done;
}

static bool is_first_case(const struct plan *plan, size_t index) {
    for (size_t i = 0; i < index; i++)
        if (plan->cases[i].strategy == plan->cases[index].strategy)
            return false;
    return true;
}

bool trial_of_plugins(struct trial *trial, const struct plan *plan, const struct registry *registry, FILE *notes,
                      struct error *error) {
    struct child_end *end = malloc(sizeof *end);
    bool done = end != NULL || error_set(error, "out of memory for a trial of plug-ins"), going_on = true;
    *trial = (struct trial){.count = 0};
    for (size_t i = 0; i < plan->case_count && done && going_on; i++) {
        const struct registry_entry *entry =
            is_first_case(plan, i) ? registry_find(registry, plan->cases[i].strategy->name) : NULL;
        if (entry != NULL && entry->plugin != NULL && !entry->own)
            done = try_plugin(trial, entry, end, notes, &going_on, error);
    }
    free(end);
    return done;
}

void trial_free(struct trial *trial) {
    free(trial->failures);
    *trial = (struct trial){.count = 0};
}
