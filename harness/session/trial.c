#include "session/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "base/text.h"
#include "registry/expectations.h"
#include "session/worker_call.h"

enum { PATIENCE_FACTOR = 6 }; /* the longest scenario may take this many times a worker's usual patience */

/* Why a peer's program need not, or cannot, be asked; NULL if it can. */
static const char *why_not_asked(const struct registry_entry *entry, const char *scenario) {
    const struct ctx_strategy *strategy = entry->strategy;
    for (size_t i = 0; i < strategy->scenario_count; i++)
        if (strcmp(strategy->scenarios[i].name, scenario) == 0 && strategy->scenarios[i].run != NULL)
            return registry_unavailable(entry, stderr);
    return "there is no way to take part";
}

bool trial_of_scenario(const struct registry_entry *entry, const char *scenario, struct progress *progress,
                       struct child_end *end, struct execution_answer *answer) {
    char name[TEXT_ITEM_MAX];
    (void)snprintf(name, sizeof name, "%s/%s", entry->strategy->name, scenario);
    const struct execution_request request = {
        .case_name = name, .strategy = entry->strategy->name, .scenario = scenario, .plugin = entry->plugin};
    const char *why_not = entry->peer != NULL ? why_not_asked(entry, scenario) : NULL;
    if (why_not != NULL) {
        *answer = execution_answer_empty();
        answer->outcome = EXECUTION_INAPPLICABLE;
        (void)snprintf(answer->reason, sizeof answer->reason, "%s", why_not);
        end->wall_seconds = 0;
        return true;
    }
    const struct worker_call call = {
        .request = &request,
        .peer = entry->peer,
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
        return error_set_code(error, ERROR_MEMORY, "out of memory for what %s fails", strategy->name);
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

static bool is_first_case(const struct plan *plan, size_t index) {
    for (size_t i = 0; i < index; i++)
        if (plan->cases[i].strategy == plan->cases[index].strategy)
            return false;
    return true;
}

/*
 * The plug-in, or strategy of a peer, that the case is the first of; NULL if there is none. Other strategies that ship
 * with ctxbench have a test that tries them.
 */
static const struct registry_entry *plugin_to_try(const struct plan *plan, size_t index,
                                                  const struct registry *registry) {
    const struct registry_entry *entry =
        is_first_case(plan, index) ? registry_find(registry, plan->cases[index].strategy->name) : NULL;
    const bool is_plugin = entry != NULL && entry->plugin != NULL && !entry->own;
    return is_plugin || (entry != NULL && entry->peer != NULL) ? entry : NULL;
}

struct trying {
    struct trial *trial;
    struct child_end *end;
    FILE *notes;
    struct progress progress;
    size_t done;
    bool going_on; /* nobody has interrupted */
};

static size_t count_worth_trying(const struct ctx_strategy *strategy) {
    size_t count = 0;
    for (size_t i = 0; i < strategy->scenario_count; i++)
        count += is_worth_trying(strategy, &strategy->scenarios[i]);
    return count;
}

/* False when out of memory. */
static bool try_scenario(struct trying *trying, const struct registry_entry *entry, const char *scenario,
                         struct error *error) {
    const struct ctx_strategy *strategy = entry->strategy;
    struct trial *trial = trying->trial;
    struct execution_answer answer;
    char what[TEXT_ITEM_MAX];
    (void)snprintf(what, sizeof what, "trying %s in %s", strategy->name, scenario);
    progress_step(&trying->progress, trying->done++, 0, what);
    trying->going_on = trial_of_scenario(entry, scenario, &trying->progress, trying->end, &answer);
    if (!trying->going_on)
        return true;
    bool done = true;
    if (has_failed(answer.outcome)) {
        done = add_failure(trial, strategy, scenario, &answer, error);
        progress_clear(&trying->progress);
        if (done)
            message(trying->notes, "%s fails in the scenario %s, and does not say so: %s", strategy->name, scenario,
                    trial->failures[trial->count - 1].found);
    }
    execution_answer_clear(&answer);
    return done;
}

static bool try_plugin(struct trying *trying, const struct registry_entry *entry, struct error *error) {
    const struct ctx_strategy *strategy = entry->strategy;
    bool done = true;
    for (size_t i = 0; i < strategy->scenario_count && done && trying->going_on; i++)
        if (is_worth_trying(strategy, &strategy->scenarios[i]))
            done = try_scenario(trying, entry, strategy->scenarios[i].name, error);
    return done;
}

bool trial_of_plugins(struct trial *trial, const struct plan *plan, const struct registry *registry, FILE *notes,
                      struct error *error) {
    struct trying trying = {.trial = trial, .end = malloc(sizeof *trying.end), .notes = notes, .going_on = true};
    bool done = trying.end != NULL || error_set_code(error, ERROR_MEMORY, "out of memory for a trial of plug-ins");
    size_t total = 0;
    *trial = (struct trial){.count = 0};
    for (size_t i = 0; i < plan->case_count; i++) {
        const struct registry_entry *entry = plugin_to_try(plan, i, registry);
        total += entry != NULL ? count_worth_trying(entry->strategy) : 0;
    }
    progress_start(&trying.progress, notes == NULL, total);
    for (size_t i = 0; i < plan->case_count && done && trying.going_on; i++) {
        const struct registry_entry *entry = plugin_to_try(plan, i, registry);
        done = entry == NULL || try_plugin(&trying, entry, error);
    }
    progress_clear(&trying.progress);
    free(trying.end);
    return done;
}

void trial_free(struct trial *trial) {
    free(trial->failures);
    *trial = (struct trial){.count = 0};
}
