#include "session/results.h"
#include "data/matrix.h"
#include "data/result_builder.h"
#include "registry/kernel_names.h"

#include <ctype.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/json_text.h"
#include "base/output_file.h"
#include "protocol/measured_json.h"
#include "session/presentation.h"
#include "statistics/statistics.h"

struct writer {
    const struct results *results;
    struct output_file file;
    uint32_t *families, *instances; /* Google Benchmark's numbering, by case index */
    size_t done_count, row_count, failed_count;
    bool out_of_memory;
};

/* Building JSON: what is unknown stays out, and a value that could not be made is noticed once, at the end. */

static void put(struct writer *writer, json_t *object, const char *key, json_t *value) {
    if (json_object_set_new(object, key, value) != 0)
        writer->out_of_memory = true;
}

static void append(struct writer *writer, json_t *array, json_t *value) {
    if (json_array_append_new(array, value) != 0)
        writer->out_of_memory = true;
}

static void put_text(struct writer *writer, json_t *object, const char *key, const char *value) {
    if (value[0] != '\0')
        put(writer, object, key, json_text(value));
}

static void put_integer(struct writer *writer, json_t *object, const char *key, uint64_t value) {
    if (value <= INT64_MAX)
        put(writer, object, key, json_integer((json_int_t)value));
}

/* For facts that are -1 when unknown. */
static void put_fact(struct writer *writer, json_t *object, const char *key, double value) {
    if (isfinite(value) && value >= 0)
        put(writer, object, key, json_real(value));
}

/* For switches that are 1 on, 0 off, -1 unknown. */
static void put_switch(struct writer *writer, json_t *object, const char *key, int value) {
    if (value >= 0)
        put(writer, object, key, json_boolean(value != 0));
}

/* The context: what Google Benchmark's tools expect, and one object of ours. */

static json_t *make_caches(struct writer *writer, const struct topology_facts *facts) {
    json_t *caches = json_array();
    for (size_t i = 0; i < facts->cache_count; i++) {
        const struct topology_cache *cache = &facts->caches[i];
        json_t *object = json_object();
        put_text(writer, object, "type", cache->type);
        put_integer(writer, object, "level", cache->level);
        put_integer(writer, object, "size", cache->size_bytes);
        put_integer(writer, object, "num_sharing", cache->num_sharing);
        append(writer, caches, object);
    }
    return caches;
}

static json_t *make_topology(struct writer *writer, const struct topology_facts *facts) {
    json_t *object = json_object();
    put_text(writer, object, "source", facts->source);
    put_integer(writer, object, "packages", facts->package_count);
    put_integer(writer, object, "numa_nodes", facts->numa_node_count);
    put_integer(writer, object, "cores", facts->core_count);
    put_integer(writer, object, "core_kinds", facts->core_kind_count);
    put_integer(writer, object, "pus", facts->pu_count);
    put_integer(writer, object, "pus_present", facts->pus_present);
    put_text(writer, object, "allowed_pus", facts->allowed_pus);
    put(writer, object, "restricted", json_boolean(facts->restricted));
    return object;
}

static json_t *make_machine(struct writer *writer, const struct environment *environment) {
    json_t *object = json_object();
    put_text(writer, object, "architecture", environment->architecture);
    put_text(writer, object, "cpu_model", environment->cpu_model);
    put_text(writer, object, "kernel", environment->kernel);
    put_text(writer, object, "governor", environment->governor);
    put_switch(writer, object, "turbo", environment->turbo);
    put_switch(writer, object, "smt", environment->smt);
    if (environment->aslr >= 0)
        put_integer(writer, object, "aslr", (uint64_t)environment->aslr);
    put_text(writer, object, "virtualisation", environment->virtualisation);
    put_text(writer, object, "container", environment->container);
    put_text(writer, object, "quota", environment->quota);
    put_fact(writer, object, "steal_percent", environment->steal_percent);
    put_text(writer, object, "counters_absent", environment->counters_absent);
    return object;
}

