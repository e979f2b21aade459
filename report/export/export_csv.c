/* Comma-separated values. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "export/export.h"

/* The parameters of all cases; no run has as many, but a file made to do harm might. */
enum { PARAMETER_COLUMNS_MAX = 64 };

struct columns {
    const char *names[PARAMETER_COLUMNS_MAX]; /* kept by the file: compared by address */
    size_t count;
};

static size_t column_of(const struct columns *columns, const char *name) {
    size_t i = 0;
    while (i < columns->count && columns->names[i] != name)
        i++;
    return i;
}

static void find_columns(const struct result_file *file, struct columns *columns) {
    for (size_t i = 0; i < file->case_count; i++)
        for (size_t k = 0; k < file->cases[i].parameter_count; k++) {
            const char *name = file->cases[i].parameter[k].name;
            if (column_of(columns, name) == columns->count && columns->count < PARAMETER_COLUMNS_MAX)
                columns->names[columns->count++] = name;
        }
}

/* A field, in quotes if it needs them. */
static void print_text(FILE *out, const char *prefix, const char *text) {
    if (text[strcspn(text, ",\"\r\n")] == '\0') {
        (void)fprintf(out, "%s%s", prefix, text);
        return;
    }
    (void)fprintf(out, "\"%s", prefix);
    for (; *text != '\0'; text++)
        (void)fprintf(out, *text == '"' ? "\"\"" : "%c", *text);
    (void)fputc('"', out);
}

static void print_header(FILE *out, const struct columns *columns) {
    (void)fputs(
        "case,comparison_name,strategy,reference,store,workload,workload_revision,operation,form,placement,"
        "threads,linkage,runtime",
        out);
    for (size_t i = 0; i < columns->count; i++) {
        (void)fputc(',', out);
        print_text(out, "parameter_", columns->names[i]);
    }
    (void)fputs(",host_name,fingerprint,source_revision,execution,order,iterations,sample", out);
    for (int i = 0; i < SAMPLE_QUANTITIES; i++)
        (void)fprintf(out, ",%s", sample_quantities[i].name);
    (void)fputs(",operations_recorded", out);
    for (size_t i = 0; i < QUANTILES_SHOWN; i++)
        (void)fprintf(out, ",%s_ns", quantiles_shown[i].name);
    (void)fputs(",clock_ns", out);
    for (int i = 0; i < EXECUTION_QUANTITIES; i++)
        (void)fprintf(out, ",%s", execution_quantities[i].name);
    (void)fputc('\n', out);
}

/* What all samples of a case share: the first fields of their lines. */
static void print_case(FILE *out, const struct result_file *file, const struct columns *columns,
                       const struct result_case *c) {
    const char *const texts[] = {c->name,  c->comparison_name, c->strategy, c->reference ? "TRUE" : "FALSE",
                                 c->store, c->workload};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        print_text(out, "", texts[i]);
        (void)fputc(',', out);
    }
    (void)fprintf(out, "%u,", c->workload_revision);
    print_text(out, "", c->operation);
    (void)fputc(',', out);
    print_text(out, "", c->form);
    (void)fputc(',', out);
    print_text(out, "", c->placement);
    (void)fprintf(out, ",%u,", c->threads);
    print_text(out, "", c->linkage);
    (void)fputc(',', out);
    print_text(out, "", c->runtime);
    for (size_t i = 0; i < columns->count; i++) {
        (void)fputc(',', out);
        for (size_t k = 0; k < c->parameter_count; k++)
            if (c->parameter[k].name == columns->names[i])
                (void)fprintf(out, "%.17g", c->parameter[k].value);
    }
    const char *const facts[] = {result_file_fact(file, NULL, "host_name"),
                                 result_file_fact(file, "ctxbench", "fingerprint"),
                                 result_file_fact(file, "build", "source_revision")};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        (void)fputc(',', out);
        print_text(out, "", facts[i]);
    }
}

/* The quantiles of single operations that there are enough of, and the clock's cost, which is in them. */
static void print_times(FILE *out, const struct result_execution *execution) {
    const uint64_t recorded = quantile_total(execution->times, execution->time_count);
    (void)fputc(',', out);
    if (recorded > 0)
        (void)fprintf(out, "%" PRIu64, recorded);
    for (size_t i = 0; i < QUANTILES_SHOWN; i++) {
        const double order = quantiles_shown[i].order;
        (void)fputc(',', out);
        if (recorded >= quantile_needs(order))
            (void)fprintf(out, "%.17g", (double)quantile_of(execution->times, execution->time_count, order) / 1e3);
    }
    (void)fputc(',', out);
    if (recorded > 0)
        (void)fprintf(out, "%.17g", execution->clock_ns);
}

static void print_value(FILE *out, double value) {
    (void)fputc(',', out);
    if (!isnan(value))
        (void)fprintf(out, "%.17g", value);
}

static void print_quantities(FILE *out, const struct result_execution *execution) {
    for (int i = 0; i < EXECUTION_QUANTITIES; i++)
        print_value(out, execution->quantities[i]);
}

/* The fields of one sample, between what its case and what its execution give to each. */
static void print_sample(FILE *out, const struct result_execution *execution, size_t index, size_t sample) {
    (void)fprintf(out, ",%zu,%zu,", index, execution->row);
    if (execution->iterations > 0)
        (void)fprintf(out, "%" PRIu64, execution->iterations);
    (void)fprintf(out, ",%zu", sample);
    for (int i = 0; i < SAMPLE_QUANTITIES; i++)
        print_value(out, execution->samples[i] != NULL ? execution->samples[i][sample] : NAN);
}

/*
 * What all samples of an execution share, as text: the first fields of their lines, which their case gives, or the
 * last. Freed by free(); NULL when out of memory.
 */
static char *make_begin(const struct result_file *file, const struct columns *columns, const struct result_case *c) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (out != NULL)
        print_case(out, file, columns, c);
    return out != NULL && fclose(out) == 0 ? text : NULL;
}

static char *make_end(const struct result_execution *execution) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    print_times(out, execution);
    print_quantities(out, execution);
    (void)fputc('\n', out);
    return fclose(out) == 0 ? text : NULL;
}

static bool print_execution(FILE *out, const char *begin, const struct result_execution *execution, size_t index) {
    char *end = make_end(execution);
    for (size_t sample = 0; end != NULL && sample < execution->sample_count; sample++) {
        (void)fputs(begin, out);
        print_sample(out, execution, index, sample);
        (void)fputs(end, out);
    }
    free(end);
    return end != NULL && !ferror(out);
}

/*
 * Comma-separated values (RFC 4180), tidy: a line for each sample, a column for each variable, parameters among them; a
 * field is empty where a value is unknown or does not apply.
 */
static bool write_csv(const struct summary *report, FILE *out) {
    const struct result_file *file = report->file;
    struct columns columns = {.count = 0};
    find_columns(file, &columns);
    print_header(out, &columns);
    bool good = !ferror(out);
    for (size_t i = 0; good && i < file->case_count; i++) {
        const struct result_case *c = &file->cases[i];
        char *begin = make_begin(file, &columns, c);
        good = begin != NULL;
        for (size_t e = 0; good && e < c->execution_count; e++)
            good = print_execution(out, begin, &c->executions[e], e);
        free(begin);
    }
    return good;
}

const struct export_format export_csv = {.name = "csv", .write = write_csv};
