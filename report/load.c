#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "json_stream.h"
#include "report.h"
#include "statistics.h"

/* Below this a reference's loop did nothing, and a ratio to it means nothing. */
static const double REFERENCE_NS_MIN = 0.01;
static const double CONFIDENCE = 0.95;

/* Enough for a steady 95 % interval, and fewer where there are so many samples that a reader would have to wait. */
enum { RESAMPLES_MAX = 1000, RESAMPLES_MIN = 200 };
static const double DRAWS_PER_REPORT = 60e6;

struct row {
    size_t case_index;
    size_t sample_start, sample_count;
};

struct loader {
    struct report *report;
    struct json_stream stream;
    struct row *rows;
    size_t row_count, row_capacity;
    double *samples;
    size_t sample_count, sample_capacity;
    size_t case_capacity, failure_capacity;
    json_int_t schema_version;
    bool has_context, has_benchmarks, has_ours, out_of_memory;
};

__attribute__((format(printf, 2, 3))) static bool fail(struct loader *loader, const char *format, ...) {
    va_list args;
    va_start(args, format);
    (void)vsnprintf(loader->stream.error, loader->stream.error_size, format, args);
    va_end(args);
    return false;
}

/* The array with room for `count` elements. Out of memory is noted in the loader, and the array stays as it was. */
static void *reserve(struct loader *loader, void *array, size_t *capacity, size_t count, size_t element_size) {
    if (count <= *capacity)
        return array;
    size_t larger = count > 2 * *capacity ? count + 16 : 2 * *capacity;
    void *moved = realloc(array, larger * element_size);
    if (moved == NULL) {
        loader->out_of_memory = true;
        return array;
    }
    *capacity = larger;
    return moved;
}

/* The one copy of a text, its control characters replaced: a result file must not be able to steer a terminal. */
static const char *keep(struct loader *loader, const char *text) {
    char printable[1024];
    (void)snprintf(printable, sizeof printable, "%s", text);
    for (unsigned char *c = (unsigned char *)printable; *c != '\0'; c++) {
        if (*c < 0x20 || *c == 0x7f)
            *c = '?';
        else if (*c == 0xc2 && c[1] < 0xa0) /* U+0080 to U+009F */
            c[0] = c[1] = '?';
    }
    struct name *name = names_add(&loader->report->names, printable);
    loader->out_of_memory |= name == NULL;
    return name != NULL ? name->text : "";
}

static const char *keep_member(struct loader *loader, const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return keep(loader, text != NULL ? text : "");
}

static size_t count_member(const json_t *object, const char *key) {
    json_int_t value = json_integer_value(json_object_get(object, key));
    return value > 0 ? (size_t)value : 0;
}

static bool is_time(const json_t *value) {
    return json_is_number(value) && isfinite(json_number_value(value)) && json_number_value(value) > 0;
}

/* The context. */

static void read_our_context(struct loader *loader, const json_t *ours) {
    struct report *report = loader->report;
    const json_t *executions = json_object_get(ours, "executions"), *warnings = json_object_get(ours, "warnings");
    loader->has_ours = json_is_object(ours);
    loader->schema_version = json_integer_value(json_object_get(ours, "schema_version"));
    report->cpu_model = keep_member(loader, json_object_get(ours, "machine"), "cpu_model");
    report->interrupted = json_is_true(json_object_get(ours, "interrupted"));
    report->planned = count_member(executions, "planned");
    report->done = count_member(executions, "done");

    size_t capacity = 0, index;
    const json_t *warning;
    json_array_foreach(warnings, index, warning) {
        if (!json_is_string(warning))
            continue;
        report->warnings =
            reserve(loader, report->warnings, &capacity, report->warning_count + 1, sizeof *report->warnings);
        if (loader->out_of_memory)
            return;
        report->warnings[report->warning_count++] = keep(loader, json_string_value(warning));
    }
}

