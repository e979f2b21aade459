#include "page/contents_cells.h"

#include "data/survey_find.h"
#include "text/format.h"

void contents_time(struct document *document, struct document_cell *cell, const struct summary_case *c) {
    char text[FORMAT_CELL_MAX];
    format_time(c->median_ns, text);
    cell->text = document_text(document, "%s", text);
    cell->sort = c->median_ns;
}

void contents_interval(struct document *document, struct document_cell *cell, const struct summary_case *c) {
    char text[FORMAT_CELL_MAX];
    if (c->low_ns <= 0)
        return;
    format_range(c->low_ns, c->high_ns, c->median_ns, text);
    cell->text = document_text(document, "%s", text);
    cell->sort = c->low_ns;
}

void contents_ratio(struct document *document, struct document_cell *cell, double ratio) {
    char text[FORMAT_CELL_MAX];
    if (ratio <= 0)
        return;
    format_number(ratio, text);
    cell->text = document_text(document, "%s", text);
    cell->sort = ratio;
}

void contents_ratio_columns(struct document *document, const struct runs *runs, struct document_column *columns) {
    for (size_t i = 0; i < runs->yardsticks.count; i++)
        columns[i] = (struct document_column){
            .title = document_text(document, "vs %s", runs->yardsticks.list[i].label), .numeric = true, .minor = true};
}

void contents_ratios(struct document *document, const struct runs *runs, const struct run *run,
                     struct document_cell *cells, const struct summary_case *c) {
    for (size_t i = 0; i < runs->yardsticks.count; i++)
        contents_ratio(document, &cells[i], run_ratio(run, c, &runs->yardsticks.list[i]));
}

void contents_gap(struct document_cell *cell, const struct run *run, const char *strategy,
                  const struct survey_sweep *sweep, size_t value) {
    const struct result_case *of = survey_case(sweep, value);
    const char *reason = of != NULL ? gaps_reason(&run->gaps, strategy, of) : NULL;
    if (reason == NULL)
        return;
    cell->text = "n/a";
    cell->note = reason;
    cell->tone = TONE_DIM;
}

const char *contents_starred(struct document *document, const struct run *run, const char *strategy,
                             const char *label) {
    return run_count_broken(run, strategy) > 0 ? document_text(document, "%s*", label) : label;
}
