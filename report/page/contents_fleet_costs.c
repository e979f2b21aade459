#include "page/contents_fleet_costs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/format.h"

/* So many cells of heat maps a page has at most: with them it stays below 2 MB. */
enum { CELLS_MAX = 12000, DIFFERENCES_MAX = 200 };

/* Of a cell, by how many times its time is that of the fastest of its column. */
static const double warm_from = 1.5, hot_from = 4;

/* A column for what the rows are, and one for each kind. */
static const struct document_column *kind_columns(struct document *document, const struct fleet *fleet) {
    struct document_column *columns = arena_take(&document->arena, (fleet->kind_count + 1) * sizeof *columns);
    document->out_of_memory |= columns == NULL;
    if (columns == NULL)
        return NULL;
    columns[0] = (struct document_column){.title = "strategy"};
    for (size_t i = 0; i < fleet->kind_count; i++)
        columns[i + 1] = (struct document_column){.title = fleet->kinds[i].label, .numeric = true};
    return columns;
}

static struct document_table *add_kind_table(struct document *document, const struct fleet *fleet, const char *id,
                                             const char *caption) {
    const struct document_column *columns = kind_columns(document, fleet);
    return columns != NULL ? document_add_table(document, id, caption, columns, fleet->kind_count + 1) : NULL;
}

/* ---- Ranks ---- */

struct standing {
    const char *label;
    double *sums, mean; /* of its ranks, by kind; over all */
    size_t *counts;
};

struct standings {
    struct standing *list;
    size_t count;
};

static struct standing *standing_of(struct document *document, const struct fleet *fleet, struct standings *standings,
                                    const char *label) {
    for (size_t i = 0; i < standings->count; i++)
        if (standings->list[i].label == label)
            return &standings->list[i];
    struct standing *made = &standings->list[standings->count];
    *made = (struct standing){.label = label,
                              .sums = arena_take(&document->arena, fleet->kind_count * sizeof *made->sums),
                              .counts = arena_take(&document->arena, fleet->kind_count * sizeof *made->counts)};
    document->out_of_memory |= made->sums == NULL || made->counts == NULL;
    standings->count += !document->out_of_memory;
    return document->out_of_memory ? NULL : made;
}

static size_t count_labels_at_most(const struct fleet *fleet) {
    size_t count = 1;
    for (size_t c = 0; c < fleet->comparison_count; c++)
        count += fleet->comparisons[c].case_count;
    return count;
}

static int compare_standings(const void *left, const void *right) {
    const struct standing *a = left, *b = right;
    return a->mean != b->mean ? (a->mean > b->mean ? 1 : -1) : strverscmp(a->label, b->label);
}

static void finish_standings(const struct fleet *fleet, struct standings *standings) {
    for (size_t i = 0; i < standings->count; i++) {
        double sum = 0;
        size_t count = 0;
        for (size_t kind = 0; kind < fleet->kind_count; kind++) {
            sum += standings->list[i].sums[kind];
            count += standings->list[i].counts[kind];
        }
        standings->list[i].mean = count > 0 ? sum / (double)count : INFINITY;
    }
    if (standings->count > 0)
        qsort(standings->list, standings->count, sizeof *standings->list, compare_standings);
}

static struct standings collect_standings(struct document *document, const struct fleet *fleet) {
    struct standings standings = {
        .list = arena_take(&document->arena, count_labels_at_most(fleet) * sizeof *standings.list)};
    document->out_of_memory |= standings.list == NULL;
    for (size_t c = 0; standings.list != NULL && c < fleet->comparison_count; c++)
        for (size_t i = 0; i < fleet->comparisons[c].case_count; i++) {
            const struct fleet_case *of = &fleet->comparisons[c].cases[i];
            struct standing *standing = of->reference ? NULL : standing_of(document, fleet, &standings, of->label);
            for (size_t kind = 0; standing != NULL && kind < fleet->kind_count; kind++) {
                standing->sums[kind] += (double)of->cells[kind].rank;
                standing->counts[kind] += of->cells[kind].rank > 0;
            }
        }
    finish_standings(fleet, &standings);
    return standings;
}

