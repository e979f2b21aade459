#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/display.h"
#include "data/summary.h"
#include "data/warnings.h"
#include "table/brief.h"
#include "table/grid.h"
#include "table/pairs_table.h"
#include "table/table.h"

enum { FAILURES_SHOWN = 20, FAILING_MAX = 1024 };

/* Tables of more rows than this, of several strategies, are brief ones where these are wanted: one fits a screen. */
enum { ROWS_OF_A_SCREEN = 40 };

/* The columns to the right of a case's name. */

static void write_ratio(double ratio, char cell[static FORMAT_CELL_MAX]) {
    if (ratio > 0)
        format_number(ratio, cell);
    else
        (void)snprintf(cell, FORMAT_CELL_MAX, "-");
}

static void write_median(const void *data, size_t index, char cell[static FORMAT_CELL_MAX]) {
    (void)index;
    format_time(((const struct summary_case *)data)->median_ns, cell);
}

static void write_interval(const void *data, size_t index, char cell[static FORMAT_CELL_MAX]) {
    const struct summary_case *c = data;
    (void)index;
    if (c->low_ns > 0)
        format_range(c->low_ns, c->high_ns, c->median_ns, cell);
    else
        (void)snprintf(cell, FORMAT_CELL_MAX, "-");
}

static void write_ratio_to(const void *data, size_t index, char cell[static FORMAT_CELL_MAX]) {
    write_ratio(((const struct summary_case *)data)->ratios[index], cell);
}

enum { COLUMN_TEXT_MAX = 256, COLUMNS_MAX = 2 + YARDSTICKS_MAX };

/* The median, its interval, and the ratio to each yardstick. */
struct columns {
    struct grid_column list[COLUMNS_MAX];
    size_t count;
    char titles[YARDSTICKS_MAX][COLUMN_TEXT_MAX], legends[YARDSTICKS_MAX][COLUMN_TEXT_MAX];
};

/* The last yardstick gives way first, and the interval before the first one. */
static void make_columns(struct columns *columns, const struct yardsticks *yardsticks) {
    const unsigned count = (unsigned)yardsticks->count, interval_dropped = count > 0 ? count : 1;
    columns->list[0] = (struct grid_column){.title = "median", .write = write_median};
    columns->list[1] = (struct grid_column){.title = "interval", .write = write_interval, .dropped = interval_dropped};
    columns->count = 2 + yardsticks->count;
    for (unsigned i = 0; i < count; i++) {
        const struct yardstick *yardstick = &yardsticks->list[i];
        (void)snprintf(columns->titles[i], COLUMN_TEXT_MAX, "vs %s", yardstick->label);
        (void)snprintf(columns->legends[i], COLUMN_TEXT_MAX, "vs %s: %s", yardstick->label, yardstick->legend);
        columns->list[2 + i] = (struct grid_column){.title = columns->titles[i],
                                                    .write = write_ratio_to,
                                                    .index = i,
                                                    .dropped = i == 0 ? count + 1 : count - i,
                                                    .legend = columns->legends[i]};
    }
}

struct table {
    const struct summary *report;
    FILE *out;
    struct table_style style;
    struct grid_row *rows; /* those that are shown */
    size_t row_count;
    struct columns columns;
    struct grid grid;
};

static void paint(const struct table *table, const char *code) {
    style_paint(table->style, table->out, code);
}

/* The scenarios that it is expected to fail; "" if there are none. */
static void write_failing(const struct table *table, const char *strategy, char names[static FAILING_MAX]) {
    presentation_failing(table->report->file, strategy, names, FAILING_MAX);
}

