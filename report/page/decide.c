#include "page/decide.h"

#include <math.h>
#include <stdlib.h>

#include "advice/advice_json.h"

enum { ROWS_MAX = 8 };

/* NULL, without memory, is an empty text. */
static const char *made(struct document *document, const char *text) {
    document->out_of_memory |= text == NULL;
    return text != NULL ? text : "";
}

/* ---- The table ---- */

static const struct document_column columns[] = {
    {.title = "strategy"},
    {.title = "adds", .numeric = true},
    {.title = "interval", .numeric = true, .minor = true},
    {.title = "read", .numeric = true},
    {.title = "scope", .numeric = true, .minor = true},
    {.title = "hand-off", .numeric = true, .minor = true},
    {.title = "thread", .numeric = true, .minor = true},
    {.title = "fails"},
};
enum { COLUMN_COUNT = sizeof columns / sizeof *columns };

static void fill_time(struct document *document, struct document_cell *cell, double ns, bool is_known) {
    char text[FORMAT_CELL_MAX];
    if (!is_known)
        return;
    advice_format(ns, text);
    cell->text = document_text(document, "%s", text);
    cell->sort = ns;
}

static void fill_row(struct document *document, const struct advice *advice, const struct advice_row *row,
                     struct document_cell *cells) {
    char interval[ADVICE_INTERVAL_MAX];
    const bool fits = row->standing == STANDING_FITS;
    advice_format_interval(&row->added, interval);
    cells[0].text = row->of->label;
    fill_time(document, &cells[1], row->added.ns, row->added.measured);
    cells[2].text = document_text(document, "%s", interval);
    cells[2].sort = row->added.measured ? row->added.ns : NAN;
    fill_time(document, &cells[3], row->read.whole_ns, row->read.measured);
    fill_time(document, &cells[4], row->of->scope.whole_ns, row->of->scope.measured);
    fill_time(document, &cells[5], row->of->handoff.whole_ns, row->of->handoff.measured);
    fill_time(document, &cells[6], row->of->start_ns, row->of->start_ns > 0);
    cells[7].text = fits ? made(document, advice_fails(advice->evidence, row->of, &document->arena))
                         : made(document, advice_why_not(advice, row, &document->arena));
    cells[7].tone = fits ? TONE_PLAIN : TONE_BAD;
    for (size_t i = 0; i + 1 < COLUMN_COUNT && !fits; i++)
        cells[i].tone = TONE_DIM;
}

static void add_table(struct document *document, const struct advice *advice, const char *id, bool folded) {
    struct document_table *table = document_add_table(
        document, id, made(document, advice_program(&advice->program, &document->arena)), columns, COLUMN_COUNT);
    if (table != NULL)
        table->folded = folded;
    for (size_t i = 0; i < advice->row_count && i < ROWS_MAX; i++) {
        struct document_cell *cells = document_add_row(document, table);
        if (cells != NULL)
            fill_row(document, advice, &advice->rows[i], cells);
    }
}

void decide_add_advice(struct document *document, const struct advice *advice, const char *id) {
    const char *missing = advice_missing(advice, &document->arena);
    document_add(document, DOCUMENT_PARAGRAPH, NULL, "%s",
                 made(document, advice_sentence(advice, DOCUMENT_NAME, &document->arena)));
    if (missing != NULL)
        document_add(document, DOCUMENT_WARNING, NULL, "Missing; this measures it: %s", missing);
    add_table(document, advice, id, false);
    document_add(document, DOCUMENT_PARAGRAPH, NULL, "%s", advice_note);
}

/* ---- The picture ---- */

static size_t collect_points(struct document *document, const struct evidence *evidence, double depth,
                             struct scatter_point *points) {
    size_t count = 0;
    for (size_t i = 0; i < evidence->strategy_count; i++) {
        const struct evidence_strategy *strategy = &evidence->strategies[i];
        const struct added_cost read = evidence_read(strategy, depth);
        if (!read.measured)
            continue;
        points[count++] = (struct scatter_point){
            .label = strategy->label,
            .look = document_look(document, strategy->name),
            .cost = {.value = read.whole_ns, .low = read.whole_low_ns, .high = read.whole_high_ns},
            .count = strategy->passed,
        };
    }
    return count;
}

/* Nothing, where no matrix says what passes. */
static void add_picture(struct document *document, const struct evidence *evidence) {
    const double preset = program_presets[0].program.depth;
    const double depth = preset <= evidence->depth_max ? preset : evidence->depth_max;
    struct scatter *scatter = arena_take(&document->arena, sizeof *scatter);
    struct scatter_point *points = arena_take(&document->arena, (evidence->strategy_count + 1) * sizeof *points);
    document->out_of_memory |= scatter == NULL || points == NULL;
    if (scatter == NULL || points == NULL || !evidence->has_matrix)
        return;
    *scatter = (struct scatter){
        .id = "decide",
        .title = "What a read costs, and how many situations a strategy passes",
        .caption =
            "Farther left costs less, farther up passes more. No strategy beats those on the dashed line in both. "
            "Bars: 95 % intervals.",
        .cost_title = document_text(document, "a read, %g calls below its scope", depth),
        .count_title = document_text(document, "situations that it passes, of %zu", evidence->conditions.count),
        .points = points,
        .point_count = collect_points(document, evidence, depth, points),
    };
    if (scatter->point_count > 0)
        document_add_scatter(document, scatter);
}

/* ---- The section ---- */

static void add_evidence(struct document *document, const struct evidence *evidence) {
    char *json = advice_dump_evidence(evidence);
    document->out_of_memory |= json == NULL;
    if (json != NULL)
        document_add(document, DOCUMENT_EVIDENCE, NULL, "%s", json);
    free(json);
}

void decide_add(struct document *document, const struct run *run) {
    struct evidence evidence;
    bool *needed = NULL;
    if (evidence_make(run, &document->arena, &evidence))
        needed = arena_take(&document->arena, (evidence.conditions.count + 1) * sizeof *needed);
    document->out_of_memory |= needed == NULL;
    if (needed == NULL || evidence.strategy_count == 0)
        return;
    needed[0] = true;
    document_add(document, DOCUMENT_SECTION, "decide", "Decide");
    for (size_t i = 0; i < PROGRAM_PRESETS; i++) {
        struct advice advice;
        const char *id = document_text(document, "decide-%s", program_presets[i].name);
        if (!advice_make(&evidence, &program_presets[i].program, needed, &document->arena, &advice)) {
            document->out_of_memory = true;
            return;
        }
        if (i > 0) {
            add_table(document, &advice, id, true);
            continue;
        }
        decide_add_advice(document, &advice, id);
        add_evidence(document, &evidence);
        add_picture(document, &evidence);
    }
}