void contents_fleet_add_ranks(struct document *document, const struct fleet *fleet) {
    const struct standings standings = collect_standings(document, fleet);
    if (standings.count == 0)
        return;
    document_add(document, DOCUMENT_SECTION, "ranks", "Strategies by kind");
    document_add(
        document, DOCUMENT_PARAGRAPH, NULL,
        "The mean of a strategy's ranks over its cases on a kind, 1 being the fastest of a case. It shows where "
        "to look: cases differ in weight for a program, and strategies in the cases that they have.");
    struct document_table *table = add_kind_table(document, fleet, "ranks-table", "Mean rank, by kind");
    for (size_t i = 0; table != NULL && i < standings.count; i++) {
        const struct standing *standing = &standings.list[i];
        struct document_cell *row = document_add_row(document, table);
        if (row == NULL)
            return;
        row[0].text = standing->label;
        for (size_t kind = 0; kind < fleet->kind_count; kind++) {
            if (standing->counts[kind] == 0)
                continue;
            const double mean = standing->sums[kind] / (double)standing->counts[kind];
            row[kind + 1].text = document_text(document, "%.1f", mean);
            row[kind + 1].sort = mean;
        }
    }
}

/* ---- Heat maps ---- */

static double fastest_on(const struct fleet_comparison *comparison, size_t kind) {
    double fastest = INFINITY;
    for (size_t i = 0; i < comparison->case_count; i++) {
        const struct fleet_case *of = &comparison->cases[i];
        if (!of->reference && of->cells[kind].machine_count > 0)
            fastest = fmin(fastest, of->cells[kind].median_ns);
    }
    return fastest;
}

static void add_cost(struct document *document, struct document_cell *cell, const struct fleet_case *of, size_t kind,
                     double fastest) {
    const struct fleet_cell *cost = &of->cells[kind];
    char text[FORMAT_CELL_MAX];
    if (cost->machine_count == 0)
        return;
    format_time(cost->median_ns, text);
    cell->text = document_text(document, "%s", text);
    cell->sort = cost->median_ns;
    if (cost->high_ns > 0) {
        format_range(cost->low_ns, cost->high_ns, cost->median_ns, text);
        cell->note = document_text(document, "%s", text);
    }
    const double ratio = cost->median_ns / fastest;
    cell->tone = of->reference       ? TONE_DIM
                 : cost->rank == 1   ? TONE_GOOD
                 : ratio >= hot_from ? TONE_BAD
                 : ratio < warm_from ? TONE_PLAIN
                                     : TONE_DIM;
}

static void add_heat_map(struct document *document, const struct fleet *fleet,
                         const struct fleet_comparison *comparison, size_t index) {
    struct document_table *table =
        add_kind_table(document, fleet, document_text(document, "costs-%zu", index), comparison->name);
    for (size_t i = 0; table != NULL && i < comparison->case_count; i++) {
        struct document_cell *row = document_add_row(document, table);
        if (row == NULL)
            return;
        row[0].text = comparison->cases[i].label;
        row[0].tone = comparison->cases[i].reference ? TONE_DIM : TONE_PLAIN;
        for (size_t kind = 0; kind < fleet->kind_count; kind++)
            add_cost(document, &row[kind + 1], &comparison->cases[i], kind, fastest_on(comparison, kind));
    }
}

void contents_fleet_add_costs(struct document *document, const struct fleet *fleet) {
    size_t cells = 0, shown = 0;
    if (fleet->comparison_count == 0)
        return;
    document_add(document, DOCUMENT_SECTION, "costs", "Kinds by strategies");
    document_add(
        document, DOCUMENT_PARAGRAPH, NULL,
        "Medians, each column of one kind. The fastest strategy of a kind is marked, and so are those that take "
        "%g times as long or more. Read down a column; along a row stand different machines.",
        hot_from);
    for (size_t i = 0; i < fleet->comparison_count; i++) {
        cells += fleet->comparisons[i].case_count * fleet->kind_count;
        if (cells > CELLS_MAX)
            break;
        add_heat_map(document, fleet, &fleet->comparisons[i], i);
        shown++;
    }
    if (shown < fleet->comparison_count)
        document_add(document, DOCUMENT_PARAGRAPH, NULL, "And %zu more cases: --format=json has all.",
                     fleet->comparison_count - shown);
}

