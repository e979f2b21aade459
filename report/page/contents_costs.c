/* The cost of one workload along one axis: sentences, a figure, and its data as a table. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "data/survey_find.h"
#include "page/answer.h"
#include "page/contents_cells.h"
#include "page/contents_parts.h"
#include "page/prose.h"
#include "text/format.h"

enum { LINES_FROM = 3, VALUES_NAMED_MAX = 3, DOTS_MAX = 28, DRAWN_MAX = 6, ID_PART_MAX = 32 };

/* Curves within this factor of each other are drawn as one; more of them where there are too many. */
static const double NEAR = 1.1, NEARER_STEP = 1.25, NEAR_MAX = 4;

/* ---- Which curves a figure of lines draws ---- */

struct drawing {
    const struct run *run;
    const struct survey_sweep *sweep;
    size_t stands_for[SURVEY_CURVES_MAX]; /* the curve that is drawn in place of this one; itself if it is drawn */
    double near;
    size_t drawn;
};

static bool are_near(const struct survey_sweep *sweep, size_t a, size_t b, double near) {
    for (size_t v = 0; v < sweep->value_count; v++) {
        const struct summary_case *x = sweep->curves[a].at[v], *y = sweep->curves[b].at[v];
        if ((x == NULL) != (y == NULL))
            return false;
        if (x != NULL && fmax(x->median_ns, y->median_ns) > near * fmin(x->median_ns, y->median_ns))
            return false;
    }
    return true;
}

/* A strategy that is never wrong stands for those beside it rather than the other way round. */
static bool is_better_stand_in(const struct run *run, const struct survey_curve *a, const struct survey_curve *b) {
    const size_t broken_a = run_count_broken(run, a->strategy), broken_b = run_count_broken(run, b->strategy);
    return broken_a != broken_b ? broken_a < broken_b : strlen(a->label) < strlen(b->label);
}

/* The best stand-in that has none yet; curve_count when all have one. */
static size_t next_stand_in(const struct drawing *drawing) {
    const struct survey_sweep *sweep = drawing->sweep;
    size_t best = sweep->curve_count;
    for (size_t i = 0; i < sweep->curve_count; i++) {
        if (sweep->curves[i].reference || drawing->stands_for[i] < sweep->curve_count)
            continue;
        if (best == sweep->curve_count || is_better_stand_in(drawing->run, &sweep->curves[i], &sweep->curves[best]))
            best = i;
    }
    return best;
}

static void group_curves_within(struct drawing *drawing, double near) {
    const struct survey_sweep *sweep = drawing->sweep;
    drawing->near = near;
    drawing->drawn = 0;
    for (size_t i = 0; i < sweep->curve_count; i++)
        drawing->stands_for[i] = sweep->curves[i].reference ? i : sweep->curve_count;
    for (size_t i; (i = next_stand_in(drawing)) < sweep->curve_count; drawing->drawn++)
        for (size_t j = 0; j < sweep->curve_count; j++)
            if (drawing->stands_for[j] == sweep->curve_count && are_near(sweep, i, j, drawing->near))
                drawing->stands_for[j] = i;
}

/* Draws as one what lies near, and where that leaves too many lines, what lies less near. */
static void group_curves(struct drawing *drawing) {
    group_curves_within(drawing, NEAR);
    while (drawing->drawn > DRAWN_MAX && drawing->near < NEAR_MAX)
        group_curves_within(drawing, drawing->near * NEARER_STEP);
}

static size_t count_stood_for(const struct drawing *drawing, size_t curve) {
    size_t count = 0;
    for (size_t i = 0; i < drawing->sweep->curve_count; i++)
        count += i != curve && drawing->stands_for[i] == curve;
    return count;
}

/* ---- The figure ---- */

static struct figure_value value_of(const struct summary_case *c) {
    return c == NULL ? (struct figure_value){0} : (struct figure_value){c->median_ns, c->low_ns, c->high_ns};
}

