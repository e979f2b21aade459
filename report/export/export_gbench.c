/* A flat file of Google Benchmark. */
#include <stdlib.h>
#include <string.h>

#include "base/json_build.h"
#include "export/export.h"
#include "statistics/statistics.h"

/* Google Benchmark's part of the context: all but our own object. */
static json_t *make_context(struct json_build *build, const struct result_file *file) {
    json_t *context = json_object(), *value;
    const char *key;
    json_object_foreach(file->context, key, value) {
        if (strcmp(key, "ctxbench") != 0)
            json_build_put(build, context, key, json_incref(value));
    }
    if (!json_is_array(json_object_get(context, "caches"))) /* Bencher refuses a file without them */
        json_build_put(build, context, "caches", json_array());
    return context;
}

/* Median over executions of the median processor time within each; false if that of one is unknown. */
static bool median_cpu_time(const struct result_case *c, double *cpu_ns) {
    double *medians = malloc(c->execution_count * sizeof *medians);
    bool known = medians != NULL;
    for (size_t i = 0; known && i < c->execution_count; i++) {
        const struct result_execution *execution = &c->executions[i];
        known = execution->samples[SAMPLE_CPU_NS] != NULL;
        if (known)
            medians[i] = statistics_median(execution->samples[SAMPLE_CPU_NS], execution->sample_count);
    }
    if (known)
        *cpu_ns = statistics_median(medians, c->execution_count);
    free(medians);
    return known;
}

static json_t *make_row(struct json_build *build, const struct summary_case *c, size_t index) {
    json_t *row = json_object();
    double cpu_ns;
    json_build_put_text(build, row, "name", c->of->name);
    json_build_put_count(build, row, "family_index", index);
    json_build_put_count(build, row, "per_family_instance_index", 0);
    json_build_put_text(build, row, "run_name", c->of->name);
    json_build_put_text(build, row, "run_type", "iteration");
    json_build_put_count(build, row, "repetitions", 1);
    json_build_put_count(build, row, "repetition_index", 0);
    json_build_put_count(build, row, "threads", c->of->threads);
    json_build_put_count(build, row, "iterations", (size_t)c->of->executions[0].iterations);
    json_build_put_number(build, row, "real_time", c->median_ns);
    if (median_cpu_time(c->of, &cpu_ns))
        json_build_put_number(build, row, "cpu_time", cpu_ns);
    json_build_put_text(build, row, "time_unit", "ns");
    return row;
}

/*
 * Google Benchmark's JSON with a single row for each case, its median: for readers that take every row for a benchmark
 * of its own (github-action-benchmark with `tool: googlecpp`, Bencher's adapter cpp_google).
 */
static bool write_gbench(const struct summary *report, FILE *out) {
    struct json_build build = {false};
    bool written = fputs("{\n\"context\":", out) != EOF &&
                   json_build_write_element(&build, make_context(&build, report->file), 0, out) &&
                   fputs(",\n\"benchmarks\": [", out) != EOF;
    for (size_t i = 0; written && i < report->file->case_count; i++)
        written = json_build_write_element(&build, make_row(&build, &report->cases[i], i), i, out);
    return written && fputs("\n]\n}\n", out) != EOF;
}

const struct export_format export_gbench = {.name = "gbench-flat", .write = write_gbench};
