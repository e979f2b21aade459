/* A comparison on a terminal. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/display.h"
#include "compare/comparison.h"
#include "table/grid.h"

enum { NAMES_SHOWN = 20 };

/* The columns to the right of a case's name. */

static void write_base(const void *data, size_t index, char cell[static FORMAT_CELL_MAX]) {
    (void)index;
    const struct verdict_case *c = data;
    format_time(statistics_median(c->base.execution_ns, c->base.count), cell);
}

static void write_other(const void *data, size_t index, char cell[static FORMAT_CELL_MAX]) {
    (void)index;
    const struct verdict_case *c = data;
    format_time(statistics_median(c->other.execution_ns, c->other.count), cell);
}

static void write_change(const void *data, size_t index, char cell[static FORMAT_CELL_MAX]) {
    (void)index;
    format_change(((const struct verdict_case *)data)->ratio.estimate, cell);
}

static void write_interval(const void *data, size_t index, char cell[static FORMAT_CELL_MAX]) {
    (void)index;
    const struct verdict_case *c = data;
    format_change_range(c->joint.low, c->joint.high, cell);
}

static void write_verdict(const void *data, size_t index, char cell[static FORMAT_CELL_MAX]) {
    (void)index;
    (void)snprintf(cell, FORMAT_CELL_MAX, "%s", verdict_name(((const struct verdict_case *)data)->verdict));
}

static void write_smallest(const void *data, size_t index, char cell[static FORMAT_CELL_MAX]) {
    (void)index;
    format_change(((const struct verdict_case *)data)->smallest_slowdown, cell);
}

static const struct grid_column columns[] = {
    {"change", write_change, 0, 0, NULL},
    {"interval", write_interval, 0, 4, "interval: of the change; all of them hold together in 95 of 100 comparisons"},
    {"base", write_base, 0, 2, NULL},
    {"new", write_other, 0, 3, NULL},
    {"sees", write_smallest, 0, 1, "sees: the smallest slow-down that 8 of 10 such comparisons would find"},
    {"verdict", write_verdict, 0, 0, NULL},
};
enum { COLUMN_COUNT = sizeof columns / sizeof columns[0] };

static const char *colour_of(enum verdict verdict) {
    static const char *const colours[VERDICT_COUNT] = {
        [VERDICT_IMPROVED] = GREEN, [VERDICT_INCONCLUSIVE] = YELLOW, [VERDICT_REGRESSED] = RED};
    return colours[verdict];
}

struct printer {
    const struct comparison *comparison;
    FILE *out;
    struct table_style style;
};

/* `colour`: NULL for none. */
static void print_heading(const struct printer *printer, const char *colour, const char *text) {
    (void)fputc('\n', printer->out);
    style_paint(printer->style, printer->out, colour != NULL ? colour : BOLD);
    text_wrap(printer->out, text, printer->style.width, GRID_GAP);
    style_paint(printer->style, printer->out, PLAIN);
}

static void print_point(const struct printer *printer, const char *text) {
    char point[1400];
    (void)snprintf(point, sizeof point, "- %s", text);
    text_wrap(printer->out, point, printer->style.width, GRID_GAP);
}

static void print_title(const struct printer *printer) {
    const struct comparison *comparison = printer->comparison;
    char title[1024];
    (void)snprintf(title, sizeof title, "%.400s (new) against %.400s (base): threshold %.3g%%", comparison->other.path,
                   comparison->base.path, 100 * comparison->threshold);
    text_wrap(printer->out, title, printer->style.width, 0);
}

static void print_texts(const struct printer *printer, const char *colour, const char *heading,
                        const struct comparison_texts *texts) {
    if (texts->count > 0)
        print_heading(printer, colour, heading);
    for (size_t i = 0; i < texts->count; i++)
        print_point(printer, texts->items[i]);
}

static bool print_cases(const struct printer *printer) {
    const struct comparison *comparison = printer->comparison;
    struct grid_row *rows = calloc(comparison->count + 1, sizeof *rows);
    if (rows == NULL)
        return false;
    for (size_t i = 0; i < comparison->count; i++)
        rows[i] = (struct grid_row){.of = comparison->pairs[i].base,
                                    .data = &comparison->verdicts[i],
                                    .colour = colour_of(comparison->verdicts[i].verdict)};
    struct grid grid = {
        .out = printer->out,
        .style = printer->style,
        .columns = columns,
        .column_count = COLUMN_COUNT,
        .rows = rows,
        .row_count = comparison->count,
    };
    grid_fit(&grid);
    grid_print(&grid);
    grid_print_legend(&grid);
    free(rows);
    return true;
}

/* What a file lacks, and why if it says so. */
static void print_missing(const struct printer *printer, const char *heading, const struct result_case *const *cases,
                          size_t count, const struct result_file *file) {
    if (count == 0)
        return;
    print_heading(printer, YELLOW, heading);
    for (size_t i = 0; i < count && i < NAMES_SHOWN; i++) {
        const struct result_failure *failure = result_file_failure(file, cases[i]->name);
        char text[512];
        (void)snprintf(text, sizeof text, "%.160s%s%.20s%s%.160s", cases[i]->name, failure != NULL ? ": " : "",
                       failure != NULL ? failure->outcome : "", failure != NULL ? ": " : "",
                       failure != NULL ? failure->reason : "");
        print_point(printer, text);
    }
    if (count > NAMES_SHOWN)
        (void)fprintf(printer->out, "- and %zu more\n", count - NAMES_SHOWN);
}

void comparison_print_table(const struct comparison *comparison, FILE *out, struct table_style style) {
    struct printer printer = {comparison, out, style};
    if (printer.style.width < GRID_WIDTH_MIN)
        printer.style.width = GRID_WIDTH_MIN;
    char summary[128];
    comparison_summary(comparison, summary, sizeof summary);
    print_title(&printer);
    print_texts(&printer, RED, "These files do not compare; what follows was forced:", &comparison->objections);
    if (comparison->count > 0 && !print_cases(&printer))
        (void)fputs("The table does not fit into memory.\n", out);
    print_missing(&printer, "Only in base:", comparison->only_base, comparison->only_base_count,
                  comparison->other.file);
    print_missing(&printer, "Only in new:", comparison->only_other, comparison->only_other_count,
                  comparison->base.file);
    print_texts(&printer, YELLOW, "What else differs (base / new):", &comparison->differences);
    print_texts(&printer, YELLOW, "What may disturb this:", &comparison->warnings);
    print_heading(&printer, colour_of(verdict_worst(comparison->verdicts, comparison->count)), summary);
}
