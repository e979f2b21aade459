#include "session/results_context.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/json_build.h"
#include "base/json_text.h"
#include "data/matrix.h"
#include "session/presentation.h"

/* For facts that are -1 when unknown. */
static void put_fact(struct json_build *build, json_t *object, const char *key, double value) {
    if (value >= 0)
        json_build_put_number(build, object, key, value);
}

/* For switches that are 1 on, 0 off, -1 unknown. */
static void put_switch(struct json_build *build, json_t *object, const char *key, int value) {
    if (value >= 0)
        json_build_put(build, object, key, json_boolean(value != 0));
}

static json_t *make_caches(struct json_build *build, const struct topology_facts *facts) {
    json_t *caches = json_array();
    for (size_t i = 0; i < facts->cache_count; i++) {
        const struct topology_cache *cache = &facts->caches[i];
        json_t *object = json_object();
        json_build_put_text(build, object, "type", cache->type);
        json_build_put_count(build, object, "level", cache->level);
        json_build_put_count(build, object, "size", cache->size_bytes);
        json_build_put_count(build, object, "num_sharing", cache->num_sharing);
        json_build_append(build, caches, object);
    }
    return caches;
}

static json_t *make_topology(struct json_build *build, const struct topology_facts *facts) {
    json_t *object = json_object();
    json_build_put_text(build, object, "source", facts->source);
    json_build_put_count(build, object, "packages", facts->package_count);
    json_build_put_count(build, object, "numa_nodes", facts->numa_node_count);
    json_build_put_count(build, object, "cores", facts->core_count);
    json_build_put_count(build, object, "core_kinds", facts->core_kind_count);
    json_build_put_count(build, object, "pus", facts->pu_count);
    json_build_put_count(build, object, "pus_present", facts->pus_present);
    json_build_put_text(build, object, "allowed_pus", facts->allowed_pus);
    json_build_put(build, object, "restricted", json_boolean(facts->restricted));
    json_build_put_text(build, object, "kind", facts->kind);
    return object;
}

static json_t *make_machine(struct json_build *build, const struct environment *environment) {
    json_t *object = json_object();
    json_build_put_text(build, object, "architecture", environment->architecture);
    json_build_put_text(build, object, "cpu_model", environment->cpu_model);
    json_build_put_text(build, object, "kernel", environment->kernel);
    json_build_put_text(build, object, "governor", environment->governor);
    put_switch(build, object, "turbo", environment->turbo);
    put_switch(build, object, "smt", environment->smt);
    if (environment->aslr >= 0)
        json_build_put_count(build, object, "aslr", (uint64_t)environment->aslr);
    json_build_put_text(build, object, "virtualisation", environment->virtualisation);
    json_build_put_text(build, object, "container", environment->container);
    json_build_put_text(build, object, "quota", environment->quota);
    put_fact(build, object, "steal_percent", environment->steal_percent);
    json_build_put_text(build, object, "counters_absent", environment->counters_absent);
    return object;
}

static json_t *make_build(struct json_build *build, const struct environment *environment) {
    json_t *object = json_object();
    json_build_put_text(build, object, "version", environment->version);
    json_build_put_text(build, object, "compiler", environment->compiler);
    json_build_put_text(build, object, "compiler_flags", environment->compiler_flags);
    json_build_put_text(build, object, "build_type", environment->build_type);
    char revision[sizeof environment->source_revision];
    (void)snprintf(revision, sizeof revision, "%s", environment->source_revision);
    char *dirty = strstr(revision, "-dirty");
    if (revision[0] != '\0')
        json_build_put(build, object, "source_dirty", json_boolean(dirty != NULL));
    if (dirty != NULL)
        *dirty = '\0';
    json_build_put_text(build, object, "source_revision", revision);
    json_build_put_text(build, object, "source_revision_absent", environment->source_revision_absent);
    json_t *libraries = json_object();
    for (size_t i = 0; i < environment->library_count; i++)
        json_build_put_text(build, libraries, environment->libraries[i].name, environment->libraries[i].version);
    json_build_put(build, object, "libraries", libraries);
    return object;
}