static bool read_context(struct loader *loader) {
    json_t *context = json_stream_value(&loader->stream);
    if (context == NULL)
        return false;
    if (!loader->has_context) {
        loader->has_context = true;
        loader->report->host = keep_member(loader, context, "host_name");
        loader->report->date = keep_member(loader, context, "date");
        read_our_context(loader, json_object_get(context, "ctxbench"));
    }
    json_decref(context);
    return true;
}

/* The rows. */

/* "depth 16, up 1", in the workload's order. */
static const char *keep_parameters(struct loader *loader, const json_t *parameters) {
    char text[128] = "";
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)parameters, name, value) {
        size_t length = strlen(text);
        (void)snprintf(text + length, sizeof text - length, "%s%s %.0f", length > 0 ? ", " : "", name,
                       json_number_value(value));
    }
    return keep(loader, text);
}

/* The case that a row belongs to; made if this is its first. False when out of memory. */
static bool find_case(struct loader *loader, const json_t *row, const json_t *ours, size_t *case_index) {
    struct report *report = loader->report;
    const char *name_text = keep(loader, json_string_value(json_object_get(row, "name")));
    struct name *name = names_find(&report->names, name_text);
    if (name == NULL)
        return false;
    if (name->tag == NAME_UNTAGGED) {
        report->cases =
            reserve(loader, report->cases, &loader->case_capacity, report->case_count + 1, sizeof *report->cases);
        if (loader->out_of_memory)
            return false;
        name->tag = (ptrdiff_t)report->case_count++;
        report->cases[name->tag] = (struct report_case){
            .name = name->text,
            .comparison_name = keep_member(loader, ours, "comparison_name"),
            .strategy = keep_member(loader, ours, "strategy"),
            .workload = keep_member(loader, ours, "workload"),
            .form = keep_member(loader, ours, "form"),
            .placement = keep_member(loader, ours, "placement"),
            .operation = keep_member(loader, ours, "operation"),
            .parameters = keep_parameters(loader, json_object_get(ours, "parameters")),
            .threads = (unsigned)count_member(row, "threads"),
            .reference = json_is_true(json_object_get(ours, "reference")),
            .reads_stack = json_is_true(json_object_get(ours, "reads_stack")),
        };
    }
    *case_index = (size_t)name->tag;
    return true;
}

/* Appends the raw samples of a row; a row without them counts as one sample. Returns how many; 0 if it is unusable. */
static size_t add_samples(struct loader *loader, const json_t *row, const json_t *ours) {
    const json_t *real = json_object_get(json_object_get(ours, "samples"), "real_ns");
    const json_t *median = json_object_get(row, "real_time"), *unit = json_object_get(row, "time_unit");
    size_t count = json_array_size(real);
    loader->samples = reserve(loader, loader->samples, &loader->sample_capacity, loader->sample_count + count + 1,
                              sizeof *loader->samples);
    if (loader->out_of_memory)
        return 0;
    double *samples = loader->samples + loader->sample_count;
    for (size_t i = 0; i < count; i++) {
        const json_t *sample = json_array_get(real, i);
        if (!is_time(sample))
            return 0;
        samples[i] = json_number_value(sample);
    }
    if (count > 0)
        return count;
    if (!is_time(median) || !json_is_string(unit) || strcmp(json_string_value(unit), "ns") != 0)
        return 0;
    samples[0] = json_number_value(median);
    return 1;
}

static bool visit_row(struct json_stream *stream, void *arg) {
    struct loader *loader = arg;
    json_t *row = json_stream_value(stream);
    if (row == NULL)
        return false;
    const json_t *ours = json_object_get(row, "ctxbench"), *type = json_object_get(row, "run_type");
    bool is_aggregate = json_is_string(type) && strcmp(json_string_value(type), "iteration") != 0;
    bool usable = json_is_string(json_object_get(row, "name")) && json_is_object(ours);
    size_t count = usable && !is_aggregate ? add_samples(loader, row, ours) : 0, case_index;
    loader->rows = reserve(loader, loader->rows, &loader->row_capacity, loader->row_count + 1, sizeof *loader->rows);
    if (count > 0 && !loader->out_of_memory && find_case(loader, row, ours, &case_index)) {
        loader->rows[loader->row_count++] = (struct row){case_index, loader->sample_count, count};
        loader->sample_count += count;
    } else if (!is_aggregate) {
        loader->report->unusable_rows++;
    }
    json_decref(row);
    return !loader->out_of_memory;
}

