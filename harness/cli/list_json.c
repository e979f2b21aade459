#include "cli/list_json.h"

#include <stdlib.h>

#include "base/json_build.h"
#include "base/outcome.h"
#include "cli/traits.h"
#include "plan/suite.h"
#include "registry/expectations.h"
#include "session/presentation.h"

enum { LIST_VERSION = 1 };

/* ---- Strategies ---- */

static json_t *make_traits(struct json_build *build, const struct ctx_strategy *strategy) {
    json_t *array = json_array();
    for (size_t i = 0; i < TRAIT_COUNT; i++)
        if ((strategy->traits & trait_words[i].trait) != 0)
            json_build_append_text(build, array, trait_words[i].words);
    return array;
}

/* The scenarios of which this outcome is expected, each with the reason where there is one. */
static json_t *make_expected(struct json_build *build, const struct ctx_strategy *strategy,
                             enum scenario_outcome outcome) {
    json_t *array = json_array();
    for (size_t i = 0; i < strategy->scenario_count; i++) {
        const struct expectation expectation = expectation_of(strategy, &strategy->scenarios[i]);
        if (expectation.outcome != outcome)
            continue;
        json_t *object = json_object();
        json_build_put_text(build, object, "scenario", strategy->scenarios[i].name);
        json_build_put_text(build, object, "reason", expectation.reason);
        json_build_append(build, array, object);
    }
    return array;
}

static json_t *make_strategy(struct json_build *build, const struct registry_entry *entry) {
    const struct ctx_strategy *strategy = entry->strategy;
    const char *missing = entry->peer != NULL ? peer_missing(entry->peer) : registry_unavailable(entry, NULL);
    json_t *object = json_object();
    json_build_put_text(build, object, "name", strategy->name);
    json_build_put_text(build, object, "summary", strategy->summary);
    json_build_put(build, object, "reference", json_boolean((strategy->traits & CTX_TRAIT_REFERENCE) != 0));
    json_build_put(build, object, "traits", make_traits(build, strategy));
    if (entry->plugin != NULL && !entry->own)
        json_build_put_text(build, object, "plugin", entry->plugin);
    if (entry->peer != NULL)
        json_build_put_text(build, object, "runtime", entry->peer->runtime);
    if (missing != NULL)
        json_build_put_text(build, object, "unavailable", missing);
    json_build_put(build, object, "passes", make_expected(build, strategy, SCENARIO_HELD));
    json_build_put(build, object, "fails", make_expected(build, strategy, SCENARIO_BROKEN));
    json_build_put(build, object, "not_applicable", make_expected(build, strategy, SCENARIO_NOT_APPLICABLE));
    return object;
}

static json_t *make_strategies(struct json_build *build, const struct registry *registry) {
    json_t *array = json_array();
    for (size_t i = 0; i < registry->count; i++)
        json_build_append(build, array, make_strategy(build, &registry->entries[i]));
    return array;
}

/* ---- Workloads ---- */

static json_t *make_parameter(struct json_build *build, const struct ctx_parameter *parameter) {
    json_t *object = json_object(), *defaults = json_array();
    for (uint32_t i = 0; i < parameter->default_count; i++)
        json_build_append(build, defaults, json_integer(parameter->defaults[i]));
    json_build_put_text(build, object, "name", parameter->name);
    json_build_put_text(build, object, "summary", parameter->summary);
    json_build_put_count(build, object, "min", parameter->min);
    json_build_put_count(build, object, "max", parameter->max);
    json_build_put(build, object, "defaults", defaults);
    return object;
}

static json_t *make_workload(struct json_build *build, const struct ctx_workload *workload) {
    json_t *object = json_object(), *parameters = json_array();
    for (size_t i = 0; i < CTX_PARAMETERS_MAX && workload->parameters[i].name != NULL; i++)
        json_build_append(build, parameters, make_parameter(build, &workload->parameters[i]));
    json_build_put_text(build, object, "name", workload->name);
    json_build_put_text(build, object, "summary", workload->summary);
    json_build_put_text(build, object, "operation", workload->operation);
    json_build_put_count(build, object, "revision", workload->revision);
    json_build_put(build, object, "parameters", parameters);
    json_build_put_count(build, object, "threads_min", workload->threads_min);
    if (workload->threads_max > 0) /* 0: any number */
        json_build_put_count(build, object, "threads_max", workload->threads_max);
    return object;
}

static json_t *make_workloads(struct json_build *build, const struct registry *registry, struct error *error) {
    size_t count;
    const struct ctx_workload **workloads = registry_workloads(registry, &count, error);
    json_t *array = workloads == NULL ? NULL : json_array();
    for (size_t i = 0; workloads != NULL && i < count; i++)
        json_build_append(build, array, make_workload(build, workloads[i]));
    free(workloads);
    return array;
}

/* ---- Suites, scenarios and conditions ---- */

static json_t *make_suites(struct json_build *build) {
    json_t *array = json_array();
    for (const char *const *name = suite_names(); *name != NULL; name++) {
        struct error ignored; /* those of the program are as they should be: a test loads each */
        struct suite *suite = suite_load(*name, &ignored);
        if (suite == NULL)
            continue;
        json_t *object = json_object();
        json_build_put_text(build, object, "name", suite->name);
        json_build_put_text(build, object, "summary", suite->summary);
        json_build_append(build, array, object);
        suite_free(suite);
    }
    return array;
}

static json_t *make_scenarios(struct json_build *build, const struct registry *registry, struct error *error) {
    size_t count;
    const struct ctx_scenario **scenarios = registry_scenarios(registry, &count, error);
    json_t *array = scenarios == NULL ? NULL : json_array();
    for (size_t i = 0; scenarios != NULL && i < count; i++) {
        json_t *object = json_object();
        json_build_put_text(build, object, "name", scenarios[i]->name);
        json_build_put_text(build, object, "summary", scenarios[i]->summary);
        json_build_put_text(build, object, "story", scenarios[i]->story != NULL ? scenarios[i]->story : "");
        json_build_append(build, array, object);
    }
    free(scenarios);
    return array;
}

/* As a result file has them. */
static json_t *make_conditions(const struct registry *registry) {
    const struct plan no_plan = {.case_count = 0};
    const struct ctx_strategy **strategies = calloc(registry->count + 1, sizeof *strategies);
    for (size_t i = 0; strategies != NULL && i < registry->count; i++)
        strategies[i] = registry->entries[i].strategy;
    json_t *presentation =
        strategies == NULL ? NULL : presentation_to_json(&no_plan, strategies, registry->count, NULL);
    json_t *conditions = json_incref(json_object_get(presentation, "conditions"));
    json_decref(presentation);
    free((void *)strategies);
    return conditions;
}

bool list_print_json(const struct registry *registry, FILE *out, struct error *error) {
    struct json_build build = {false};
    struct error failure;
    json_t *object = json_object();
    json_build_put_count(&build, object, "ctxbench_list", LIST_VERSION);
    json_build_put(&build, object, "strategies", make_strategies(&build, registry));
    json_build_put(&build, object, "workloads", make_workloads(&build, registry, &failure));
    json_build_put(&build, object, "suites", make_suites(&build));
    json_build_put(&build, object, "conditions", make_conditions(registry));
    json_build_put(&build, object, "scenarios", make_scenarios(&build, registry, &failure));
    return json_build_write(&build, object, JSON_INDENT(2), out) ||
           error_set(error, "cannot write the list: the disk is full, or memory is out");
}