static json_t *make_process(struct json_build *build, const struct process_facts *process) {
    json_t *object = json_object();
    json_build_put_text(build, object, "preloaded", process->preloaded);
    json_build_put_text(build, object, "allocator", process->allocator);
    json_build_put_text(build, object, "sanitizer", process->sanitizer);
    json_build_put_text(build, object, "variables", process->variables);
    return object;
}

static void put_facts(struct json_build *build, json_t *object, const struct environment *environment) {
    json_build_put(build, object, "machine", make_machine(build, environment));
    json_build_put(build, object, "process", make_process(build, &environment->process));
    json_build_put(build, object, "build", make_build(build, environment));
}

json_t *results_facts(const struct environment *environment) {
    struct json_build build = {0};
    json_t *context = json_object(), *ours = json_object();
    put_facts(&build, ours, environment);
    json_build_put(&build, context, "ctxbench", ours);
    return json_build_finish(&build, context);
}

json_t *results_machine(const struct topology_facts *facts, const struct environment *environment) {
    struct json_build made = {0}, *build = &made;
    json_t *object = make_topology(build, facts);
    json_build_put_text(build, object, "cpu_model", facts->cpu_model);
    if (environment != NULL) {
        json_build_put_text(build, object, "fingerprint", environment->fingerprint);
        json_build_put_text(build, object, "host_name", environment->host);
        json_build_put_text(build, object, "architecture", environment->architecture);
    }
    return json_build_finish(build, object);
}

static json_t *make_settings(struct json_build *build, const struct results *results) {
    const struct option_settings *settings = &results->options->settings;
    json_t *object = json_object();
    for (size_t i = 0; i < settings->count; i++)
        json_build_put(build, object, settings->list[i].name, json_text(settings->list[i].value));
    return object;
}

static json_t *make_executions(struct json_build *build, const struct results *results,
                               const struct results_counts *counts) {
    json_t *object = json_object();
    json_build_put_count(build, object, "planned", results->plan->step_count);
    json_build_put_count(build, object, "done", counts->done);
    json_build_put_count(build, object, "failed", counts->failed);
    return object;
}

/* What the run took, beside what was said beforehand. */
static json_t *make_course(struct json_build *build, const struct results *results) {
    json_t *object = json_object();
    json_build_put_text(build, object, "suite", results->options->suite->name);
    json_build_put_count(build, object, "executions_wanted", results->options->executions);
    json_build_put_count(build, object, "executions", results->plan->step_count / results->plan->case_count);
    if (results->options->budget_seconds > 0)
        json_build_put(build, object, "budget_seconds", json_real(results->options->budget_seconds));
    json_build_put(build, object, "estimated_seconds", json_real(results->course.estimated_seconds));
    json_build_put(build, object, "taken_seconds", json_real(results->course.taken_seconds));
    return object;
}

static json_t *make_cell(struct json_build *build, const struct matrix *matrix, size_t scenario, size_t strategy) {
    const struct matrix_cell *cell = matrix_cell(matrix, scenario, strategy);
    const char *outcome = scenario_outcome_name(cell->outcome), *expected = scenario_outcome_name(cell->expected);
    json_t *object = json_object();
    json_build_put_text(build, object, "strategy", matrix->strategies[strategy]);
    json_build_put_text(build, object, "scenario", matrix->scenarios[scenario].name);
    json_build_put_text(build, object, "summary", matrix->scenarios[scenario].summary);
    json_build_put_text(build, object, "story", matrix->scenarios[scenario].story);
    json_build_put_text(build, object, "outcome", outcome == NULL ? "" : outcome);
    json_build_put_text(build, object, "found", cell->found);
    json_build_put_text(build, object, "expected", expected == NULL ? "" : expected);
    json_build_put_text(build, object, "reason", cell->reason);
    json_build_put(build, object, "as_expected", json_boolean(cell->as_expected));
    if (cell->seconds > 0)
        json_build_put(build, object, "seconds", json_real(cell->seconds));
    return object;
}

static json_t *make_conformance(struct json_build *build, const struct matrix *matrix) {
    json_t *cells = json_array();
    for (size_t scenario = 0; scenario < matrix->scenario_count; scenario++)
        for (size_t strategy = 0; strategy < matrix->strategy_count; strategy++)
            json_build_append(build, cells, make_cell(build, matrix, scenario, strategy));
    return cells;
}

