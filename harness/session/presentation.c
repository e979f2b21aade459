#include "session/presentation.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_build.h"
#include "base/json_text.h"
#include "registry/expectations.h"
#include "registry/peer.h"

struct maker {
    const struct plan *plan;
    const struct trial *trial;
    const struct ctx_strategy **strategies; /* each once */
    size_t strategy_count;
    struct json_build build;
};

/* The element of an array whose member `key` is this text; NULL if there is none. */
static json_t *find(const json_t *array, const char *key, const char *text) {
    size_t index;
    json_t *element;
    json_array_foreach(array, index, element) {
        const char *found = json_string_value(json_object_get(element, key));
        if (found != NULL && strcmp(found, text) == 0)
            return element;
    }
    return NULL;
}

/* Puts a new object, which has this order, before the first of a higher one. */
static void insert(struct maker *maker, json_t *array, unsigned order, json_t *object) {
    size_t at = 0;
    while (at < json_array_size(array) &&
           json_integer_value(json_object_get(json_array_get(array, at), "order")) <= (json_int_t)order)
        at++;
    json_build_put(&maker->build, object, "order", json_integer((json_int_t)order));
    json_build_insert(&maker->build, array, at, object);
}

/* Where it has served its purpose, since the array is in order. */
static void drop_order(json_t *array) {
    size_t index;
    json_t *element;
    json_array_foreach(array, index, element) {
        (void)json_object_del(element, "order");
    }
}

/* ---- Workloads and their sections ---- */

/* Names the section under `key`, and adds it to the sections if it is new. */
static void put_section(struct maker *maker, json_t *sections, json_t *object, const char *key,
                        const struct ctx_section *section) {
    if (section == NULL)
        return;
    json_build_put(&maker->build, object, key, json_text(section->id));
    if (find(sections, "id", section->id) != NULL)
        return;
    json_t *added = json_object();
    json_build_put(&maker->build, added, "id", json_text(section->id));
    json_build_put(&maker->build, added, "title", json_text(section->title));
    insert(maker, sections, section->order, added);
}

static const char *role_name(enum ctx_role role) {
    static const char *const names[CTX_ROLE_COUNT] = {
        [CTX_ROLE_PART] = NULL,     [CTX_ROLE_READ] = "read",       [CTX_ROLE_WHOLE] = "whole",
        [CTX_ROLE_SCOPE] = "scope", [CTX_ROLE_HANDOFF] = "handoff", [CTX_ROLE_START] = "start",
        [CTX_ROLE_LINE] = "line",   [CTX_ROLE_TASK] = "task",
    };
    return names[role];
}

static json_t *make_workload(struct maker *maker, json_t *sections, const struct ctx_workload *workload) {
    json_t *object = json_object(), *parameters = json_object();
    json_build_put(&maker->build, object, "name", json_text(workload->name));
    if (role_name(workload->role) != NULL)
        json_build_put(&maker->build, object, "role", json_text(role_name(workload->role)));
    if (workload->communicates)
        json_build_put(&maker->build, object, "communicates", json_true());
    put_section(maker, sections, object, "section", workload->section);
    put_section(maker, sections, object, "threads_section", workload->threads_section);
    for (size_t i = 0; i < CTX_PARAMETERS_MAX && workload->parameters[i].name != NULL; i++)
        put_section(maker, sections, parameters, workload->parameters[i].name, workload->parameters[i].section);
    if (json_object_size(parameters) > 0)
        json_build_put(&maker->build, object, "parameter_sections", json_incref(parameters));
    json_decref(parameters);
    return object;
}

/* Each workload once, in the order of an overview. */
static void add_workloads(struct maker *maker, json_t *presentation) {
    json_t *workloads = json_array(), *sections = json_array();
    for (size_t i = 0; i < maker->plan->case_count; i++) {
        const struct ctx_workload *workload = maker->plan->cases[i].kernel->workload;
        if (find(workloads, "name", workload->name) == NULL)
            insert(maker, workloads, workload->overview - 1, make_workload(maker, sections, workload));
    }
    drop_order(workloads);
    json_build_put(&maker->build, presentation, "sections", sections);
    json_build_put(&maker->build, presentation, "workloads", workloads);
}

