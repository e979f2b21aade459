/* What medians do not show: how long single operations take, and what operations and scopes take of memory. */
#include <math.h>
#include <string.h>

#include "page/contents_cells.h"
#include "page/contents_parts.h"
#include "statistics/statistics.h"
#include "text/format.h"

enum {
    OPERATIONS_STRATEGY,
    OPERATIONS_VALUE,
    OPERATIONS_QUANTILE,
    OPERATIONS_RECORDED = OPERATIONS_QUANTILE + QUANTILES_SHOWN,
    OPERATIONS_CLOCK,
    OPERATIONS_COUNT
};

enum { MEMORY_STRATEGY, MEMORY_VALUE, MEMORY_CALLS, MEMORY_BYTES, MEMORY_STACK, MEMORY_HEAP, MEMORY_COUNT };

/* The second column is the axis of the sweep. */
static struct document_column *make_columns(struct document *document, const struct survey_sweep *sweep,
                                            const struct document_column *fixed, size_t count) {
    struct document_column *columns = arena_take(&document->arena, count * sizeof *columns);
    document->out_of_memory |= columns == NULL;
    if (columns == NULL)
        return NULL;
    memcpy(columns, fixed, count * sizeof *columns);
    columns[1] =
        (struct document_column){.title = sweep->axis[0] != '\0' ? sweep->axis : "case", .numeric = sweep->numeric};
    return columns;
}

/* A row that begins with the strategy and the value. */
static struct document_cell *add_row(struct document *document, struct document_table *table, const struct run *run,
                                     const struct survey_sweep *sweep, const struct survey_curve *curve, size_t value) {
    struct document_cell *row = document_add_row(document, table);
    if (row == NULL)
        return NULL;
    row[0].text = contents_starred(document, run, curve->strategy, curve->label);
    row[0].tone = curve->reference ? TONE_DIM : TONE_PLAIN;
    row[1].text = sweep->labels[value];
    row[1].sort = sweep->numbers[value];
    return row;
}

/* ---- Single operations ---- */

/* Those of all executions, sorted, and those of each that has any: the units of quantiles. */
struct operations {
    struct quantile_point *points;
    struct quantile_cluster *clusters;
    size_t point_count, cluster_count;
};

/* False if there are none, or without memory. */
static bool pool(struct document *document, const struct result_case *c, struct operations *all) {
    size_t total = 0;
    for (size_t i = 0; i < c->execution_count; i++)
        total += c->executions[i].time_count;
    if (total == 0)
        return false;
    *all = (struct operations){.points = arena_take(&document->arena, total * sizeof *all->points),
                               .clusters = arena_take(&document->arena, c->execution_count * sizeof *all->clusters)};
    document->out_of_memory |= all->points == NULL || all->clusters == NULL;
    if (all->points == NULL || all->clusters == NULL)
        return false;
    for (size_t i = 0; i < c->execution_count; i++) {
        const struct result_execution *execution = &c->executions[i];
        for (size_t k = 0; k < execution->time_count; k++)
            all->points[all->point_count++] = execution->times[k];
        if (quantile_total(execution->times, execution->time_count) > 0)
            all->clusters[all->cluster_count++] = (struct quantile_cluster){execution->times, execution->time_count};
    }
    quantile_sort(all->points, all->point_count);
    return true;
}

static double clock_of(const struct result_case *c) {
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < c->execution_count; i++) {
        sum += c->executions[i].times != NULL ? c->executions[i].clock_ns : 0;
        count += c->executions[i].times != NULL;
    }
    return sum / (double)count;
}

static void set_time(struct document *document, struct document_cell *cell, double ns) {
    char text[FORMAT_CELL_MAX];
    format_time(ns, text);
    cell->text = document_text(document, "%s", text);
    cell->sort = ns;
}

/* "1.23 us (1.20..1.31)", or "1.23 us (from 1.20 us)" where no end is known. */
static const char *interval_text(struct document *document, struct statistics_interval ps) {
    char time[FORMAT_CELL_MAX], range[FORMAT_CELL_MAX];
    format_time(ps.estimate / 1e3, time);
    if (ps.low <= 0)
        return document_text(document, "%s", time);
    if (isfinite(ps.high)) {
        format_range(ps.low / 1e3, ps.high / 1e3, ps.estimate / 1e3, range);
        return document_text(document, "%s (%s)", time, range);
    }
    format_time(ps.low / 1e3, range);
    return document_text(document, "%s (from %s)", time, range);
}

static void set_quantile(struct document *document, struct document_cell *cell, const struct operations *all,
                         double order) {
    if (quantile_total(all->points, all->point_count) < quantile_needs(order)) {
        *cell = (struct document_cell){.text = "-", .sort = NAN, .tone = TONE_DIM};
        return;
    }
    const struct statistics_interval ps = quantile_with_interval(all->points, all->point_count, all->clusters,
                                                                 all->cluster_count, order, STATISTICS_CONFIDENCE);
    cell->text = interval_text(document, ps);
    cell->sort = ps.estimate;
}