static json_t *make_gaps(struct json_build *build, const struct results *results) {
    json_t *gaps = json_array();
    for (size_t i = 0; i < results->plan->gap_count; i++) {
        const struct plan_gap *gap = &results->plan->gaps[i];
        char name[CASE_NAME_MAX];
        case_name(&gap->c, name);
        json_t *object = json_object();
        json_build_put_text(build, object, "name", name);
        json_build_put_text(build, object, "reason", gap->reason);
        json_build_append(build, gaps, object);
    }
    return gaps;
}

static json_t *make_our_context(struct json_build *build, const struct results *results,
                                const struct results_counts *counts) {
    json_t *object = json_object(), *command_line = json_array(), *warnings = json_array();
    for (int i = 0; i < results->argc; i++)
        json_build_append(build, command_line, json_text(results->argv[i]));
    for (size_t i = 0; i < results->environment->warning_count; i++)
        json_build_append(build, warnings, json_text(results->environment->warnings[i]));
    char seed[24]; /* as text: readers that keep numbers as doubles would round it */
    (void)snprintf(seed, sizeof seed, "%" PRIu64, results->plan->seed);

    json_build_put_count(build, object, "schema_version", RESULTS_SCHEMA_VERSION);
    json_build_put_text(build, object, "fingerprint", results->environment->fingerprint);
    json_build_put(build, object, "interrupted", json_boolean(results->interrupted));
    json_build_put(build, object, "executions", make_executions(build, results, counts));
    if (results->course.taken_seconds > 0)
        json_build_put(build, object, "course", make_course(build, results));
    if (results->plan->step_count > 0)
        json_build_put(build, object, "seed", json_string(seed));
    json_build_put(build, object, "command_line", command_line);
    json_build_put(build, object, "settings", make_settings(build, results));
    put_facts(build, object, results->environment);
    json_build_put(build, object, "topology", make_topology(build, results->facts));
    json_build_put(build, object, "warnings", warnings);
    if (results->plan->gap_count > 0)
        json_build_put(build, object, "not_applicable", make_gaps(build, results));
    json_build_put(build, object, "presentation",
                   presentation_to_json(results->plan, results->strategies, results->strategy_count, results->trial));
    if (results->conformance != NULL)
        json_build_put(build, object, "conformance", make_conformance(build, results->conformance));
    return object;
}

json_t *results_context(const struct results *results, const struct results_counts *counts) {
    struct json_build made = {0}, *build = &made;
    const struct environment *environment = results->environment;
    json_t *object = json_object();
    char date[40] = "", zone[8] = "";
    struct tm local;
    if (localtime_r(&environment->started.tv_sec, &local) != NULL && strftime(zone, sizeof zone, "%z", &local) == 5) {
        (void)strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &local);
        (void)snprintf(date + strlen(date), sizeof date - strlen(date), "%.3s:%s", zone, zone + 3);
    }
    json_build_put_text(build, object, "date", date);
    json_build_put_text(build, object, "host_name", environment->host);
    if (results->argc > 0)
        json_build_put_text(build, object, "executable", results->argv[0]);
    json_build_put_count(build, object, "num_cpus", results->facts->pus_present);
    put_fact(build, object, "mhz_per_cpu", environment->mhz);
    if (environment->governor[0] != '\0')
        json_build_put(build, object, "cpu_scaling_enabled",
                       json_boolean(strcmp(environment->governor, "performance") != 0));
    json_build_put(build, object, "caches", make_caches(build, results->facts));
    if (environment->load_average[0] >= 0) {
        json_t *load = json_array();
        for (size_t i = 0; i < 3; i++)
            json_build_append(build, load, json_real(environment->load_average[i]));
        json_build_put(build, object, "load_avg", load);
    }
    json_build_put(build, object, "library_build_type", json_string(environment->optimised ? "release" : "debug"));
    json_build_put(build, object, "json_schema_version", json_integer(1));
    json_build_put(build, object, "ctxbench", make_our_context(build, results, counts));
    return json_build_finish(build, object);
}