/* ---- References ---- */

static json_t *make_reference(struct maker *maker, const struct ctx_strategy *strategy) {
    const struct ctx_yardstick *yardstick = &strategy->yardstick;
    json_t *object = json_object();
    json_build_put(&maker->build, object, "strategy", json_text(strategy->name));
    if (yardstick->label != NULL)
        json_build_put(&maker->build, object, "label", json_text(yardstick->label));
    if (yardstick->legend != NULL)
        json_build_put(&maker->build, object, "legend", json_text(yardstick->legend));
    if ((strategy->traits & CTX_TRAIT_NO_CONTEXT) != 0)
        json_build_put(&maker->build, object, "no_context", json_true());
    return object;
}

static void add_references(struct maker *maker, json_t *presentation) {
    json_t *references = json_array();
    for (size_t i = 0; i < maker->strategy_count; i++)
        if ((maker->strategies[i]->traits & CTX_TRAIT_REFERENCE) != 0)
            insert(maker, references, maker->strategies[i]->yardstick.order,
                   make_reference(maker, maker->strategies[i]));
    drop_order(references);
    json_build_put(&maker->build, presentation, "references", references);
}

/* ---- Conditions ---- */

static bool includes(const struct ctx_condition *condition, const char *title) {
    for (; condition != NULL; condition = condition->includes)
        if (strcmp(condition->title, title) == 0)
            return true;
    return false;
}

static void add_title(struct maker *maker, json_t *conditions, const struct ctx_condition *condition) {
    if (find(conditions, "title", condition->title) != NULL)
        return;
    json_t *object = json_object();
    if (condition->need != NULL)
        json_build_put(&maker->build, object, "need", json_text(condition->need));
    json_build_put(&maker->build, object, "title", json_text(condition->title));
    json_build_put(&maker->build, object, "scenarios", json_array());
    insert(maker, conditions, condition->order, object);
}

/* Adds a name to the condition's scenarios, if it is new there. */
static void add_scenario(struct maker *maker, const json_t *condition, const char *name) {
    json_t *scenarios = json_object_get(condition, "scenarios");
    size_t index;
    const json_t *known;
    json_array_foreach(scenarios, index, known) {
        if (strcmp(json_string_value(known), name) == 0)
            return;
    }
    json_build_append(&maker->build, scenarios, json_text(name));
}

/* All scenarios of a strategy that decide the condition: its own, and those of the conditions that it includes. */
static void add_scenarios(struct maker *maker, const json_t *conditions, const struct ctx_strategy *strategy,
                          const struct ctx_condition *condition) {
    for (size_t i = 0; i < strategy->scenario_count; i++) {
        const struct ctx_scenario *scenario = &strategy->scenarios[i];
        if (scenario->condition != NULL && includes(condition, scenario->condition->title))
            add_scenario(maker, find(conditions, "title", condition->title), scenario->name);
    }
}

static void add_conditions(struct maker *maker, json_t *presentation) {
    json_t *conditions = json_array();
    for (size_t i = 0; i < maker->strategy_count; i++) {
        const struct ctx_strategy *strategy = maker->strategies[i];
        for (size_t k = 0; k < strategy->scenario_count; k++) {
            const struct ctx_condition *condition = strategy->scenarios[k].condition;
            if (condition == NULL)
                continue;
            add_title(maker, conditions, condition);
            add_scenarios(maker, conditions, strategy, condition);
        }
    }
    drop_order(conditions);
    json_build_put(&maker->build, presentation, "conditions", conditions);
}

/* ---- Strategies ---- */

