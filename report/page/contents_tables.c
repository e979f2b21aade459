/* Two more views of a sweep: a matrix of strategies and values, and where one strategy passes another. */
#include <string.h>

#include "data/pairs.h"
#include "data/ranking.h"
#include "page/contents_cells.h"
#include "page/contents_parts.h"

enum { CROSSINGS_MAX = 60, PAIRS_MAX = 2000 };

/* ---- A matrix ---- */

static const struct document_column *matrix_columns(struct document *document, const struct survey_sweep *sweep) {
    struct document_column *columns = arena_take(&document->arena, (sweep->value_count + 1) * sizeof *columns);
    document->out_of_memory |= columns == NULL;
    if (columns == NULL)
        return NULL;
    columns[0] = (struct document_column){.title = "strategy"};
    for (size_t v = 0; v < sweep->value_count; v++)
        columns[v + 1] = (struct document_column){.title = sweep->labels[v], .numeric = true};
    return columns;
}

void contents_add_sweep_matrix(struct document *document, const struct run *run, const struct survey_sweep *sweep,
                               const char *id) {
    const struct document_column *columns = matrix_columns(document, sweep);
    struct document_table *table =
        columns == NULL ? NULL
                        : document_add_table(document, document_text(document, "places-%s", id),
                                             "Medians by the number of threads and the closest thing that they share",
                                             columns, sweep->value_count + 1);
    if (table != NULL)
        table->folded = sweep->numbers[sweep->base] < 2; /* where one thread is the usual case, the figure will do */
    for (size_t i = 0; table != NULL && i < sweep->curve_count; i++) {
        struct document_cell *row = document_add_row(document, table);
        if (row == NULL)
            return;
        row[0].text = contents_starred(document, run, sweep->curves[i].strategy, sweep->curves[i].label);
        row[0].tone = sweep->curves[i].reference ? TONE_DIM : TONE_PLAIN;
        for (size_t v = 0; v < sweep->value_count; v++)
            if (sweep->curves[i].at[v] != NULL)
                contents_time(document, &row[v + 1], sweep->curves[i].at[v]);
    }
}

/* ---- All pairs of PUs ---- */

enum { CORES_STRATEGY, CORES_CASE, CORES_FROM, CORES_TO, CORES_MEDIAN, CORES_INTERVAL, CORES_COUNT };

static const struct document_column cores_columns[CORES_COUNT] = {
    [CORES_STRATEGY] = {.title = "strategy"},
    [CORES_CASE] = {.title = "case"},
    [CORES_FROM] = {.title = "PU", .numeric = true},
    [CORES_TO] = {.title = "and PU", .numeric = true},
    [CORES_MEDIAN] = {.title = "median", .numeric = true},
    [CORES_INTERVAL] = {.title = "interval", .numeric = true, .minor = true},
};

static void add_pair_row(struct document *document, struct document_table *table, const struct run *run,
                         const struct summary_case *c, unsigned a, unsigned b) {
    struct document_cell *row = document_add_row(document, table);
    if (row == NULL)
        return;
    row[CORES_STRATEGY].text = contents_starred(document, run, c->of->strategy, c->of->label);
    row[CORES_CASE].text =
        document_text(document, "%s%s%s", c->of->workload, c->of->parameters[0] != '\0' ? ", " : "", c->of->parameters);
    row[CORES_FROM].text = document_text(document, "%u", a);
    row[CORES_FROM].sort = a;
    row[CORES_TO].text = document_text(document, "%u", b);
    row[CORES_TO].sort = b;
    contents_time(document, &row[CORES_MEDIAN], c);
    contents_interval(document, &row[CORES_INTERVAL], c);
}

void contents_add_pairs_of_pus(struct document *document, const struct run *run, size_t index) {
    struct document_table *table = document_add_table(document, document_text(document, "pairs-%zu", index + 1),
                                                      "Between each two PUs: medians", cores_columns, CORES_COUNT);
    size_t count = 0;
    if (table == NULL)
        return;
    table->folded = table->searchable = true;
    for (size_t i = 0; i < run->file->case_count; i++) {
        unsigned a, b;
        if (!pairs_is_pair(run->report->cases[i].of, &a, &b))
            continue;
        if (count++ < PAIRS_MAX)
            add_pair_row(document, table, run, &run->report->cases[i], a, b);
    }
    if (count > PAIRS_MAX)
        document_add(document, DOCUMENT_PARAGRAPH, NULL,
                     "And %zu more pairs: bench export %s --format=csv has them all.", count - PAIRS_MAX, run->path);
}

/* ---- Crossings ---- */

enum { CROSSING_BEFORE, CROSSING_AFTER, CROSSING_FROM, CROSSING_TO, CROSSING_COUNT };

static const struct document_column crossing_columns[CROSSING_COUNT] = {
    [CROSSING_BEFORE] = {.title = "faster before"},
    [CROSSING_AFTER] = {.title = "faster after"},
    [CROSSING_FROM] = {.title = "between", .numeric = true},
    [CROSSING_TO] = {.title = "and", .numeric = true},
};

static void add_crossing_row(struct document *document, struct document_table *table, const struct run *run,
                             const struct survey_sweep *sweep, size_t before, size_t after,
                             const struct crossing *crossing) {
    struct document_cell *row = document_add_row(document, table);
    if (row == NULL)
        return;
    row[CROSSING_BEFORE].text =
        contents_starred(document, run, sweep->curves[before].strategy, sweep->curves[before].label);
    row[CROSSING_AFTER].text =
        contents_starred(document, run, sweep->curves[after].strategy, sweep->curves[after].label);
    row[CROSSING_FROM].text = sweep->labels[crossing->before];
    row[CROSSING_FROM].sort = sweep->numbers[crossing->before];
    row[CROSSING_TO].text = sweep->labels[crossing->after];
    row[CROSSING_TO].sort = sweep->numbers[crossing->after];
}

void contents_add_crossings(struct document *document, const struct run *run, const struct survey_sweep *sweep,
                            const char *id) {
    struct document_table *table = document_add_table(
        document, document_text(document, "crossings-%s", id),
        document_text(document, "Where one becomes faster than another, by %s, as far as intervals show it",
                      sweep->axis),
        crossing_columns, CROSSING_COUNT);
    if (table != NULL)
        table->folded = sweep->presented.role != ROLE_WHOLE; /* there, they are the question */
    size_t count = 0;
    for (size_t a = 0; a < sweep->curve_count; a++) {
        for (size_t b = 0; table != NULL && b < sweep->curve_count; b++) {
            const struct crossing crossing = ranking_crossing(sweep, &sweep->curves[a], &sweep->curves[b]);
            if (!crossing.found || sweep->curves[a].reference || sweep->curves[b].reference)
                continue;
            if (count++ < CROSSINGS_MAX)
                add_crossing_row(document, table, run, sweep, a, b, &crossing);
        }
    }
    if (count > CROSSINGS_MAX)
        document_add(document, DOCUMENT_PARAGRAPH, NULL, "And %zu more crossings, which the data of the figure show.",
                     count - CROSSINGS_MAX);
}
