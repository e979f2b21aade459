/* Costs and correctness side by side, so that what is fast and wrong does not look like a winner. */
#include <stdint.h>
#include <string.h>

#include "data/survey_find.h"
#include "page/contents_cells.h"
#include "page/contents_parts.h"
#include "page/prose.h"

enum { COSTS_MAX = 8, COSTS_MAJOR = 1 };

struct overview {
    const struct run *run;
    const struct survey_sweep *costs[COSTS_MAX]; /* one per workload, by its base value */
    size_t cost_count;
    const char *strategies[SURVEY_CURVES_MAX];
    size_t strategy_count;
    bool shows_outside; /* what is seen of their contexts from outside: the file says it of one of them */
};

/* Those that come first in an overview; of the others, as many as there is room for. */
static void collect_costs(struct overview *overview) {
    const struct survey *survey = &overview->run->survey;
    for (size_t i = 0; i < survey->sweep_count; i++) {
        const struct survey_sweep *sweep = &survey->sweeps[i];
        if (!sweep->primary || survey_find(survey, sweep->workload, NULL) != sweep)
            continue;
        size_t at = overview->cost_count;
        while (at > 0 && overview->costs[at - 1]->presented.place > sweep->presented.place)
            at--;
        if (at == COSTS_MAX)
            continue;
        overview->cost_count += overview->cost_count < COSTS_MAX;
        for (size_t k = overview->cost_count - 1; k > at; k--)
            overview->costs[k] = overview->costs[k - 1];
        overview->costs[at] = sweep;
    }
}

/* As the run's file says, or that of its matrix; "" where neither does. */
static const char *outside_of(const struct run *run, const char *strategy) {
    const char *outside = presentation_outside(run->file, strategy);
    for (size_t i = 0;
         outside[0] == '\0' && run->matrix != NULL && run->matrix->outside != NULL && i < run->matrix->strategy_count;
         i++)
        if (strcmp(run->matrix->strategies[i], strategy) == 0)
            return run->matrix->outside[i];
    return outside;
}

static void add_strategy(struct overview *overview, const char *name) {
    for (size_t i = 0; i < overview->strategy_count; i++)
        if (strcmp(overview->strategies[i], name) == 0)
            return;
    if (overview->strategy_count < SURVEY_CURVES_MAX)
        overview->strategies[overview->strategy_count++] = name;
}

static const struct summary_case *cost_of(const struct survey_sweep *sweep, const char *strategy) {
    const struct survey_curve *curve = survey_curve(sweep, strategy);
    return curve != NULL ? curve->at[sweep->base] : NULL;
}

/* How many scenarios a strategy holds, of those that apply to it here. */
static void count_held(const struct run *run, const char *strategy, size_t *held, size_t *applicable) {
    *held = *applicable = 0;
    for (size_t row = 0; run->matrix != NULL && row < run->matrix->scenario_count; row++) {
        const struct matrix_cell *tried = run_cell(run, run->matrix->scenarios[row].name, strategy);
        *held += tried != NULL && tried->outcome == SCENARIO_HELD;
        *applicable += tried != NULL && (tried->outcome == SCENARIO_HELD || tried->outcome == SCENARIO_BROKEN);
    }
}

/* How many scenarios a strategy breaks; what was not tried comes after all that was. */
static size_t rank_of(const struct overview *overview, const char *strategy) {
    size_t held, applicable;
    count_held(overview->run, strategy, &held, &applicable);
    return overview->run->matrix != NULL && applicable == 0 ? SIZE_MAX : applicable - held;
}

/* Those that break least come first; among equals, the fastest by the first cost that both have. */
static bool comes_before(const struct overview *overview, const char *a, const char *b) {
    const size_t rank_a = rank_of(overview, a), rank_b = rank_of(overview, b);
    if (rank_a != rank_b)
        return rank_a < rank_b;
    for (size_t i = 0; i < overview->cost_count; i++) {
        const struct summary_case *x = cost_of(overview->costs[i], a), *y = cost_of(overview->costs[i], b);
        if (x != NULL && y != NULL)
            return x->median_ns < y->median_ns;
    }
    return false;
}

static void collect_strategies(struct overview *overview) {
    const struct matrix *matrix = overview->run->matrix;
    for (size_t i = 0; i < overview->cost_count; i++)
        for (size_t c = 0; c < overview->costs[i]->curve_count; c++)
            if (!overview->costs[i]->curves[c].reference)
                add_strategy(overview, overview->costs[i]->curves[c].strategy);
    for (size_t i = 0; matrix != NULL && i < matrix->strategy_count; i++)
        add_strategy(overview, matrix->strategies[i]);
    for (size_t i = 0; i < overview->strategy_count; i++)
        overview->shows_outside |= outside_of(overview->run, overview->strategies[i])[0] != '\0';
    for (size_t i = 1; i < overview->strategy_count; i++) {
        const char *moved = overview->strategies[i];
        size_t at = i;
        for (; at > 0 && comes_before(overview, moved, overview->strategies[at - 1]); at--)
            overview->strategies[at] = overview->strategies[at - 1];
        overview->strategies[at] = moved;
    }
}

