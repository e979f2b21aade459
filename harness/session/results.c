#include "session/results.h"

#include <ctype.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/anonymous.h"
#include "base/json_build.h"
#include "base/json_text.h"
#include "base/output_file.h"
#include "data/result_builder.h"
#include "protocol/measured_json.h"
#include "registry/kernel_names.h"
#include "session/results_context.h"
#include "statistics/statistics.h"

struct writer {
    const struct results *results;
    struct output_file file;
    uint32_t *families, *instances; /* Google Benchmark's numbering, by case index */
    struct results_counts counts;
    size_t rows_written, failures_written;
    bool out_of_memory;
};

/* The rows: one per execution. */

static json_t *make_parameters(struct json_build *build, const struct bench_case *c) {
    const struct ctx_parameter *parameters = c->kernel->workload->parameters;
    json_t *object = json_object();
    for (size_t i = 0; i < CTX_PARAMETERS_MAX && parameters[i].name != NULL; i++)
        json_build_put_count(build, object, parameters[i].name, c->parameters[i]);
    return object;
}

static json_t *make_our_row(struct json_build *build, const struct bench_case *c,
                            const struct execution_answer *answer) {
    const struct ctx_workload *workload = c->kernel->workload;
    json_t *object = json_object(), *pus = json_array();
    char comparison_name[CASE_NAME_MAX];
    case_comparison_name(c, comparison_name);
    for (unsigned i = 0; answer->pus_bound != NULL && i < answer->thread_count; i++)
        json_build_append(build, pus, json_integer(answer->pus_bound[i]));

    json_build_put_text(build, object, "strategy", c->strategy->name);
    json_build_put(build, object, "reference", json_boolean((c->strategy->traits & CTX_TRAIT_REFERENCE) != 0));
    json_build_put(build, object, "reads_stack", json_boolean((c->strategy->traits & CTX_TRAIT_READS_STACK) != 0));
    json_build_put_text(build, object, "store", kernel_store_name(c->strategy, c->kernel));
    json_build_put_text(build, object, "workload", workload->name);
    json_build_put_count(build, object, "workload_revision", workload->revision);
    json_build_put_text(build, object, "operation", workload->operation);
    json_build_put_text(build, object, "form", kernel_form_name(c->kernel->form));
    json_build_put(build, object, "parameters", make_parameters(build, c));
    json_build_put_text(build, object, "comparison_name", comparison_name);
    json_build_put_text(build, object, "placement", c->placement->name);
    if (c->placement->shares != NULL)
        json_build_put_text(build, object, "shares", c->placement->shares);
    if (c->placement->memory != NULL) {
        json_t *nodes = json_array();
        for (unsigned i = 0; i < c->placement->memory_node_count; i++)
            json_build_append(build, nodes, json_integer(c->placement->memory_nodes[i]));
        json_build_put_text(build, object, "memory", c->placement->memory);
        json_build_put(build, object, "memory_nodes", nodes);
    }
    json_build_put(build, object, "pus", pus);
    json_build_put_text(build, object, "linkage", answer->linkage);
    if (c->peer != NULL) {
        json_build_put_text(build, object, "runtime", c->peer->runtime);
        json_build_put_text(build, object, "runtime_version", c->peer->version);
    }
    build->out_of_memory |= !measured_to_json(answer, object);
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

    struct json_build made = {0}, *build = &made;
    json_t *object = json_object();
    json_build_put_text(build, object, "name", name);
    json_build_put_count(build, object, "family_index", writer->families[entry->case_index]);
    json_build_put_count(build, object, "per_family_instance_index", writer->instances[entry->case_index]);
    json_build_put_text(build, object, "run_name", name);
    json_build_put_text(build, object, "run_type", "iteration");
    json_build_put_count(build, object, "repetitions", plan->step_count / plan->case_count);
    json_build_put_count(build, object, "repetition_index", entry->execution);
    json_build_put_count(build, object, "threads", c->placement->thread_count);
    json_build_put_count(build, object, "iterations", answer->iterations);
    json_build_put(build, object, "real_time", json_real(statistics_median(real_ns, answer->sample_count)));
    json_build_put(build, object, "cpu_time", json_real(statistics_median(cpu_ns, answer->sample_count)));
    json_build_put_text(build, object, "time_unit", "ns");
    json_build_put(build, object, "ctxbench", make_our_row(build, c, answer));
    return json_build_finish(build, object);
}

static json_t *make_failure(struct writer *writer, const struct results_entry *entry) {
    const struct execution_answer *answer = &entry->answer;
    char name[CASE_NAME_MAX];
    case_name(&writer->results->plan->cases[entry->case_index], name);
    struct json_build made = {0}, *build = &made;
    json_t *object = json_object();
    json_build_put_text(build, object, "name", name);
    if (entry->calibration)
        json_build_put(build, object, "calibration", json_true());
    else
        json_build_put_count(build, object, "repetition_index", entry->execution);
    /* An answer that calls itself good and still is no measurement. */
    bool nonsense = answer->outcome == EXECUTION_OK;
    json_build_put_text(build, object, "outcome",
                        execution_outcome_name(nonsense ? EXECUTION_NONSENSE : answer->outcome));
    json_build_put_text(build, object, "reason",
                        answer->reason[0] != '\0' ? answer->reason
                        : nonsense                ? "the worker reported no time, or a time that is no positive number"
                                                  : "the worker gave no reason");
    return json_build_finish(build, object);
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
    if (writer->results->options->anonymous && !anonymous_json(value, writer->results->environment->host))
        writer->out_of_memory = true;
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
    writer->counts.done += !entry->calibration;
    writer->counts.failed += !is_measurement(entry);
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
    return write_separator(writer, writer->rows_written++) &&
           write_value(writer, make_row(writer, entry), JSON_COMPACT, result_builder_row);
}

static bool write_failure(struct writer *writer, const struct results_entry *entry, struct error *error) {
    (void)error;
    if (is_measurement(entry))
        return true;
    return write_separator(writer, writer->failures_written++) &&
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
        return error_set_code(error, ERROR_MEMORY, "out of memory for %zu cases", plan->case_count);
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
    json_t *context = results_context(writer->results, &writer->counts);
    if (writer->results->options->anonymous && !anonymous_context(context))
        return writer->out_of_memory = true, json_decref(context), false;
    return write_text(writer, "{\n\"context\": ") &&
           write_value(writer, context, JSON_INDENT(2), result_builder_context) &&
           write_text(writer, ",\n\"benchmarks\": [") && for_each_entry(writer, write_row, error) &&
           write_text(writer, "\n],\n\"failures\": [") &&
           (writer->counts.failed == 0 || for_each_entry(writer, write_failure, error)) &&
           write_text(writer, "\n]\n}\n");
}

bool results_write(const struct results *results, const char *path, bool force, struct error *error) {
    struct writer writer = {.results = results};
    /* A matrix has no journal to be made from anew. */
    if (!(results->conformance != NULL ? output_file_open_late : output_file_open)(&writer.file, path, force, error))
        return false;
    error->code = ERROR_NONE;
    bool written = number_families(&writer, error) && write_all(&writer, error);
    free(writer.families);
    free(writer.instances);
    if (written || writer.file.write_error != 0)
        return output_file_commit(&writer.file, error); /* which also says why writing failed */
    output_file_discard(&writer.file);
    return writer.out_of_memory ? error_set_code(error, ERROR_MEMORY, "cannot write %s: out of memory", path) : false;
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