/* ---- Conformance ---- */

static const struct matrix_cell *cell_of(const struct matrix *matrix, const char *scenario, const char *strategy) {
    for (size_t s = 0; matrix != NULL && s < matrix->scenario_count; s++)
        for (size_t i = 0; strcmp(matrix->scenarios[s].name, scenario) == 0 && i < matrix->strategy_count; i++)
            if (strcmp(matrix->strategies[i], strategy) == 0)
                return matrix_cell(matrix, s, i);
    return NULL;
}

static size_t count_broken(const struct matrix *matrix, size_t strategy) {
    size_t count = 0;
    for (size_t s = 0; s < matrix->scenario_count; s++)
        count += matrix_cell(matrix, s, strategy)->outcome == SCENARIO_BROKEN;
    return count;
}

/* The first kind that was tried; kind_count if none was. */
static size_t first_tried(const struct fleet *fleet) {
    size_t kind = 0;
    while (kind < fleet->kind_count && fleet->kinds[kind].matrix == NULL)
        kind++;
    return kind;
}

static void add_broken(struct document *document, const struct fleet *fleet, const struct matrix *first) {
    struct document_table *table =
        add_kind_table(document, fleet, "conformance-table", "Scenarios that a strategy fails, by kind");
    for (size_t i = 0; table != NULL && i < first->strategy_count; i++) {
        struct document_cell *row = document_add_row(document, table);
        if (row == NULL)
            return;
        row[0].text = first->strategies[i];
        for (size_t kind = 0; kind < fleet->kind_count; kind++) {
            const struct matrix *matrix = fleet->kinds[kind].matrix;
            for (size_t j = 0; matrix != NULL && j < matrix->strategy_count; j++)
                if (strcmp(matrix->strategies[j], first->strategies[i]) == 0) {
                    row[kind + 1].text = document_text(document, "%zu", count_broken(matrix, j));
                    row[kind + 1].sort = (double)count_broken(matrix, j);
                }
        }
    }
}

/* What comes out otherwise on another kind than on the first. */
static void add_differences(struct document *document, const struct fleet *fleet, size_t first) {
    const struct matrix *matrix = fleet->kinds[first].matrix;
    size_t count = 0;
    for (size_t kind = first + 1; kind < fleet->kind_count; kind++)
        for (size_t s = 0; s < matrix->scenario_count; s++)
            for (size_t i = 0; i < matrix->strategy_count; i++) {
                const struct matrix_cell *here = matrix_cell(matrix, s, i);
                const struct matrix_cell *there =
                    cell_of(fleet->kinds[kind].matrix, matrix->scenarios[s].name, matrix->strategies[i]);
                if (there == NULL || there->outcome == here->outcome || count++ >= DIFFERENCES_MAX)
                    continue;
                document_add(
                    document, DOCUMENT_ITEM, NULL, "%s with " DOCUMENT_NAME "%s" DOCUMENT_NAME ": %s on %s, %s on %s",
                    matrix->scenarios[s].name, matrix->strategies[i], scenario_outcome_words(here->outcome),
                    fleet->kinds[first].label, scenario_outcome_words(there->outcome), fleet->kinds[kind].label);
            }
    if (count == 0)
        document_add(document, DOCUMENT_PARAGRAPH, NULL,
                     "Every scenario comes out alike on all kinds that were tried.");
    if (count > DIFFERENCES_MAX)
        document_add(document, DOCUMENT_PARAGRAPH, NULL, "And %zu more.", count - DIFFERENCES_MAX);
}

void contents_fleet_add_conformance(struct document *document, const struct fleet *fleet) {
    const size_t first = first_tried(fleet);
    document_add(document, DOCUMENT_SECTION, "conformance", "Conformance by kind");
    if (first == fleet->kind_count) {
        document_add(document, DOCUMENT_PARAGRAPH, NULL, "No matrix was given: bench conformance makes one.");
        return;
    }
    add_broken(document, fleet, fleet->kinds[first].matrix);
    add_differences(document, fleet, first);
}