static json_t *make_build(struct writer *writer, const struct environment *environment) {
    json_t *object = json_object();
    put_text(writer, object, "version", environment->version);
    put_text(writer, object, "compiler", environment->compiler);
    put_text(writer, object, "compiler_flags", environment->compiler_flags);
    put_text(writer, object, "build_type", environment->build_type);
    char revision[sizeof environment->source_revision];
    (void)snprintf(revision, sizeof revision, "%s", environment->source_revision);
    char *dirty = strstr(revision, "-dirty");
    if (revision[0] != '\0')
        put(writer, object, "source_dirty", json_boolean(dirty != NULL));
    if (dirty != NULL)
        *dirty = '\0';
    put_text(writer, object, "source_revision", revision);
    put_text(writer, object, "source_revision_absent", environment->source_revision_absent);
    json_t *libraries = json_object();
    for (size_t i = 0; i < environment->library_count; i++)
        put_text(writer, libraries, environment->libraries[i].name, environment->libraries[i].version);
    put(writer, object, "libraries", libraries);
    return object;
}

static json_t *make_process(struct writer *writer, const struct process_facts *process) {
    json_t *object = json_object();
    put_text(writer, object, "preloaded", process->preloaded);
    put_text(writer, object, "allocator", process->allocator);
    put_text(writer, object, "sanitizer", process->sanitizer);
    put_text(writer, object, "variables", process->variables);
    return object;
}

static void put_facts(struct writer *writer, json_t *object, const struct environment *environment) {
    put(writer, object, "machine", make_machine(writer, environment));
    put(writer, object, "process", make_process(writer, &environment->process));
    put(writer, object, "build", make_build(writer, environment));
}

json_t *results_facts(const struct environment *environment) {
    struct writer writer = {0};
    json_t *context = json_object(), *ours = json_object();
    put_facts(&writer, ours, environment);
    put(&writer, context, "ctxbench", ours);
    if (!writer.out_of_memory)
        return context;
    json_decref(context);
    return NULL;
}

static json_t *make_settings(struct writer *writer) {
    const struct option_settings *settings = &writer->results->options->settings;
    json_t *object = json_object();
    for (size_t i = 0; i < settings->count; i++)
        put(writer, object, settings->list[i].name, json_text(settings->list[i].value));
    return object;
}

static json_t *make_executions(struct writer *writer) {
    json_t *object = json_object();
    put_integer(writer, object, "planned", writer->results->plan->step_count);
    put_integer(writer, object, "done", writer->done_count);
    put_integer(writer, object, "failed", writer->failed_count);
    return object;
}

/* What the run took, beside what was said beforehand. */
static json_t *make_course(struct writer *writer) {
    const struct results *results = writer->results;
    json_t *object = json_object();
    put_text(writer, object, "suite", results->options->suite->name);
    put_integer(writer, object, "executions_wanted", results->options->executions);
    put_integer(writer, object, "executions", results->plan->step_count / results->plan->case_count);
    if (results->options->budget_seconds > 0)
        put(writer, object, "budget_seconds", json_real(results->options->budget_seconds));
    put(writer, object, "estimated_seconds", json_real(results->course.estimated_seconds));
    put(writer, object, "taken_seconds", json_real(results->course.taken_seconds));
    return object;
}

static json_t *make_cell(struct writer *writer, const struct matrix *matrix, size_t scenario, size_t strategy) {
    const struct matrix_cell *cell = matrix_cell(matrix, scenario, strategy);
    const char *outcome = scenario_outcome_name(cell->outcome), *expected = scenario_outcome_name(cell->expected);
    json_t *object = json_object();
    put_text(writer, object, "strategy", matrix->strategies[strategy]);
    put_text(writer, object, "scenario", matrix->scenarios[scenario].name);
    put_text(writer, object, "summary", matrix->scenarios[scenario].summary);
    put_text(writer, object, "outcome", outcome == NULL ? "" : outcome);
    put_text(writer, object, "found", cell->found);
    put_text(writer, object, "expected", expected == NULL ? "" : expected);
    put_text(writer, object, "reason", cell->reason);
    put(writer, object, "as_expected", json_boolean(cell->as_expected));
    if (cell->seconds > 0)
        put(writer, object, "seconds", json_real(cell->seconds));
    return object;
}

