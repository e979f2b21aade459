/*
 * CodSpeed's walltime results. A round is a sample; times are per iteration, but the total is in seconds and of all
 * rounds. Outliers are counted by its two rules: 1.5 interquartile ranges beyond the quartiles, 3 standard deviations
 * from the mean.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json_build.h"
#include "export/export.h"
#include "statistics/statistics.h"

/* The samples of all executions, to be freed. NULL when out of memory. */
static double *gather_samples(const struct result_case *c, size_t *count) {
    *count = 0;
    for (size_t i = 0; i < c->execution_count; i++)
        *count += c->executions[i].sample_count;
    double *samples = malloc(*count * sizeof *samples), *at = samples;
    for (size_t i = 0; samples != NULL && i < c->execution_count; at += c->executions[i++].sample_count)
        memcpy(at, c->executions[i].samples[SAMPLE_REAL_NS], c->executions[i].sample_count * sizeof *samples);
    return samples;
}

static double mean_of(const double *values, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum / (double)count;
}

/* Of a sample; 0 for a single value. */
static double deviation_of(const double *values, size_t count, double mean) {
    double squares = 0;
    for (size_t i = 0; i < count; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return count > 1 ? sqrt(squares / (double)(count - 1)) : 0;
}

static size_t count_outside(const double *values, size_t count, double low, double high) {
    size_t outside = 0;
    for (size_t i = 0; i < count; i++)
        outside += values[i] < low || values[i] > high;
    return outside;
}

static double total_seconds(const struct result_case *c) {
    double total_ns = 0;
    for (size_t i = 0; i < c->execution_count; i++)
        for (size_t s = 0; s < c->executions[i].sample_count; s++)
            total_ns += c->executions[i].samples[SAMPLE_REAL_NS][s] * fmax(1, (double)c->executions[i].iterations);
    return total_ns / 1e9;
}

static json_t *make_stats(struct json_build *build, const struct result_case *c) {
    size_t count;
    double *samples = gather_samples(c, &count);
    if (samples == NULL) {
        build->out_of_memory = true;
        return NULL;
    }
    double mean = mean_of(samples, count), deviation = deviation_of(samples, count, mean);
    double q1 = statistics_quantile(samples, count, 0.25), q3 = statistics_quantile(samples, count, 0.75);
    json_t *stats = json_object();
    json_build_put_number(build, stats, "min_ns", statistics_quantile(samples, count, 0));
    json_build_put_number(build, stats, "max_ns", statistics_quantile(samples, count, 1));
    json_build_put_number(build, stats, "mean_ns", mean);
    json_build_put_number(build, stats, "stdev_ns", deviation);
    json_build_put_number(build, stats, "q1_ns", q1);
    json_build_put_number(build, stats, "median_ns", statistics_median(samples, count));
    json_build_put_number(build, stats, "q3_ns", q3);
    json_build_put_count(build, stats, "rounds", count);
    json_build_put_number(build, stats, "total_time", total_seconds(c));
    json_build_put_count(build, stats, "iqr_outlier_rounds",
                         count_outside(samples, count, q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)));
    json_build_put_count(build, stats, "stdev_outlier_rounds",
                         count_outside(samples, count, mean - 3 * deviation, mean + 3 * deviation));
    json_build_put_count(build, stats, "iter_per_round",
                         c->executions[0].iterations > 0 ? (size_t)c->executions[0].iterations : 1);
    json_build_put_count(build, stats, "warmup_iters", 0);
    free(samples);
    return stats;
}

/* Its settings have no counterpart here. */
static json_t *make_config(struct json_build *build) {
    static const char *const keys[] = {"warmup_time_ns", "min_round_time_ns", "max_time_ns", "max_rounds"};
    json_t *config = json_object();
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        json_build_put(build, config, keys[i], json_null());
    return config;
}

static json_t *make_benchmark(struct json_build *build, const struct result_case *c) {
    char uri[1200];
    (void)snprintf(uri, sizeof uri, "ctxbench::%s", c->name);
    json_t *benchmark = json_object();
    json_build_put_text(build, benchmark, "name", c->name);
    json_build_put_text(build, benchmark, "uri", uri);
    json_build_put(build, benchmark, "config", make_config(build));
    json_build_put(build, benchmark, "stats", make_stats(build, c));
    return benchmark;
}

static json_t *make_creator(struct json_build *build, const struct result_file *file) {
    const char *version = result_file_fact(file, "build", "version");
    json_t *creator = json_object();
    json_build_put_text(build, creator, "name", "ctxbench");
    json_build_put_text(build, creator, "version", version[0] != '\0' ? version : "0");
    json_build_put_count(build, creator, "pid", (size_t)getpid());
    return creator;
}

/* What CodSpeed's integrations leave for its runner, as results/PID.json, of the instrument "walltime". */
static bool write_codspeed(const struct summary *report, FILE *out) {
    struct json_build build = {false};
    bool written = fputs("{\n\"creator\":", out) != EOF &&
                   json_build_write_element(&build, make_creator(&build, report->file), 0, out) &&
                   fputs(",\n\"instrument\": {\"type\": \"walltime\"},\n\"benchmarks\": [", out) != EOF;
    for (size_t i = 0; written && i < report->file->case_count; i++)
        written = json_build_write_element(&build, make_benchmark(&build, &report->file->cases[i]), i, out);
    return written && fputs("\n]\n}\n", out) != EOF;
}

const struct export_format export_codspeed = {.name = "codspeed", .write = write_codspeed};