static const char *describe_cost(struct document *document, const struct survey_sweep *sweep) {
    struct prose prose;
    prose_begin(&prose, document);
    prose_add(&prose, "%s", sweep->workload);
    if (sweep->axis[0] != '\0')
        prose_add(&prose, ", %s %s", sweep->axis, sweep->labels[sweep->base]);
    const struct result_case *of = survey_case(sweep, sweep->base);
    if (of != NULL && strcmp(of->label, of->strategy) != 0 && strcmp(sweep->axis, AXIS_STORE) != 0)
        prose_add(&prose, ", store %s", of->store);
    return prose_keep(&prose);
}

/* "longjmp, fork"; why, the notes of the matrix say. */
static void fill_broken(struct document *document, const struct run *run, const char *strategy,
                        struct document_cell *cell) {
    struct prose names;
    size_t count = 0;
    prose_begin(&names, document);
    for (size_t row = 0; row < run->matrix->scenario_count; row++) {
        const char *scenario = run->matrix->scenarios[row].name;
        const struct matrix_cell *tried = run_cell(run, scenario, strategy);
        if (tried == NULL || tried->outcome != SCENARIO_BROKEN)
            continue;
        prose_add(&names, "%s%s", count > 0 ? ", " : "", scenario);
        count++;
    }
    cell->text = prose_keep(&names);
    cell->sort = (double)count;
    cell->tone = TONE_BAD;
}

static void fill_outcomes(struct document *document, const struct run *run, const char *strategy,
                          struct document_cell *holds, struct document_cell *breaks) {
    size_t held, applicable;
    count_held(run, strategy, &held, &applicable);
    holds->sort = (double)held;
    if (applicable == 0) {
        holds->text = "not tried";
        holds->tone = TONE_DIM;
        return;
    }
    holds->text = document_text(document, "%zu of %zu", held, applicable);
    if (held < applicable)
        fill_broken(document, run, strategy, breaks);
    else
        *breaks = (struct document_cell){.text = "nothing", .sort = 0, .tone = TONE_GOOD};
}

static const struct document_column *overview_columns(struct document *document, const struct overview *overview,
                                                      size_t *count) {
    struct document_column *columns = arena_take(&document->arena, (COSTS_MAX + 4) * sizeof *columns);
    document->out_of_memory |= columns == NULL;
    *count = 0;
    if (columns == NULL)
        return NULL;
    columns[(*count)++] = (struct document_column){.title = "strategy"};
    if (overview->run->matrix != NULL) {
        columns[(*count)++] = (struct document_column){.title = "passes", .numeric = true};
        columns[(*count)++] = (struct document_column){.title = "fails"};
    }
    if (overview->shows_outside)
        columns[(*count)++] = (struct document_column){.title = MATRIX_OUTSIDE};
    for (size_t i = 0; i < overview->cost_count; i++)
        columns[(*count)++] = (struct document_column){
            .title = describe_cost(document, overview->costs[i]), .numeric = true, .minor = i >= COSTS_MAJOR};
    return columns;
}

static void add_overview(struct document *document, const struct overview *overview, const char *id) {
    size_t count;
    const struct document_column *columns = overview_columns(document, overview, &count);
    if (columns == NULL)
        return;
    struct document_table *table = document_add_table(
        document, id, "Medians at the base value of each parameter, and what fails, those that fail least first",
        columns, count);
    for (size_t i = 0; i < overview->strategy_count; i++) {
        struct document_cell *cell = document_add_row(document, table);
        if (cell == NULL)
            return;
        (cell++)->text = overview->strategies[i];
        if (overview->run->matrix != NULL) {
            fill_outcomes(document, overview->run, overview->strategies[i], &cell[0], &cell[1]);
            cell += 2;
        }
        if (overview->shows_outside)
            (cell++)->text = outside_of(overview->run, overview->strategies[i]);
        for (size_t c = 0; c < overview->cost_count; c++, cell++) {
            const struct summary_case *cost = cost_of(overview->costs[c], overview->strategies[i]);
            if (cost != NULL)
                contents_time(document, cell, cost);
            else
                contents_gap(cell, overview->run, overview->strategies[i], overview->costs[c],
                             overview->costs[c]->base);
        }
    }
}

void contents_add_overview(struct document *document, const struct run *run, size_t index) {
    struct overview overview = {.run = run};
    collect_costs(&overview);
    collect_strategies(&overview);
    if (overview.strategy_count > 0)
        add_overview(document, &overview, document_text(document, "overview-%zu", index + 1));
}