static bool fill_series(struct document *document, struct figure_series *series, size_t count,
                        const struct summary_case *(*value_at)(const void *arg, size_t i), const void *arg) {
    struct figure_value *values = arena_take(&document->arena, (count + 1) * sizeof *values);
    document->out_of_memory |= values == NULL;
    for (size_t i = 0; values != NULL && i < count; i++)
        values[i] = value_of(value_at(arg, i));
    series->values = values;
    return values != NULL;
}

static const struct summary_case *on_curve(const void *arg, size_t i) {
    return ((const struct survey_curve *)arg)->at[i];
}

/* A line for each curve that is drawn, named with how many others it stands for. */
static bool fill_lines(struct document *document, const struct drawing *drawing, struct figure *figure,
                       struct figure_series *series) {
    const struct survey_sweep *sweep = drawing->sweep;
    for (size_t i = 0, lines = 0; i < sweep->curve_count; i++) {
        if (drawing->stands_for[i] != i || (!sweep->curves[i].reference && lines++ >= FIGURE_SERIES_MAX))
            continue;
        const size_t others = count_stood_for(drawing, i);
        const char *name = contents_starred(document, drawing->run, sweep->curves[i].strategy, sweep->curves[i].label);
        struct figure_series *one = &series[figure->series_count++];
        *one = (struct figure_series){
            .label = others == 0 ? name : document_text(document, "%s (+%zu)", name, others),
            .reference = sweep->curves[i].reference,
            .look = sweep->curves[i].reference ? NULL : document_look(document, sweep->curves[i].label),
        };
        if (!fill_series(document, one, sweep->value_count, on_curve, &sweep->curves[i]))
            return false;
    }
    return true;
}

/* "tls stands for tls-c11 and tls-gd, within 1.10 x of it." */
static void add_stand_ins(struct prose *prose, const struct drawing *drawing) {
    const struct survey_sweep *sweep = drawing->sweep;
    char cell[FORMAT_CELL_MAX];
    format_number(drawing->near, cell);
    for (size_t i = 0; i < sweep->curve_count; i++) {
        const size_t others = count_stood_for(drawing, i);
        if (others == 0)
            continue;
        size_t named = 0;
        prose_add(prose, " ");
        prose_add_name(prose, sweep->curves[i].label);
        prose_add(prose, " stands for ");
        for (size_t j = 0; j < sweep->curve_count; j++) {
            if (j == i || drawing->stands_for[j] != i)
                continue;
            prose_join(prose, named++, others);
            prose_add_name(prose, sweep->curves[j].label);
        }
        prose_add(prose, " (within %s x).", cell);
    }
}

struct column_of_dots {
    const struct survey_sweep *sweep;
    const size_t *order;
    size_t value;
};

static const struct summary_case *in_column(const void *arg, size_t i) {
    const struct column_of_dots *column = arg;
    return column->sweep->curves[column->order[i]].at[column->value];
}

/* Fastest first at the base, or wherever there is a value; references last. */
static bool comes_before(const struct survey_sweep *sweep, size_t a, size_t b) {
    const struct survey_curve *x = &sweep->curves[a], *y = &sweep->curves[b];
    if (x->reference != y->reference)
        return y->reference;
    for (size_t v = 0; v < sweep->value_count; v++) {
        const size_t value = (sweep->base + v) % sweep->value_count;
        if (x->at[value] != NULL && y->at[value] != NULL)
            return x->at[value]->median_ns < y->at[value]->median_ns;
    }
    return false;
}

/* Where there are many values, there is no room for the axis beside each, and the caption names it. */
static const char *name_of_value(struct document *document, const struct survey_sweep *sweep, size_t value) {
    if (sweep->value_count == 1)
        return "";
    if (sweep->value_count > VALUES_NAMED_MAX)
        return sweep->labels[value];
    return document_text(document, "%s%s %s", sweep->axis, strcmp(sweep->axis, AXIS_THREADS) == 0 ? ":" : "",
                         sweep->labels[value]);
}

