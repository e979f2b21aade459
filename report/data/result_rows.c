/* The rows of a result file: one execution each, grouped into cases. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/result_loader.h"
#include "statistics/statistics.h"

struct result_row {
    size_t case_index;
    struct result_execution execution;
};

/* Samples: one block per execution holds its arrays, that of the times first. */

static bool is_time(const json_t *value) {
    double ns = json_number_value(value);
    return json_is_number(value) && ns >= RESULT_NS_MIN && ns <= RESULT_NS_MAX;
}

static bool is_count(const json_t *value) {
    return json_is_integer(value) && json_integer_value(value) >= 0;
}

static bool is_some(const json_t *value) {
    return is_count(value) && json_integer_value(value) > 0;
}

/* Whether the array has `count` elements, each of which `is` accepts. */
static bool is_array_of(const json_t *array, size_t count, bool (*is)(const json_t *value)) {
    if (json_array_size(array) != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!is(json_array_get(array, i)))
            return false;
    return true;
}

static bool is_amount(const json_t *value) {
    const double amount = json_number_value(value);
    return json_is_number(value) && amount >= 0 && amount <= RESULT_NS_MAX;
}

/* What a value of this kind has to be. */
static bool (*test_of(const struct quantity *quantity))(const json_t *value) {
    return quantity->kind == QUANTITY_TIME ? is_time : quantity->kind == QUANTITY_AMOUNT ? is_amount : is_count;
}

/* Copies an array that can be used and moves *block past it. NULL if the file has none such. */
static const double *copy_values(const json_t *array, const struct quantity *quantity, size_t count, double **block) {
    double *values = *block;
    if (!is_array_of(array, count, test_of(quantity)))
        return NULL;
    for (size_t i = 0; i < count; i++)
        values[i] = json_number_value(json_array_get(array, i));
    *block += count;
    return values;
}

/* Takes the raw samples of a row. False if they are no samples, or without memory for them, which is noted. */
static bool take_samples(struct result_loader *loader, const json_t *samples, struct result_execution *execution) {
    const json_t *real = json_object_get(samples, sample_quantities[SAMPLE_REAL_NS].name);
    const size_t count = json_array_size(real);
    if (!is_array_of(real, count, is_time))
        return false;
    double *block = result_loader_allocate(loader, count * SAMPLE_QUANTITIES * sizeof *block);
    if (block == NULL)
        return false;
    execution->sample_count = count;
    for (int i = 0; i < SAMPLE_QUANTITIES; i++) {
        const struct quantity *quantity = &sample_quantities[i];
        execution->samples[i] = copy_values(json_object_get(samples, quantity->name), quantity, count, &block);
    }
    return true;
}

/* A row without raw samples, as others' tools leave it, counts as one sample. */
static bool take_median(struct result_loader *loader, const json_t *row, struct result_execution *execution) {
    const json_t *median = json_object_get(row, "real_time");
    const char *unit = json_string_value(json_object_get(row, "time_unit"));
    if (!is_time(median) || unit == NULL || strcmp(unit, "ns") != 0)
        return false;
    double *times = result_loader_allocate(loader, sizeof *times);
    if (times == NULL)
        return false;
    *times = json_number_value(median);
    execution->sample_count = 1;
    execution->samples[SAMPLE_REAL_NS] = times;
    return true;
}