/* The failures: equal ones of one case are counted together, found again by a name made of all that they say. */

static bool visit_failure(struct json_stream *stream, void *arg) {
    struct loader *loader = arg;
    struct report *report = loader->report;
    json_t *object = json_stream_value(stream);
    if (object == NULL)
        return false;
    struct report_failure failure = {
        .case_name = keep_member(loader, object, "name"),
        .outcome = keep_member(loader, object, "outcome"),
        .reason = keep_member(loader, object, "reason"),
        .calibration = json_is_true(json_object_get(object, "calibration")),
    };
    json_decref(object);
    char whole[2048];
    (void)snprintf(whole, sizeof whole, "\n%s\n%s\n%s", failure.case_name, failure.outcome, failure.reason);
    struct name *name = names_add(&report->names, whole);
    report->failures = reserve(loader, report->failures, &loader->failure_capacity, report->failure_count + 1,
                               sizeof *report->failures);
    if (name == NULL || loader->out_of_memory) {
        loader->out_of_memory = true;
        return false;
    }
    if (name->tag == NAME_UNTAGGED) {
        name->tag = (ptrdiff_t)report->failure_count;
        report->failures[report->failure_count++] = failure;
    }
    report->failures[name->tag].count++;
    return true;
}

static bool visit_member(struct json_stream *stream, const char *key, void *arg) {
    struct loader *loader = arg;
    if (strcmp(key, "context") == 0)
        return read_context(loader);
    if (strcmp(key, "failures") == 0)
        return json_stream_array(stream, visit_failure, loader);
    if (strcmp(key, "benchmarks") == 0) {
        loader->has_benchmarks = true;
        return json_stream_array(stream, visit_row, loader);
    }
    json_t *unknown = json_stream_value(stream);
    json_decref(unknown);
    return unknown != NULL;
}

static bool check_kind(struct loader *loader) {
    const char *path = loader->stream.path;
    if (!loader->has_context || !loader->has_benchmarks)
        return fail(loader, "%s is no result file: it has no \"%s\"", path,
                    loader->has_context ? "benchmarks" : "context");
    if (!loader->has_ours)
        return fail(loader, "%s is no result file of ctxbench: its context has no \"ctxbench\"", path);
    if (loader->schema_version != REPORT_SCHEMA_VERSION)
        return fail(loader, "%s has schema version %lld, but this program reads version %d", path,
                    (long long)loader->schema_version, REPORT_SCHEMA_VERSION);
    if (loader->report->case_count == 0 && loader->report->unusable_rows > 0)
        return fail(loader, "%s: none of its %zu rows has a name, an object \"ctxbench\" and a positive time", path,
                    loader->report->unusable_rows);
    return true;
}

/* The summary of each case. */

static int compare_rows(const void *left, const void *right) {
    const struct row *a = left, *b = right;
    if (a->case_index != b->case_index)
        return a->case_index < b->case_index ? -1 : 1;
    return (a->sample_start > b->sample_start) - (a->sample_start < b->sample_start);
}

static unsigned choose_resamples(const struct loader *loader) {
    double affordable = DRAWS_PER_REPORT / (double)(loader->sample_count + 1);
    return (unsigned)fmin(RESAMPLES_MAX, fmax(RESAMPLES_MIN, affordable));
}