static json_t *make_conformance(struct writer *writer, const struct matrix *matrix) {
    json_t *cells = json_array();
    for (size_t scenario = 0; scenario < matrix->scenario_count; scenario++)
        for (size_t strategy = 0; strategy < matrix->strategy_count; strategy++)
            append(writer, cells, make_cell(writer, matrix, scenario, strategy));
    return cells;
}

static json_t *make_gaps(struct writer *writer) {
    json_t *gaps = json_array();
    for (size_t i = 0; i < writer->results->plan->gap_count; i++) {
        const struct plan_gap *gap = &writer->results->plan->gaps[i];
        char name[CASE_NAME_MAX];
        case_name(&gap->c, name);
        json_t *object = json_object();
        put_text(writer, object, "name", name);
        put_text(writer, object, "reason", gap->reason);
        append(writer, gaps, object);
    }
    return gaps;
}

static json_t *make_our_context(struct writer *writer) {
    const struct results *results = writer->results;
    json_t *object = json_object(), *command_line = json_array(), *warnings = json_array();
    for (int i = 0; i < results->argc; i++)
        append(writer, command_line, json_text(results->argv[i]));
    for (size_t i = 0; i < results->environment->warning_count; i++)
        append(writer, warnings, json_text(results->environment->warnings[i]));
    char seed[24]; /* as text: readers that keep numbers as doubles would round it */
    (void)snprintf(seed, sizeof seed, "%" PRIu64, results->plan->seed);

    put_integer(writer, object, "schema_version", RESULTS_SCHEMA_VERSION);
    put_text(writer, object, "fingerprint", results->environment->fingerprint);
    put(writer, object, "interrupted", json_boolean(results->interrupted));
    put(writer, object, "executions", make_executions(writer));
    if (results->course.taken_seconds > 0)
        put(writer, object, "course", make_course(writer));
    if (results->plan->step_count > 0)
        put(writer, object, "seed", json_string(seed));
    put(writer, object, "command_line", command_line);
    put(writer, object, "settings", make_settings(writer));
    put_facts(writer, object, results->environment);
    put(writer, object, "topology", make_topology(writer, results->facts));
    put(writer, object, "warnings", warnings);
    if (results->plan->gap_count > 0)
        put(writer, object, "not_applicable", make_gaps(writer));
    put(writer, object, "presentation",
        presentation_to_json(results->plan, results->strategies, results->strategy_count, results->trial));
    if (results->conformance != NULL)
        put(writer, object, "conformance", make_conformance(writer, results->conformance));
    return object;
}

static json_t *make_context(struct writer *writer) {
    const struct results *results = writer->results;
    const struct environment *environment = results->environment;
    json_t *object = json_object();
    char date[40] = "", zone[8] = "";
    struct tm local;
    if (localtime_r(&environment->started.tv_sec, &local) != NULL && strftime(zone, sizeof zone, "%z", &local) == 5) {
        (void)strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &local);
        (void)snprintf(date + strlen(date), sizeof date - strlen(date), "%.3s:%s", zone, zone + 3);
    }
    put_text(writer, object, "date", date);
    put_text(writer, object, "host_name", environment->host);
    if (results->argc > 0)
        put_text(writer, object, "executable", results->argv[0]);
    put_integer(writer, object, "num_cpus", results->facts->pus_present);
    put_fact(writer, object, "mhz_per_cpu", environment->mhz);
    if (environment->governor[0] != '\0')
        put(writer, object, "cpu_scaling_enabled", json_boolean(strcmp(environment->governor, "performance") != 0));
    put(writer, object, "caches", make_caches(writer, results->facts));
    if (environment->load_average[0] >= 0) {
        json_t *load = json_array();
        for (size_t i = 0; i < 3; i++)
            append(writer, load, json_real(environment->load_average[i]));
        put(writer, object, "load_avg", load);
    }
    put(writer, object, "library_build_type", json_string(environment->optimised ? "release" : "debug"));
    put(writer, object, "json_schema_version", json_integer(1));
    put(writer, object, "ctxbench", make_our_context(writer));
    return object;
}