/* The times of single operations; without any where they are none, or make no sense. */
static void take_times(struct result_loader *loader, const json_t *ours, struct result_execution *execution) {
    const json_t *found = json_object_get(ours, "operation_times"), *histogram = json_object_get(found, "histogram");
    const json_t *times = json_object_get(histogram, "picoseconds"), *counts = json_object_get(histogram, "operations");
    const size_t count = json_array_size(times);
    const double clock_ns = json_number_value(json_object_get(found, "clock_ns"));
    if (count == 0 || !is_array_of(times, count, is_count) || !is_array_of(counts, count, is_some) ||
        !(clock_ns >= 0 && clock_ns <= RESULT_NS_MAX))
        return;
    struct quantile_point *points = result_loader_allocate(loader, count * sizeof *points);
    if (points == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        points[i] = (struct quantile_point){(uint64_t)json_integer_value(json_array_get(times, i)),
                                            (uint64_t)json_integer_value(json_array_get(counts, i))};
    execution->times = points;
    execution->time_count = count;
    execution->clock_ns = clock_ns;
}

static void take_quantities(const json_t *ours, struct result_execution *execution) {
    for (int i = 0; i < EXECUTION_QUANTITIES; i++) {
        const struct quantity *quantity = &execution_quantities[i];
        const json_t *group = quantity->group == NULL ? ours : json_object_get(ours, quantity->group);
        const json_t *found = json_object_get(group, quantity->name);
        execution->quantities[i] = test_of(quantity)(found) ? json_number_value(found) : NAN;
    }
}

static bool take_execution(struct result_loader *loader, const json_t *row, const json_t *ours,
                           struct result_execution *execution) {
    const json_t *samples = json_object_get(ours, "samples");
    bool raw = json_array_size(json_object_get(samples, sample_quantities[SAMPLE_REAL_NS].name)) > 0;
    if (!(raw ? take_samples(loader, samples, execution) : take_median(loader, row, execution)))
        return false;
    take_times(loader, ours, execution);
    take_quantities(ours, execution);
    execution->row = loader->rows_seen;
    execution->iterations = result_loader_count(row, "iterations");
    execution->median_ns = statistics_median(execution->samples[SAMPLE_REAL_NS], execution->sample_count);
    loader->out_of_memory |= isnan(execution->median_ns);
    return true;
}

/* Cases. */

/* The parameters as numbers, and as people read them: "depth 16, up 1"; both in the workload's order. */
static void take_parameters(struct result_loader *loader, const json_t *parameters, struct result_case *c) {
    char text[256] = "";
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)parameters, name, value) {
        if (c->parameter_count == RESULT_PARAMETERS_MAX || !json_is_number(value))
            continue;
        struct result_parameter *parameter = &c->parameter[c->parameter_count++];
        *parameter = (struct result_parameter){result_loader_keep(loader, name), json_number_value(value)};
        size_t length = strlen(text);
        (void)snprintf(text + length, sizeof text - length, "%s%s %.0f", length > 0 ? ", " : "", parameter->name,
                       parameter->value);
    }
    c->parameters = result_loader_keep(loader, text);
}

