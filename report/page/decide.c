#include "page/decide.h"

#include <math.h>

#include "page/prose.h"

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

static void add_table(struct document *document, const struct advice *advice, const char *id) {
    struct document_table *table = document_add_table(
        document, id, made(document, advice_program(&advice->program, &document->arena)), columns, COLUMN_COUNT);
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
    add_table(document, advice, id);
}
