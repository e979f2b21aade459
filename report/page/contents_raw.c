/* The cases that no section's table has, so that each one stands on the page. */
#include <string.h>

#include "page/contents_cells.h"
#include "page/contents_parts.h"

enum { RAW_ROWS_MAX = 5000 };

enum { RAW_WORK, RAW_STRATEGY, RAW_EXECUTIONS, RAW_MEDIAN, RAW_INTERVAL, RAW_RATIOS };

static const struct document_column raw_columns[RAW_RATIOS] = {
    [RAW_WORK] = {.title = "work", .heads = true},
    [RAW_STRATEGY] = {.title = "strategy"},
    [RAW_EXECUTIONS] = {.title = "executions", .numeric = true, .minor = true},
    [RAW_MEDIAN] = {.title = "median", .numeric = true},
    [RAW_INTERVAL] = {.title = "interval", .numeric = true},
};

/* What follows the strategy in the name of a case; the whole name, if that does not begin with it. */
static const char *work_of(const struct result_case *c) {
    const size_t length = strlen(c->label);
    return strncmp(c->name, c->label, length) == 0 && c->name[length] == '/' ? c->name + length + 1 : c->name;
}

static void add_raw_row(struct document *document, struct document_table *table, const struct runs *runs,
                        const struct run *run, const struct summary_case *c) {
    struct document_cell *row = document_add_row(document, table);
    if (row == NULL)
        return;
    row[RAW_WORK].text =
        run->label[0] != '\0' ? document_text(document, "%s: %s", run->label, work_of(c->of)) : work_of(c->of);
    row[RAW_STRATEGY].text = c->of->label;
    row[RAW_STRATEGY].tone = c->of->reference ? TONE_DIM : TONE_PLAIN;
    row[RAW_EXECUTIONS].text = document_text(document, "%zu", c->of->execution_count);
    row[RAW_EXECUTIONS].sort = (double)c->of->execution_count;
    contents_time(document, &row[RAW_MEDIAN], c);
    contents_interval(document, &row[RAW_INTERVAL], c);
    contents_ratios(document, runs, run, &row[RAW_RATIOS], c);
}

/* Which cases of a run stand in the table of a sweep that has a section; NULL when out of memory. */
static const bool *find_told(struct document *document, const struct run *run) {
    bool *told = arena_take(&document->arena, (run->file->case_count + 1) * sizeof *told);
    document->out_of_memory |= told == NULL;
    for (size_t s = 0; told != NULL && s < run->survey.sweep_count; s++) {
        const struct survey_sweep *sweep = &run->survey.sweeps[s];
        for (size_t i = 0; sweep->primary && i < sweep->curve_count; i++)
            for (size_t v = 0; v < sweep->value_count; v++)
                if (sweep->curves[i].at[v] != NULL)
                    told[sweep->curves[i].at[v] - run->report->cases] = true;
    }
    return told;
}

static struct document_table *add_table(struct document *document, const struct runs *runs) {
    struct document_column *columns = arena_take(&document->arena, (RAW_RATIOS + YARDSTICKS_MAX) * sizeof *columns);
    document->out_of_memory |= columns == NULL;
    if (columns == NULL)
        return NULL;
    memcpy(columns, raw_columns, sizeof raw_columns);
    contents_ratio_columns(document, runs, columns + RAW_RATIOS);
    struct document_table *table = document_add_table(document, "cases", "Cases that stand in no table above", columns,
                                                      RAW_RATIOS + runs->yardsticks.count);
    if (table != NULL)
        table->folded = table->searchable = true;
    return table;
}

static void add_introduction(struct document *document, const struct runs *runs, size_t others) {
    document_add(document, DOCUMENT_PARAGRAPH, NULL,
                 "Each figure's cases stand in the table folded below it.%s The samples of each execution stand in the "
                 "result file%s, and bench export FILE --format=csv makes one table of all cases.",
                 others > 0
                     ? " Here are the others, by what was done: the name of a case is the strategy, '/', and the "
                       "head above it."
                     : "",
                 runs->run_count > 1 ? "s" : "");
}

void contents_add_raw_numbers(struct document *document, const struct runs *runs) {
    const bool **told = arena_take(&document->arena, (runs->run_count + 1) * sizeof *told);
    size_t others = 0, shown = 0;
    document->out_of_memory |= told == NULL;
    for (size_t r = 0; told != NULL && r < runs->run_count; r++) {
        told[r] = find_told(document, &runs->files[r]);
        for (size_t i = 0; told[r] != NULL && i < runs->files[r].file->case_count; i++)
            others += !told[r][i];
    }
    if (document->out_of_memory)
        return;
    add_introduction(document, runs, others);
    struct document_table *table = add_table(document, runs);
    for (size_t r = 0; r < runs->run_count; r++) {
        const struct run *run = &runs->files[r];
        for (size_t i = 0; i < run->file->case_count && shown < RAW_ROWS_MAX; i++) {
            if (told[r][i])
                continue;
            add_raw_row(document, table, runs, run, &run->report->cases[i]);
            shown++;
        }
    }
    if (shown < others)
        document_add(document, DOCUMENT_PARAGRAPH, NULL, "And %zu more cases.", others - shown);
}