static json_t *make_failure(struct maker *maker, const char *scenario, const char *reason, bool unexpected) {
    json_t *object = json_object();
    json_build_put(&maker->build, object, "scenario", json_text(scenario));
    json_build_put(&maker->build, object, "reason", json_text(reason));
    if (unexpected)
        json_build_put(&maker->build, object, "unexpected", json_true());
    return object;
}

static json_t *make_failing(struct maker *maker, const struct ctx_strategy *strategy) {
    json_t *failing = json_array();
    for (size_t i = 0; i < strategy->scenario_count; i++) {
        const struct expectation expectation = expectation_of(strategy, &strategy->scenarios[i]);
        if (expectation.outcome != SCENARIO_BROKEN)
            continue;
        json_build_append(&maker->build, failing,
                          make_failure(maker, strategy->scenarios[i].name, expectation.reason, false));
    }
    for (size_t i = 0; maker->trial != NULL && i < maker->trial->count; i++) {
        const struct trial_failure *failure = &maker->trial->failures[i];
        if (failure->strategy == strategy)
            json_build_append(&maker->build, failing, make_failure(maker, failure->scenario, failure->found, true));
    }
    return failing;
}

/* What a peer's manifest says that it stands beside; NULL: nothing. */
static const char *beside(const struct maker *maker, const struct ctx_strategy *strategy) {
    for (size_t i = 0; i < maker->plan->case_count; i++)
        if (maker->plan->cases[i].strategy == strategy && maker->plan->cases[i].peer != NULL)
            return peer_beside(maker->plan->cases[i].peer, strategy);
    return NULL;
}

static void add_strategies(struct maker *maker, json_t *presentation) {
    json_t *strategies = json_array();
    for (size_t i = 0; i < maker->strategy_count; i++) {
        const struct ctx_strategy *strategy = maker->strategies[i];
        if ((strategy->traits & CTX_TRAIT_REFERENCE) != 0)
            continue;
        json_t *object = json_object(), *failing = make_failing(maker, strategy);
        json_build_put(&maker->build, object, "name", json_text(strategy->name));
        if ((strategy->traits & CTX_TRAIT_EXPLICIT_ARGUMENT) != 0)
            json_build_put(&maker->build, object, "explicit_argument", json_true());
        if (beside(maker, strategy) != NULL)
            json_build_put(&maker->build, object, "beside", json_text(beside(maker, strategy)));
        if (!peer_has(strategy)) /* whose manifest says nothing of it */
            json_build_put(&maker->build, object, "outside", json_text(ctx_seen_from_outside(strategy->traits)));
        if (json_array_size(failing) > 0)
            json_build_put(&maker->build, object, "fails", json_incref(failing));
        json_decref(failing);
        json_build_append(&maker->build, strategies, object);
    }
    json_build_put(&maker->build, presentation, "strategies", strategies);
}

static void add_strategy(struct maker *maker, const struct ctx_strategy *strategy) {
    for (size_t i = 0; i < maker->strategy_count; i++)
        if (maker->strategies[i] == strategy)
            return;
    maker->strategies[maker->strategy_count++] = strategy;
}

json_t *presentation_to_json(const struct plan *plan, const struct ctx_strategy *const *more, size_t more_count,
                             const struct trial *trial) {
    struct maker maker = {.plan = plan,
                          .trial = trial,
                          .strategies = calloc(plan->case_count + more_count + 1, sizeof *maker.strategies)};
    if (maker.strategies == NULL)
        return NULL;
    for (size_t i = 0; i < plan->case_count; i++)
        add_strategy(&maker, plan->cases[i].strategy);
    for (size_t i = 0; i < more_count; i++)
        add_strategy(&maker, more[i]);
    json_t *presentation = json_object();
    add_workloads(&maker, presentation);
    add_references(&maker, presentation);
    add_conditions(&maker, presentation);
    add_strategies(&maker, presentation);
    free((void *)maker.strategies);
    return json_build_finish(&maker.build, presentation);
}