/* The rows: one per execution. */

static json_t *make_parameters(struct writer *writer, const struct bench_case *c) {
    const struct ctx_parameter *parameters = c->kernel->workload->parameters;
    json_t *object = json_object();
    for (size_t i = 0; i < CTX_PARAMETERS_MAX && parameters[i].name != NULL; i++)
        put_integer(writer, object, parameters[i].name, c->parameters[i]);
    return object;
}

static json_t *make_our_row(struct writer *writer, const struct bench_case *c, const struct execution_answer *answer) {
    const struct ctx_workload *workload = c->kernel->workload;
    json_t *object = json_object(), *pus = json_array();
    char comparison_name[CASE_NAME_MAX];
    case_comparison_name(c, comparison_name);
    for (unsigned i = 0; answer->pus_bound != NULL && i < answer->thread_count; i++)
        append(writer, pus, json_integer(answer->pus_bound[i]));

    put_text(writer, object, "strategy", c->strategy->name);
    put(writer, object, "reference", json_boolean((c->strategy->traits & CTX_TRAIT_REFERENCE) != 0));
    put(writer, object, "reads_stack", json_boolean((c->strategy->traits & CTX_TRAIT_READS_STACK) != 0));
    put_text(writer, object, "store", kernel_store_name(c->strategy, c->kernel));
    put_text(writer, object, "workload", workload->name);
    put_integer(writer, object, "workload_revision", workload->revision);
    put_text(writer, object, "operation", workload->operation);
    put_text(writer, object, "form", kernel_form_name(c->kernel->form));
    put(writer, object, "parameters", make_parameters(writer, c));
    put_text(writer, object, "comparison_name", comparison_name);
    put_text(writer, object, "placement", c->placement->name);
    if (c->placement->shares != NULL)
        put_text(writer, object, "shares", c->placement->shares);
    if (c->placement->memory != NULL) {
        json_t *nodes = json_array();
        for (unsigned i = 0; i < c->placement->memory_node_count; i++)
            append(writer, nodes, json_integer(c->placement->memory_nodes[i]));
        put_text(writer, object, "memory", c->placement->memory);
        put(writer, object, "memory_nodes", nodes);
    }
    put(writer, object, "pus", pus);
    put_text(writer, object, "linkage", answer->linkage);
    writer->out_of_memory |= !measured_to_json(answer, object);
    return object;
}

static json_t *make_row(struct writer *writer, const struct results_entry *entry) {
    const struct plan *plan = writer->results->plan;
    const struct bench_case *c = &plan->cases[entry->case_index];
    const struct execution_answer *answer = &entry->answer;
    double real_ns[EXECUTION_SAMPLES_MAX], cpu_ns[EXECUTION_SAMPLES_MAX];
    for (unsigned i = 0; i < answer->sample_count; i++) {
        real_ns[i] = answer->samples[i].values[SAMPLE_REAL_NS];
        cpu_ns[i] = answer->samples[i].values[SAMPLE_CPU_NS];
    }
    char name[CASE_NAME_MAX];
    case_name(c, name);

    json_t *object = json_object();
    put_text(writer, object, "name", name);
    put_integer(writer, object, "family_index", writer->families[entry->case_index]);
    put_integer(writer, object, "per_family_instance_index", writer->instances[entry->case_index]);
    put_text(writer, object, "run_name", name);
    put_text(writer, object, "run_type", "iteration");
    put_integer(writer, object, "repetitions", plan->step_count / plan->case_count);
    put_integer(writer, object, "repetition_index", entry->execution);
    put_integer(writer, object, "threads", c->placement->thread_count);
    put_integer(writer, object, "iterations", answer->iterations);
    put(writer, object, "real_time", json_real(statistics_median(real_ns, answer->sample_count)));
    put(writer, object, "cpu_time", json_real(statistics_median(cpu_ns, answer->sample_count)));
    put_text(writer, object, "time_unit", "ns");
    put(writer, object, "ctxbench", make_our_row(writer, c, answer));
    return object;
}