static void add_operations_row(struct document *document, struct document_table *table, const struct run *run,
                               const struct survey_sweep *sweep, const struct survey_curve *curve, size_t value) {
    const struct result_case *c = curve->at[value]->of;
    struct operations all;
    struct document_cell *row = pool(document, c, &all) ? add_row(document, table, run, sweep, curve, value) : NULL;
    if (row == NULL)
        return;
    for (int i = 0; i < QUANTILES_SHOWN; i++)
        set_quantile(document, &row[OPERATIONS_QUANTILE + i], &all, quantiles_shown[i].order);
    const uint64_t recorded = quantile_total(all.points, all.point_count);
    row[OPERATIONS_RECORDED].text = document_text(document, "%llu", (unsigned long long)recorded);
    row[OPERATIONS_RECORDED].sort = (double)recorded;
    set_time(document, &row[OPERATIONS_CLOCK], clock_of(c));
}

static const struct document_column operations_columns[OPERATIONS_COUNT] = {
    [OPERATIONS_STRATEGY] = {.title = "strategy"},
    [OPERATIONS_RECORDED] = {.title = "operations", .numeric = true},
    [OPERATIONS_CLOCK] = {.title = "the clock alone", .numeric = true, .minor = true},
};

/* ---- Memory ---- */

/* The same in all executions, or nearly: their median. Negative if none knows it. */
static double amount_of(struct document *document, const struct result_case *c, enum execution_quantity quantity) {
    double *known = arena_take(&document->arena, c->execution_count * sizeof *known);
    size_t count = 0;
    document->out_of_memory |= known == NULL;
    for (size_t i = 0; known != NULL && i < c->execution_count; i++) {
        const double amount = c->executions[i].quantities[quantity];
        if (amount >= 0)
            known[count++] = amount;
    }
    return count > 0 ? statistics_median(known, count) : -1;
}

static void add_memory_row(struct document *document, struct document_table *table, const struct run *run,
                           const struct survey_sweep *sweep, const struct survey_curve *curve, size_t value) {
    static const enum execution_quantity quantities[] = {
        [MEMORY_CALLS] = QUANTITY_ALLOCATIONS,
        [MEMORY_BYTES] = QUANTITY_ALLOCATED_BYTES,
        [MEMORY_STACK] = QUANTITY_SCOPE_STACK_BYTES,
        [MEMORY_HEAP] = QUANTITY_SCOPE_HEAP_BYTES,
    };
    double amounts[MEMORY_COUNT];
    bool any = false;
    for (int i = MEMORY_CALLS; i < MEMORY_COUNT; i++) {
        amounts[i] = amount_of(document, curve->at[value]->of, quantities[i]);
        any |= i >= MEMORY_STACK ? amounts[i] >= 0 : amounts[i] > 0; /* "allocates nothing" is said of scopes alone */
    }
    struct document_cell *row = any ? add_row(document, table, run, sweep, curve, value) : NULL;
    for (int i = MEMORY_CALLS; row != NULL && i < MEMORY_COUNT; i++) {
        row[i].text = amounts[i] < 0 ? "-" : document_text(document, "%.6g", amounts[i]);
        row[i].sort = amounts[i] < 0 ? NAN : amounts[i];
    }
}

static const struct document_column memory_columns[MEMORY_COUNT] = {
    [MEMORY_STRATEGY] = {.title = "strategy"},
    [MEMORY_CALLS] = {.title = "allocations", .numeric = true},
    [MEMORY_BYTES] = {.title = "bytes asked for", .numeric = true},
    [MEMORY_STACK] = {.title = "stack of a scope", .numeric = true},
    [MEMORY_HEAP] = {.title = "heap of a scope", .numeric = true},
};

/* ---- Both ---- */

typedef void row_adder(struct document *document, struct document_table *table, const struct run *run,
                       const struct survey_sweep *sweep, const struct survey_curve *curve, size_t value);

static void add_table(struct document *document, const struct run *run, const struct survey_sweep *sweep,
                      struct document_table *table, row_adder *add) {
    for (size_t i = 0; table != NULL && i < sweep->curve_count; i++)
        for (size_t v = 0; v < sweep->value_count; v++)
            if (sweep->curves[i].at[v] != NULL)
                add(document, table, run, sweep, &sweep->curves[i], v);
}

void contents_add_operations(struct document *document, const struct run *run, const struct survey_sweep *sweep,
                             const char *id) {
    struct document_column *columns = make_columns(document, sweep, operations_columns, OPERATIONS_COUNT);
    const struct document_column *memory = make_columns(document, sweep, memory_columns, MEMORY_COUNT);
    if (columns == NULL || memory == NULL)
        return;
    for (size_t i = 0; i < QUANTILES_SHOWN; i++)
        columns[OPERATIONS_QUANTILE + i] = (struct document_column){.title = quantiles_shown[i].title, .numeric = true};
    add_table(document, run, sweep,
              document_add_table(
                  document, document_text(document, "operations-%s", id),
                  document_text(document,
                                "Single operations: how long each %s took (95 %% interval); '-': of too few for that",
                                sweep->operation),
                  columns, OPERATIONS_COUNT),
              add_operations_row);
    struct document_table *table = document_add_table(
        document, document_text(document, "memory-%s", id),
        document_text(document, "Memory: per %s, and bytes of the innermost scope", sweep->operation), memory,
        MEMORY_COUNT);
    if (table != NULL)
        table->folded = true;
    add_table(document, run, sweep, table, add_memory_row);
}