/* A row for each strategy, a series for each value. */
static bool fill_dots(struct document *document, const struct drawing *drawing, struct figure *figure,
                      struct figure_series *series) {
    const struct survey_sweep *sweep = drawing->sweep;
    const size_t count = sweep->curve_count < DOTS_MAX ? sweep->curve_count : DOTS_MAX;
    const char **categories = arena_take(&document->arena, (count + 1) * sizeof *categories);
    size_t *order = arena_take(&document->arena, (sweep->curve_count + 1) * sizeof *order);
    document->out_of_memory |= categories == NULL || order == NULL;
    if (categories == NULL || order == NULL)
        return false;
    for (size_t i = 0; i < sweep->curve_count; i++) {
        size_t at = i;
        for (; at > 0 && comes_before(sweep, i, order[at - 1]); at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    for (size_t i = 0; i < count; i++)
        categories[i] =
            contents_starred(document, drawing->run, sweep->curves[order[i]].strategy, sweep->curves[order[i]].label);
    figure->categories = categories;
    figure->category_count = count;
    for (size_t v = 0; v < sweep->value_count && v < FIGURE_SERIES_MAX; v++) {
        const struct column_of_dots column = {sweep, order, v};
        struct figure_series *one = &series[figure->series_count++];
        *one = (struct figure_series){.label = name_of_value(document, sweep, v)};
        if (!fill_series(document, one, count, in_column, &column))
            return false;
    }
    return true;
}

static const char *describe_axis(struct document *document, const struct survey_sweep *sweep) {
    if (sweep->axis[0] == '\0')
        return "strategy";
    return strcmp(sweep->axis, AXIS_THREADS) == 0 ? "threads, and what they share"
                                                  : document_text(document, "%s", sweep->axis);
}

static const char *caption_of(struct document *document, const struct drawing *drawing, enum figure_kind kind) {
    const struct survey_sweep *sweep = drawing->sweep;
    struct prose prose;
    prose_begin(&prose, document);
    prose_add(&prose, "Medians with 95 %% intervals");
    if (sweep->fixed[0] != '\0')
        prose_add(&prose, ", at %s", sweep->fixed);
    prose_add(&prose, ".");
    if (kind == FIGURE_LINES) {
        prose_add(&prose, " The values of %s stand at equal distances.", sweep->axis);
        add_stand_ins(&prose, drawing);
        const size_t left_out = drawing->drawn > FIGURE_SERIES_MAX ? drawing->drawn - FIGURE_SERIES_MAX : 0;
        if (left_out > 0)
            prose_add(&prose, " %zu more line%s not drawn, for want of colours; the data have %s.", left_out,
                      left_out == 1 ? " is" : "s are", left_out == 1 ? "it" : "them");
    }
    if (kind == FIGURE_DOTS && sweep->value_count > VALUES_NAMED_MAX)
        prose_add(&prose, " Each colour is a value of %s.", sweep->axis);
    if (kind == FIGURE_DOTS && sweep->value_count > FIGURE_SERIES_MAX)
        prose_add(&prose, " The first %d of %zu are drawn.", FIGURE_SERIES_MAX, sweep->value_count);
    if (kind == FIGURE_DOTS && sweep->curve_count > DOTS_MAX)
        prose_add(&prose, " The fastest %d of %zu are drawn.", DOTS_MAX, sweep->curve_count);
    if (drawing->run->matrix != NULL)
        prose_add(&prose, " A star marks strategies that give wrong answers in some scenario of the matrix.");
    return prose_keep(&prose);
}

static void add_figure(struct document *document, const struct runs *runs, const struct run *run,
                       const struct survey_sweep *sweep, const char *id) {
    struct drawing drawing = {.run = run, .sweep = sweep};
    struct figure *figure = arena_take(&document->arena, sizeof *figure);
    const size_t room = sweep->curve_count + sweep->value_count + 1;
    struct figure_series *series = arena_take(&document->arena, room * sizeof *series);
    document->out_of_memory |= figure == NULL || series == NULL;
    if (figure == NULL || series == NULL)
        return;
    const bool lines = sweep->value_count >= LINES_FROM && strcmp(sweep->axis, AXIS_STORE) != 0;
    *figure = (struct figure){
        .id = id,
        .title = document_text(document, "%s%s%s, %s%s%s", run->label, runs->run_count > 1 ? ": " : "", sweep->workload,
                               sweep->form, sweep->axis[0] != '\0' ? ", by " : "", sweep->axis),
        .category_title = describe_axis(document, sweep),
        .value_title = document_text(document, "time per %s", sweep->operation),
        .kind = lines ? FIGURE_LINES : FIGURE_DOTS,
        .unit = FIGURE_TIME,
        .categories = sweep->labels,
        .category_count = sweep->value_count,
        .series = series,
    };
    if (lines)
        group_curves(&drawing);
    if (lines ? !fill_lines(document, &drawing, figure, series) : !fill_dots(document, &drawing, figure, series))
        return;
    figure->caption = caption_of(document, &drawing, figure->kind);
    document_add_figure(document, figure);
}

/* ---- The data ---- */

enum { DATA_RUN, DATA_STRATEGY, DATA_VALUE, DATA_MEDIAN, DATA_INTERVAL, DATA_RATIOS };

static const struct document_column *data_columns(struct document *document, const struct runs *runs,
                                                  const struct survey_sweep *sweep) {
    struct document_column *columns = arena_take(&document->arena, (DATA_RATIOS + YARDSTICKS_MAX) * sizeof *columns);
    document->out_of_memory |= columns == NULL;
    if (columns == NULL)
        return NULL;
    static const struct document_column fixed[DATA_RATIOS] = {
        [DATA_RUN] = {.title = "run"},
        [DATA_STRATEGY] = {.title = "strategy"},
        [DATA_MEDIAN] = {.title = "median", .numeric = true},
        [DATA_INTERVAL] = {.title = "interval", .numeric = true},
    };
    memcpy(columns, fixed, sizeof fixed);
    contents_ratio_columns(document, runs, columns + DATA_RATIOS);
    columns[DATA_VALUE] =
        (struct document_column){.title = sweep->axis[0] != '\0' ? sweep->axis : "case", .numeric = sweep->numeric};
    return columns;
}

static void add_data_row(struct document *document, struct document_table *table, const struct runs *runs,
                         const struct run *run, const struct survey_sweep *sweep, const struct survey_curve *curve,
                         size_t value) {
    const size_t skipped = runs->run_count > 1 ? 0 : 1; /* a single run needs no column */
    struct document_cell *row = document_add_row(document, table);
    const struct summary_case *c = curve->at[value];
    if (row == NULL)
        return;
    if (skipped == 0)
        row[DATA_RUN].text = run->label;
    row[DATA_STRATEGY - skipped].text = contents_starred(document, run, curve->strategy, curve->label);
    row[DATA_STRATEGY - skipped].tone = curve->reference ? TONE_DIM : TONE_PLAIN;
    row[DATA_VALUE - skipped].text = sweep->labels[value];
    row[DATA_VALUE - skipped].sort = sweep->numbers[value];
    contents_time(document, &row[DATA_MEDIAN - skipped], c);
    contents_interval(document, &row[DATA_INTERVAL - skipped], c);
    contents_ratios(document, runs, run, &row[DATA_RATIOS - skipped], c);
}

/* Of what the strategies cannot do, a row for each of them. */
static void add_gap_rows(struct document *document, struct document_table *table, const struct runs *runs,
                         const struct run *run, const struct survey_sweep *sweep, size_t value) {
    const size_t skipped = runs->run_count > 1 ? 0 : 1;
    const struct result_case *of = survey_case(sweep, value);
    for (size_t i = 0; i < run->gaps.count; i++) {
        const struct gap *gap = &run->gaps.items[i];
        struct document_cell *row = of != NULL && gap_is_like(gap, of) ? document_add_row(document, table) : NULL;
        if (row == NULL)
            continue;
        if (skipped == 0)
            row[DATA_RUN].text = run->label;
        row[DATA_STRATEGY - skipped].text = contents_starred(document, run, gap->strategy, gap->label);
        row[DATA_VALUE - skipped].text = sweep->labels[value];
        row[DATA_VALUE - skipped].sort = sweep->numbers[value];
        contents_gap(&row[DATA_MEDIAN - skipped], run, gap->strategy, sweep, value);
    }
}

static void add_data_rows(struct document *document, struct document_table *table, const struct runs *runs,
                          const struct run *run, const struct survey_sweep *sweep) {
    for (size_t i = 0; i < sweep->curve_count; i++)
        for (size_t v = 0; v < sweep->value_count; v++)
            if (sweep->curves[i].at[v] != NULL)
                add_data_row(document, table, runs, run, sweep, &sweep->curves[i], v);
    for (size_t v = 0; v < sweep->value_count; v++)
        add_gap_rows(document, table, runs, run, sweep, v);
}

/* ---- All of it ---- */

static const struct survey_sweep *same_sweep(const struct survey *survey, const struct survey_sweep *like) {
    for (size_t i = 0; i < survey->sweep_count; i++) {
        const struct survey_sweep *sweep = &survey->sweeps[i];
        if (strcmp(sweep->workload, like->workload) == 0 && strcmp(sweep->form, like->form) == 0 &&
            strcmp(sweep->axis, like->axis) == 0)
            return sweep;
    }
    return NULL;
}

static bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

/*
 * The names with nothing but letters, digits and '-', so that they can be part of an id and of a file's name; with a
 * hash (FNV-1a) where that leaves something out, so that no two become one.
 */
static const char *make_id(struct document *document, const struct survey_sweep *sweep, size_t run) {
    const char *const parts[] = {sweep->workload, sweep->form, sweep->axis};
    bool whole = true;
    uint32_t hash = UINT32_C(0x811c9dc5);
    struct prose prose;
    prose_begin(&prose, document);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        prose_add(&prose, "%s", i == 0 ? "" : parts[i][0] != '\0' ? "-" : "");
        for (const char *c = parts[i]; *c != '\0'; c++) {
            hash = (hash ^ (unsigned char)*c) * UINT32_C(0x01000193);
            if (is_plain(*c) && c < parts[i] + ID_PART_MAX && (c > parts[i] || *c != '-'))
                prose_add(&prose, "%c", *c);
            else
                whole = false;
        }
    }
    if (!whole)
        prose_add(&prose, "-%08x", (unsigned)hash);
    if (run > 0)
        prose_add(&prose, "-%zu", run + 1);
    return prose_keep(&prose);
}

/* Places make a matrix; along a parameter, one strategy may pass another. */
static void add_views(struct document *document, const struct run *run, const struct survey_sweep *sweep,
                      const char *id) {
    if (strcmp(sweep->axis, AXIS_THREADS) == 0)
        contents_add_sweep_matrix(document, run, sweep, id);
    else if (sweep->numeric && sweep->axis[0] != '\0')
        contents_add_crossings(document, run, sweep, id);
}

void contents_add_sweep(struct document *document, const struct runs *runs, const struct survey_sweep *sweep) {
    const char *id = make_id(document, sweep, 0);
    for (size_t r = 0; r < runs->run_count; r++) {
        const struct run *run = &runs->files[r];
        const struct survey_sweep *here = same_sweep(&run->survey, sweep);
        if (here == NULL)
            continue;
        document_add(document, DOCUMENT_SUBSECTION, NULL, "%s%s%s, %s, per %s%s%s", run->label,
                     runs->run_count > 1 ? ". " : "", sweep->workload, sweep->form, sweep->operation,
                     sweep->axis[0] != '\0' ? ": by " : "", sweep->axis);
        answer_add_on_sweep(document, run, here);
        add_figure(document, runs, run, here, make_id(document, sweep, r));
        add_views(document, run, here, make_id(document, sweep, r));
        contents_add_operations(document, run, here, make_id(document, sweep, r));
    }
    const struct document_column *columns = data_columns(document, runs, sweep);
    if (columns == NULL)
        return;
    const size_t skipped = runs->run_count > 1 ? 0 : 1;
    struct document_table *table =
        document_add_table(document, document_text(document, "data-%s", id), "The data of this figure",
                           columns + skipped, DATA_RATIOS + runs->yardsticks.count - skipped);
    if (table == NULL)
        return;
    table->folded = true;
    table->searchable = true;
    for (size_t r = 0; r < runs->run_count; r++) {
        const struct survey_sweep *here = same_sweep(&runs->files[r].survey, sweep);
        if (here != NULL)
            add_data_rows(document, table, runs, &runs->files[r], here);
    }
}
