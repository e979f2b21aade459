#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/display.h"
#include "data/summary.h"
#include "data/warnings.h"
#include "table/grid.h"
#include "table/pairs_table.h"
#include "table/table.h"

enum { FAILURES_SHOWN = 20 };

/* The columns to the right of a case's name. */

static void write_ratio(double ratio, char cell[static FORMAT_CELL_MAX]) {
    if (ratio > 0)
        format_number(ratio, cell);
    else
        (void)snprintf(cell, FORMAT_CELL_MAX, "-");
}

static void write_median(const void *data, char cell[static FORMAT_CELL_MAX]) {
    const struct summary_case *c = data;
    format_time(c->median_ns, cell);
}

static void write_interval(const void *data, char cell[static FORMAT_CELL_MAX]) {
    const struct summary_case *c = data;
    if (c->low_ns > 0)
        format_range(c->low_ns, c->high_ns, c->median_ns, cell);
    else
        (void)snprintf(cell, FORMAT_CELL_MAX, "-");
}

static void write_floor(const void *data, char cell[static FORMAT_CELL_MAX]) {
    write_ratio(((const struct summary_case *)data)->ratio_to_floor, cell);
}

static void write_walk_floor(const void *data, char cell[static FORMAT_CELL_MAX]) {
    write_ratio(((const struct summary_case *)data)->ratio_to_walk_floor, cell);
}

static void write_none(const void *data, char cell[static FORMAT_CELL_MAX]) {
    write_ratio(((const struct summary_case *)data)->ratio_to_none, cell);
}

static const struct grid_column columns[] = {
    {"median", write_median, 0, NULL},
    {"interval", write_interval, 3, NULL},
    {"x floor", write_floor, 4, "x floor: times the least that could do the work"},
    {"x walk", write_walk_floor, 1, "x walk: times a bare walk over the same frames"},
    {"x none", write_none, 2, "x none: times the same work without a context"},
};
enum { COLUMN_COUNT = sizeof columns / sizeof columns[0] };

struct table {
    const struct summary *report;
    FILE *out;
    struct table_style style;
    struct grid_row *rows; /* those that are shown */
    size_t row_count;
    struct grid grid;
};

static void paint(const struct table *table, const char *code) {
    style_paint(table->style, table->out, code);
}

/*
 * Chooses the rows. Cases that compare stand together, their references last: these are shown where nothing else was
 * measured, and otherwise on request.
 */
static void choose_rows(struct table *table) {
    const struct summary *report = table->report;
    bool alone = true;
    for (size_t i = 0; i < report->file->case_count; i++) {
        const struct summary_case *c = &report->cases[i];
        if (i == 0 || strcmp(c[-1].of->comparison_name, c->of->comparison_name) != 0)
            alone = c->of->reference;
        if (!pairs_table_has_place(report, c, table->style.width) &&
            (!c->of->reference || alone || table->style.references))
            table->rows[table->row_count++] = (struct grid_row){c->of, c, c->of->reference ? DIM : NULL};
    }
}

/* What stands around the rows. */

/* "stacktag on AMD EPYC: medians of 12 executions, 95% intervals" */
static void print_title(const struct table *table) {
    const char *cpu = result_file_fact(table->report->file, "machine", "cpu_model");
    size_t fewest = SIZE_MAX, most = 0;
    for (size_t i = 0; i < table->row_count; i++) {
        size_t count = table->rows[i].of->execution_count;
        fewest = count < fewest ? count : fewest;
        most = count > most ? count : most;
    }
    char title[512], range[48] = "";
    if (fewest != most)
        (void)snprintf(range, sizeof range, "%zu to ", fewest);
    (void)snprintf(title, sizeof title, "%s%s%s: medians of %s%zu execution%s, 95%% intervals",
                   !table->grid.one_strategy ? "Times" : table->rows[0].of->label, cpu[0] != '\0' ? " on " : "", cpu,
                   range, most, most == 1 ? "" : "s");
    text_wrap(table->out, title, table->style.width, 0);
}

static void print_failures(const struct table *table) {
    const struct result_file *file = table->report->file;
    if (file->failure_count == 0)
        return;
    paint(table, RED);
    (void)fputs("\nFailed:\n", table->out);
    paint(table, PLAIN);
    for (size_t i = 0; i < file->failure_count && i < FAILURES_SHOWN; i++) {
        const struct result_failure *failure = &file->failures[i];
        char text[2048], times[48] = "";
        if (failure->count > 1)
            (void)snprintf(times, sizeof times, " %zu times", failure->count);
        (void)snprintf(text, sizeof text, "- %s: %s%s%s: %s", failure->case_name, failure->outcome, times,
                       failure->calibration ? " while it was calibrated" : "", failure->reason);
        text_wrap(table->out, text, table->style.width, GRID_GAP);
    }
    if (file->failure_count > FAILURES_SHOWN)
        (void)fprintf(table->out, "- and %zu more, which the file names\n", file->failure_count - FAILURES_SHOWN);
}

static void print_warning(const char *warning, void *arg) {
    const struct table *table = arg;
    char text[1100];
    (void)snprintf(text, sizeof text, "- %s", warning);
    text_wrap(table->out, text, table->style.width, GRID_GAP);
}

static void ignore_warning(const char *warning, void *arg) {
    (void)warning, (void)arg;
}

static void print_warnings(struct table *table) {
    if (warnings_visit(table->report, ignore_warning, NULL) == 0)
        return;
    paint(table, YELLOW);
    (void)fputs("\nWhat may disturb these figures:\n", table->out);
    paint(table, PLAIN);
    (void)warnings_visit(table->report, print_warning, table);
}

void table_print(const struct summary *report, FILE *out, struct table_style style) {
    struct table table = {.report = report, .out = out, .style = style};
    if (table.style.width < GRID_WIDTH_MIN)
        table.style.width = GRID_WIDTH_MIN;
    table.rows = calloc(report->file->case_count + 1, sizeof *table.rows);
    if (table.rows == NULL) {
        (void)fputs("The table does not fit into memory.\n", out);
        return;
    }
    choose_rows(&table);
    if (table.row_count > 0) {
        table.grid = (struct grid){
            .out = out,
            .style = table.style,
            .columns = columns,
            .column_count = COLUMN_COUNT,
            .rows = table.rows,
            .row_count = table.row_count,
        };
        grid_fit(&table.grid);
        print_title(&table);
        grid_print(&table.grid);
    } else if (report->file->case_count == 0) {
        (void)fputs("No execution gave a time.\n", out);
    }
    pairs_table_print(report, out, table.style);
    print_failures(&table);
    print_warnings(&table);
    if (table.row_count > 0)
        grid_print_legend(&table.grid);
    free(table.rows);
}