/* Gathers the samples of `count` rows of one case, and summarises them. */
static bool summarise_case(struct loader *loader, const struct row *rows, size_t count, unsigned resamples) {
    struct report_case *c = &loader->report->cases[rows->case_index];
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += rows[i].sample_count;
    double *samples = malloc(total * sizeof *samples);
    size_t *counts = malloc(count * sizeof *counts);
    struct statistics_interval interval = {NAN, NAN, NAN};
    if (samples != NULL && counts != NULL) {
        for (size_t i = 0, at = 0; i < count; at += rows[i++].sample_count) {
            memcpy(samples + at, loader->samples + rows[i].sample_start, rows[i].sample_count * sizeof *samples);
            counts[i] = rows[i].sample_count;
        }
        interval = statistics_bootstrap_median(samples, counts, count, CONFIDENCE, resamples, rows->case_index);
    }
    free(samples);
    free(counts);
    c->execution_count = count;
    c->median_ns = interval.estimate;
    c->low_ns = count > 1 ? interval.low : 0; /* one execution says nothing of how executions differ */
    c->high_ns = count > 1 ? interval.high : 0;
    loader->out_of_memory |= isnan(interval.estimate);
    return !loader->out_of_memory;
}

static bool summarise(struct loader *loader) {
    unsigned resamples = choose_resamples(loader);
    if (loader->row_count > 0)
        qsort(loader->rows, loader->row_count, sizeof *loader->rows, compare_rows);
    for (size_t i = 0, end; i < loader->row_count; i = end) {
        for (end = i + 1; end < loader->row_count && loader->rows[end].case_index == loader->rows[i].case_index;)
            end++;
        if (!summarise_case(loader, &loader->rows[i], end - i, resamples))
            return false;
    }
    return true;
}

/* The ratio of a case to that of `strategy` with the same comparison name; 0 if there is none. */
static double ratio_to(const struct report *report, const struct report_case *c, const char *strategy) {
    char name[1024];
    (void)snprintf(name, sizeof name, "%s/%s", strategy, c->comparison_name);
    const struct name *found = names_find(&report->names, name);
    if (found == NULL || found->tag == NAME_UNTAGGED || strcmp(c->strategy, strategy) == 0)
        return 0;
    double reference_ns = report->cases[found->tag].median_ns;
    return reference_ns >= REFERENCE_NS_MIN ? c->median_ns / reference_ns : 0;
}

static void add_ratios(struct report *report) {
    for (size_t i = 0; i < report->case_count; i++) {
        struct report_case *c = &report->cases[i];
        c->ratio_to_none = ratio_to(report, c, "none");
        c->ratio_to_floor = ratio_to(report, c, "floor");
        c->ratio_to_walk_floor = c->reads_stack ? ratio_to(report, c, "walk-floor") : 0;
    }
}

static int compare_cases(const void *left, const void *right) {
    const struct report_case *a = left, *b = right;
    int order = strverscmp(a->workload, b->workload);
    if (order == 0)
        order = -strverscmp(a->form, b->form); /* throughput before latency */
    if (order == 0)
        order = (a->threads > b->threads) - (a->threads < b->threads);
    if (order == 0)
        order = strverscmp(a->placement, b->placement);
    if (order == 0)
        order = strverscmp(a->parameters, b->parameters);
    if (order == 0)
        order = a->reference - b->reference;
    return order != 0 ? order : strverscmp(a->strategy, b->strategy);
}

static bool load(struct loader *loader) {
    if (!json_stream_object(&loader->stream, visit_member, loader) || !json_stream_at_end(&loader->stream) ||
        !check_kind(loader) || !summarise(loader))
        return false;
    add_ratios(loader->report);
    if (loader->report->case_count > 0)
        qsort(loader->report->cases, loader->report->case_count, sizeof *loader->report->cases, compare_cases);
    return true;
}

struct report *report_load(const char *path, char *error, size_t error_size) {
    struct loader loader = {0};
    if (!json_stream_open(&loader.stream, path, error, error_size))
        return NULL;
    loader.report = calloc(1, sizeof *loader.report);
    bool loaded = loader.report != NULL && load(&loader);
    if (loader.report == NULL || loader.out_of_memory)
        (void)fail(&loader, "cannot read %s: out of memory", path);
    json_stream_close(&loader.stream);
    free(loader.rows);
    free(loader.samples);
    if (loaded)
        return loader.report;
    report_free(loader.report);
    return NULL;
}

void report_free(struct report *report) {
    if (report == NULL)
        return;
    free(report->cases);
    free(report->failures);
    free(report->warnings);
    names_free(&report->names);
    free(report);
}