static json_t *make_failure(struct writer *writer, const struct results_entry *entry) {
    const struct execution_answer *answer = &entry->answer;
    char name[CASE_NAME_MAX];
    case_name(&writer->results->plan->cases[entry->case_index], name);
    json_t *object = json_object();
    put_text(writer, object, "name", name);
    if (entry->calibration)
        put(writer, object, "calibration", json_true());
    else
        put_integer(writer, object, "repetition_index", entry->execution);
    /* An answer that calls itself good and still is no measurement. */
    bool nonsense = answer->outcome == EXECUTION_OK;
    put_text(writer, object, "outcome", execution_outcome_name(nonsense ? EXECUTION_NONSENSE : answer->outcome));
    put_text(writer, object, "reason",
             answer->reason[0] != '\0' ? answer->reason
             : nonsense                ? "the worker reported no time, or a time that is no positive number"
                                       : "the worker gave no reason");
    return object;
}

/* Whether an answer holds a time that may stand in the file: never NaN, infinity, or a zero for what was not measured.
 */
static bool is_measurement(const struct results_entry *entry) {
    const struct execution_answer *answer = &entry->answer;
    if (entry->calibration || answer->outcome != EXECUTION_OK || answer->sample_count < 1 ||
        answer->sample_count > EXECUTION_SAMPLES_MAX || answer->iterations < 1 || answer->iterations > INT64_MAX)
        return false;
    for (unsigned i = 0; i < answer->sample_count; i++) {
        for (int quantity = 0; quantity < SAMPLE_QUANTITIES; quantity++)
            if (sample_quantities[quantity].is_required &&
                !quantity_holds(&sample_quantities[quantity], answer->samples[i].values[quantity]))
                return false;
    }
    return true;
}

/* Writing: value by value, so that memory does not grow with the run. */

static bool write_text(struct writer *writer, const char *bytes) {
    return output_file_write(&writer->file, bytes, strlen(bytes));
}

static int write_dumped(const char *bytes, size_t size, void *arg) {
    struct writer *writer = arg;
    return output_file_write(&writer->file, bytes, size) ? 0 : -1;
}

/* How a value becomes part of the file in memory. */
typedef void part_builder(struct result_builder *builder, const json_t *value);

/* Writes and releases one value. False when out of memory or when writing failed. */
static bool write_value(struct writer *writer, json_t *value, size_t flags, part_builder *add) {
    struct result_builder *builder = writer->results->builder;
    bool written =
        !writer->out_of_memory && value != NULL && json_dump_callback(value, write_dumped, writer, flags) == 0;
    if (!written && writer->file.write_error == 0)
        writer->out_of_memory = true;
    if (written && builder != NULL)
        add(builder, value);
    json_decref(value);
    return written;
}

typedef bool entry_visitor(struct writer *writer, const struct results_entry *entry, struct error *error);

static bool for_each_entry(struct writer *writer, entry_visitor *visit, struct error *error) {
    const struct results *results = writer->results;
    const struct results_source *source = &results->source;
    const struct results_entry *entry;
    if (!source->rewind(source->cursor, error))
        return false;
    for (;;) {
        switch (source->next(source->cursor, &entry, error)) {
        case RESULTS_END:
            return true;
        case RESULTS_BROKEN:
            return false;
        case RESULTS_ENTRY:
            if (entry->case_index >= results->plan->case_count)
                return error_set(error, "an execution belongs to case %" PRIu32 ", but the plan has only %zu cases",
                                 entry->case_index, results->plan->case_count);
            if (!visit(writer, entry, error))
                return false;
        }
    }
}

static bool count_entry(struct writer *writer, const struct results_entry *entry, struct error *error) {
    (void)error;
    writer->done_count += !entry->calibration;
    writer->failed_count += !is_measurement(entry);
    return true;
}

/* Separates the elements of an array, one a line. `count` is how many stand before this one. */
static bool write_separator(struct writer *writer, size_t count) {
    return write_text(writer, count > 0 ? ",\n" : "\n");
}