static void take_pus(struct result_loader *loader, const json_t *array, struct result_case *c) {
    size_t count = json_array_size(array);
    if (count == 0 || count > RESULT_PUS_MAX || !is_array_of(array, count, is_count))
        return;
    unsigned *pus = result_loader_allocate(loader, count * sizeof *pus);
    if (pus == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        pus[i] = (unsigned)json_integer_value(json_array_get(array, i));
    c->pus = pus;
    c->pu_count = count;
}

/* "tls", "tls+flat": what tells cases apart that compare. */
static const char *make_label(struct result_loader *loader, const struct result_case *c) {
    char label[128];
    const bool plain = c->reference || c->store[0] == '\0' || strcmp(c->store, "chain") == 0;
    (void)snprintf(label, sizeof label, "%s%s%s", c->strategy, plain ? "" : "+", plain ? "" : c->store);
    return result_loader_keep(loader, label);
}

static struct result_case describe_case(struct result_loader *loader, const char *name, const json_t *row,
                                        const json_t *ours) {
    struct result_case c = {
        .name = name,
        .comparison_name = result_loader_keep_member(loader, ours, "comparison_name"),
        .strategy = result_loader_keep_member(loader, ours, "strategy"),
        .store = result_loader_keep_member(loader, ours, "store"),
        .workload = result_loader_keep_member(loader, ours, "workload"),
        .form = result_loader_keep_member(loader, ours, "form"),
        .placement = result_loader_keep_member(loader, ours, "placement"),
        .operation = result_loader_keep_member(loader, ours, "operation"),
        .linkage = result_loader_keep_member(loader, ours, "linkage"),
        .runtime = result_loader_keep_member(loader, ours, "runtime"),
        .workload_revision = (unsigned)result_loader_count(ours, "workload_revision"),
        .threads = (unsigned)result_loader_count(row, "threads"),
        .reference = json_is_true(json_object_get(ours, "reference")),
        .reads_stack = json_is_true(json_object_get(ours, "reads_stack")),
    };
    c.label = make_label(loader, &c);
    take_parameters(loader, json_object_get(ours, "parameters"), &c);
    return c;
}

/* Whether a row of that description may be an execution of the case: what makes times comparable is the same. */
static bool is_same_case(const struct result_case *a, const struct result_case *b) {
    return a->workload_revision == b->workload_revision && a->threads == b->threads && a->linkage == b->linkage &&
           a->runtime == b->runtime && a->strategy == b->strategy && a->store == b->store &&
           a->workload == b->workload && a->form == b->form && a->placement == b->placement &&
           a->parameters == b->parameters && a->comparison_name == b->comparison_name;
}

/* The case that a row belongs to, made if this is its first. False if the row contradicts it, or out of memory. */
static bool find_case(struct result_loader *loader, const json_t *row, const json_t *ours, size_t *case_index) {
    struct result_file *file = loader->file;
    const char *text = result_loader_keep(loader, json_string_value(json_object_get(row, "name")));
    struct name *name = names_find(&file->names, text);
    struct result_case described = describe_case(loader, text, row, ours);
    if (name == NULL || loader->out_of_memory || loader->exhausted)
        return false;
    if (name->tag == NAME_UNTAGGED) {
        file->cases = result_loader_reserve(loader, file->cases, &loader->case_capacity, file->case_count + 1,
                                            sizeof *file->cases);
        if (loader->out_of_memory || loader->exhausted)
            return false;
        take_pus(loader, json_object_get(ours, "pus"), &described);
        name->tag = (ptrdiff_t)file->case_count;
        file->cases[file->case_count++] = described;
    }
    *case_index = (size_t)name->tag;
    return is_same_case(&file->cases[name->tag], &described);
}

static bool is_aggregate(const json_t *row) {
    const char *type = json_string_value(json_object_get(row, "run_type"));
    return type != NULL && strcmp(type, "iteration") != 0;
}

bool result_loader_add_row(struct result_loader *loader, const json_t *row) {
    if (is_aggregate(row))
        return true;
    const json_t *ours = json_object_get(row, "ctxbench");
    struct result_row taken = {0};
    bool usable = json_string_length(json_object_get(row, "name")) > 0 && json_is_object(ours) &&
                  take_execution(loader, row, ours, &taken.execution);
    loader->rows_seen++;
    loader->rows =
        result_loader_reserve(loader, loader->rows, &loader->row_capacity, loader->row_count + 1, sizeof *loader->rows);
    if (usable && !loader->out_of_memory && !loader->exhausted && find_case(loader, row, ours, &taken.case_index)) {
        loader->rows[loader->row_count++] = taken;
    } else {
        result_execution_free_arrays(&taken.execution);
        loader->file->unusable_rows++;
    }
    return !loader->out_of_memory && !loader->exhausted;
}

/* Grouping. */

static int compare_rows(const void *left, const void *right) {
    const struct result_row *a = left, *b = right;
    if (a->case_index != b->case_index)
        return a->case_index < b->case_index ? -1 : 1;
    return (a->execution.row > b->execution.row) - (a->execution.row < b->execution.row);
}

static int compare_cases(const void *left, const void *right) {
    const struct result_case *a = left, *b = right;
    int order = strverscmp(a->runtime, b->runtime); /* none comes first */
    if (order == 0)
        order = strverscmp(a->workload, b->workload);
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
    if (order == 0)
        order = strverscmp(a->label, b->label);
    return order != 0 ? order : strcmp(a->name, b->name);
}

/* Puts the cases into the order of the file's readers, where their names find them again. */
static void sort_cases(struct result_file *file) {
    if (file->case_count > 0)
        qsort(file->cases, file->case_count, sizeof *file->cases, compare_cases);
    for (size_t i = 0; i < file->case_count; i++)
        names_find(&file->names, file->cases[i].name)->tag = (ptrdiff_t)i;
}

bool result_loader_group_rows(struct result_loader *loader) {
    struct result_file *file = loader->file;
    file->executions = result_loader_allocate(loader, (loader->row_count + 1) * sizeof *file->executions);
    if (file->executions == NULL)
        return false;
    if (loader->row_count > 0)
        qsort(loader->rows, loader->row_count, sizeof *loader->rows, compare_rows);
    for (size_t i = 0; i < loader->row_count; i++) {
        struct result_case *c = &file->cases[loader->rows[i].case_index];
        file->executions[i] = loader->rows[i].execution;
        if (c->execution_count++ == 0)
            c->executions = &file->executions[i];
    }
    file->execution_count = loader->row_count;
    loader->row_count = 0; /* their samples belong to the file now */
    sort_cases(file);
    return true;
}

void result_loader_free_rows(struct result_loader *loader) {
    for (size_t i = 0; i < loader->row_count; i++)
        result_execution_free_arrays(&loader->rows[i].execution);
    free(loader->rows);
}