static bool fails_somewhere(const struct table *table, const char *strategy) {
    char names[FAILING_MAX];
    write_failing(table, strategy, names);
    return names[0] != '\0';
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
        if (i == 0 || strcmp(c[-1].of->comparison_name, c->of->comparison_name) != 0 ||
            strcmp(c[-1].of->runtime, c->of->runtime) != 0)
            alone = c->of->reference;
        if (!pairs_table_has_place(report, c, table->style.width) &&
            (!c->of->reference || alone || table->style.references))
            table->rows[table->row_count++] =
                (struct grid_row){c->of, c, c->of->reference ? DIM : NULL, fails_somewhere(table, c->of->strategy)};
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
    (void)snprintf(title, sizeof title, "%s%s%s%s: medians of %s%zu execution%s, 95%% intervals",
                   !table->grid.one_strategy ? "Times" : table->rows[0].of->label,
                   table->grid.one_strategy && table->rows[0].starred ? "*" : "", cpu[0] != '\0' ? " on " : "", cpu,
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

/* The first row of a strategy. */
static bool is_first_of_strategy(const struct table *table, size_t row) {
    for (size_t i = 0; i < row; i++)
        if (table->rows[i].of->strategy == table->rows[row].of->strategy)
            return false;
    return true;
}

/* "- tls, threadid: longjmp, fork": the strategies of these rows that fail what the first of them does. */
static void print_failing_alike(const struct table *table, const size_t *rows, size_t count) {
    char failing[FAILING_MAX], others[FAILING_MAX], text[3 * FAILING_MAX] = "- ";
    write_failing(table, table->rows[rows[0]].of->strategy, failing);
    size_t used = strlen(text);
    for (size_t i = 0; i < count && used < sizeof text; i++) {
        write_failing(table, table->rows[rows[i]].of->strategy, others);
        if (strcmp(failing, others) == 0)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i > 0 ? ", " : "",
                                     table->rows[rows[i]].of->strategy);
    }
    if (used < sizeof text)
        (void)snprintf(text + used, sizeof text - used, ": %s", failing);
    text_wrap(table->out, text, table->style.width, GRID_GAP);
}

static bool fail_alike(const struct table *table, size_t a, size_t b) {
    char failing_a[FAILING_MAX], failing_b[FAILING_MAX];
    write_failing(table, table->rows[a].of->strategy, failing_a);
    write_failing(table, table->rows[b].of->strategy, failing_b);
    return strcmp(failing_a, failing_b) == 0;
}

/* What the stars say; strategies that fail the same are told together. */
static void print_failing(const struct table *table) {
    size_t *first = calloc(table->row_count + 1, sizeof *first), count = 0;
    for (size_t i = 0; first != NULL && i < table->row_count; i++)
        if (table->rows[i].starred && is_first_of_strategy(table, i))
            first[count++] = i;
    if (count > 0) {
        (void)fputc('\n', table->out);
        text_wrap(table->out, "* fails in these scenarios (bench conformance --strategy=NAME tries them and says why):",
                  table->style.width, 0);
    }
    for (size_t i = 0; i < count; i++) {
        bool told = false;
        for (size_t earlier = 0; earlier < i && !told; earlier++)
            told = fail_alike(table, first[earlier], first[i]);
        if (!told)
            print_failing_alike(table, first + i, count - i);
    }
    free(first);
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

/* The label of all rows but those of references; NULL if there are several, or none. */
static const char *sole_strategy(const struct table *table) {
    const char *sole = NULL;
    for (size_t i = 0; i < table->row_count; i++) {
        const struct result_case *of = table->rows[i].of;
        if (of->reference)
            continue;
        if (sole != NULL && strcmp(sole, of->label) != 0)
            return NULL;
        sole = of->label;
    }
    return sole;
}

/* The rows, in the form that is wanted. Returns whether all of them stand there. */
static bool print_rows(const struct table *table) {
    const struct table_style style = table->style;
    const char *sole = sole_strategy(table);
    if (style.is_brief && sole != NULL)
        brief_print_answer(table->report, sole, table->out, style);
    print_title(table);
    if (style.is_brief && sole == NULL && table->row_count > ROWS_OF_A_SCREEN &&
        brief_print_strategies(table->report, table->row_count, table->out, style))
        return false;
    grid_print(&table->grid);
    return true;
}

void table_print(const struct summary *report, FILE *out, struct table_style style) {
    struct table table = {.report = report, .out = out, .style = style};
    bool is_whole = true;
    if (table.style.width < GRID_WIDTH_MIN)
        table.style.width = GRID_WIDTH_MIN;
    table.rows = calloc(report->file->case_count + 1, sizeof *table.rows);
    if (table.rows == NULL) {
        (void)fputs("The table does not fit into memory.\n", out);
        return;
    }
    make_columns(&table.columns, &report->yardsticks);
    choose_rows(&table);
    if (table.row_count > 0) {
        table.grid = (struct grid){
            .out = out,
            .style = table.style,
            .columns = table.columns.list,
            .column_count = table.columns.count,
            .rows = table.rows,
            .row_count = table.row_count,
        };
        grid_fit(&table.grid);
        is_whole = print_rows(&table);
    } else if (report->file->case_count == 0) {
        (void)fputs("No execution gave a time.\n", out);
    }
    pairs_table_print(report, out, table.style);
    if (is_whole)
        print_failing(&table);
    print_failures(&table);
    print_warnings(&table);
    if (table.row_count > 0 && is_whole)
        grid_print_legend(&table.grid);
    free(table.rows);
}