static bool write_row(struct writer *writer, const struct results_entry *entry, struct error *error) {
    (void)error;
    if (!is_measurement(entry))
        return true;
    return write_separator(writer, writer->row_count++) &&
           write_value(writer, make_row(writer, entry), JSON_COMPACT, result_builder_row);
}

static bool write_failure(struct writer *writer, const struct results_entry *entry, struct error *error) {
    (void)error;
    if (is_measurement(entry))
        return true;
    return write_separator(writer, writer->failed_count++) &&
           write_value(writer, make_failure(writer, entry), JSON_COMPACT, result_builder_failure);
}

/* A family is a kernel of a strategy, its instances are the cases made of it; both numbered in the plan's order. */
static bool same_family(const struct bench_case *a, const struct bench_case *b) {
    return a->strategy == b->strategy && a->kernel == b->kernel;
}

static bool number_families(struct writer *writer, struct error *error) {
    const struct plan *plan = writer->results->plan;
    writer->families = calloc(plan->case_count + 1, sizeof *writer->families);
    writer->instances = calloc(plan->case_count + 1, sizeof *writer->instances);
    if (writer->families == NULL || writer->instances == NULL)
        return error_set(error, "out of memory for %zu cases", plan->case_count);
    uint32_t family_count = 0;
    for (size_t i = 0; i < plan->case_count; i++) {
        size_t after = i; /* the nearest earlier case of this family: usually the one before */
        while (after > 0 && !same_family(&plan->cases[after - 1], &plan->cases[i]))
            after--;
        writer->families[i] = after > 0 ? writer->families[after - 1] : family_count++;
        writer->instances[i] = after > 0 ? writer->instances[after - 1] + 1 : 0;
    }
    return true;
}

/* Three times through the entries: the counts stand before the rows, and the rows before the failures. */
static bool write_all(struct writer *writer, struct error *error) {
    if (!for_each_entry(writer, count_entry, error))
        return false;
    json_t *context = make_context(writer);
    bool any_failed = writer->failed_count > 0;
    writer->failed_count = 0;
    return write_text(writer, "{\n\"context\": ") &&
           write_value(writer, context, JSON_INDENT(2), result_builder_context) &&
           write_text(writer, ",\n\"benchmarks\": [") && for_each_entry(writer, write_row, error) &&
           write_text(writer, "\n],\n\"failures\": [") &&
           (!any_failed || for_each_entry(writer, write_failure, error)) && write_text(writer, "\n]\n}\n");
}

bool results_write(const struct results *results, const char *path, bool force, struct error *error) {
    struct writer writer = {.results = results};
    /* A matrix has no journal to be made from anew. */
    if (!(results->conformance != NULL ? output_file_open_late : output_file_open)(&writer.file, path, force, error))
        return false;
    error->text[0] = '\0';
    bool written = number_families(&writer, error) && write_all(&writer, error);
    free(writer.families);
    free(writer.instances);
    if (written || writer.file.write_error != 0)
        return output_file_commit(&writer.file, error); /* which also says why writing failed */
    output_file_discard(&writer.file);
    return writer.out_of_memory ? error_set(error, "cannot write %s: out of memory", path) : false;
}

bool results_check_path(const char *path, bool force, struct error *error) {
    return output_file_check(path, force, error);
}

void results_default_path(const struct environment *environment, unsigned number, char *path, size_t size) {
    char host[sizeof environment->host], date[32] = "undated", suffix[16] = "";
    (void)snprintf(host, sizeof host, "%s", environment->host[0] != '\0' ? environment->host : "unknown");
    for (char *c = host; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && *c != '_' && (*c != '.' || c == host))
            *c = '-';
    struct tm local;
    if (localtime_r(&environment->started.tv_sec, &local) != NULL)
        (void)strftime(date, sizeof date, "%Y%m%d-%H%M%S", &local);
    if (number > 1)
        (void)snprintf(suffix, sizeof suffix, "-%u", number);
    struct stat status;
    bool has_directory = stat("results", &status) == 0 && S_ISDIR(status.st_mode);
    (void)snprintf(path, size, "%s%s-%s%s.json", has_directory ? "results/" : "", host, date, suffix);
}
