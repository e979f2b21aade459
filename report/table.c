#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "format.h"
#include "report.h"
#include "warnings.h"

enum {
    WIDTH_DEFAULT = 80,
    WIDTH_MIN = 40,
    STRATEGY_MIN = 10,
    PARAMETERS_MIN = 28,
    HEADING_MAX = 256,
    GAP = 2,
    FAILURES_SHOWN = 20
};

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define RED "\033[31m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

/* The columns to the right of a case's name. */

static void write_ratio(double ratio, char cell[static FORMAT_CELL_MAX]) {
    if (ratio > 0)
        format_number(ratio, cell);
    else
        (void)snprintf(cell, FORMAT_CELL_MAX, "-");
}

static void write_median(const struct report_case *c, char cell[static FORMAT_CELL_MAX]) {
    format_time(c->median_ns, cell);
}

static void write_interval(const struct report_case *c, char cell[static FORMAT_CELL_MAX]) {
    if (c->low_ns > 0)
        format_range(c->low_ns, c->high_ns, c->median_ns, cell);
    else
        (void)snprintf(cell, FORMAT_CELL_MAX, "-");
}

static void write_floor(const struct report_case *c, char cell[static FORMAT_CELL_MAX]) {
    write_ratio(c->ratio_to_floor, cell);
}

static void write_walk_floor(const struct report_case *c, char cell[static FORMAT_CELL_MAX]) {
    write_ratio(c->ratio_to_walk_floor, cell);
}

static void write_none(const struct report_case *c, char cell[static FORMAT_CELL_MAX]) {
    write_ratio(c->ratio_to_none, cell);
}

static const struct column {
    const char *title;
    void (*write)(const struct report_case *c, char cell[static FORMAT_CELL_MAX]);
    unsigned dropped; /* the order in which columns give way on a narrow terminal; 0: never */
    const char *legend;
} columns[] = {
    {"median", write_median, 0, NULL},
    {"interval", write_interval, 3, NULL},
    {"x floor", write_floor, 4, "x floor: times the least that could do the work"},
    {"x walk", write_walk_floor, 1, "x walk: times a bare walk over the same frames"},
    {"x none", write_none, 2, "x none: times the same work without a context"},
};
enum { COLUMN_COUNT = sizeof columns / sizeof columns[0] };

struct table {
    const struct report *report;
    FILE *out;
    struct table_style style;
    const struct report_case **rows; /* those that are shown */
    size_t row_count;
    size_t widths[COLUMN_COUNT];             /* 0: left out */
    bool one_strategy;                       /* then names need no second part */
    size_t parameters_width, strategy_width; /* the two parts of a name */
    size_t heading_width;                    /* the widest */
    size_t label_width;                      /* the first column: names, and headings as far as they fit */
};

static void paint(const struct table *table, const char *code) {
    if (table->style.colour)
        (void)fputs(code, table->out);
}

/*
 * Chooses the rows. Cases that compare stand together, their references last: these are shown where nothing else was
 * measured, and otherwise on request.
 */
static void choose_rows(struct table *table) {
    const struct report *report = table->report;
    bool alone = true;
    for (size_t i = 0; i < report->file->case_count; i++) {
        const struct report_case *c = &report->cases[i];
        if (i == 0 || strcmp(c[-1].of->comparison_name, c->of->comparison_name) != 0)
            alone = c->of->reference;
        if (!c->of->reference || alone || table->style.references)
            table->rows[table->row_count++] = c;
    }
}

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

/* What the columns need; a column of ratios that no row has needs nothing. */
static void measure_columns(struct table *table) {
    char cell[FORMAT_CELL_MAX];
    for (size_t column = 0; column < COLUMN_COUNT; column++) {
        bool used = column == 0;
        for (size_t i = 0; i < table->row_count; i++) {
            columns[column].write(table->rows[i], cell);
            used = used || strcmp(cell, "-") != 0;
            table->widths[column] = larger(table->widths[column], strlen(cell));
        }
        table->widths[column] = used ? larger(table->widths[column], strlen(columns[column].title)) : 0;
    }
}

/* "get, latency, per read": what the rows of a group share. */
static void write_heading(const struct report_case *c, char heading[static HEADING_MAX]) {
    (void)snprintf(heading, HEADING_MAX, "%s, %s%s%s", c->of->workload, c->of->form,
                   c->of->operation[0] != '\0' ? ", per " : "", c->of->operation);
}

static size_t name_width(const struct table *table) {
    return GAP + table->parameters_width + (!table->one_strategy ? GAP + table->strategy_width : 0);
}

/* The first part of a name. A workload without parameters has only its strategy to show. */
static const char *first_part(const struct table *table, const struct report_case *c) {
    return c->of->parameters[0] == '\0' && table->one_strategy ? c->of->strategy : c->of->parameters;
}

static void measure_labels(struct table *table) {
    table->one_strategy = true;
    for (size_t i = 0; i < table->row_count; i++)
        table->one_strategy = table->one_strategy && table->rows[i]->of->strategy == table->rows[0]->of->strategy;
    for (size_t i = 0; i < table->row_count; i++) {
        const struct report_case *c = table->rows[i];
        char heading[HEADING_MAX];
        write_heading(c, heading);
        table->heading_width = larger(table->heading_width, text_width(heading));
        table->parameters_width = larger(table->parameters_width, text_width(first_part(table, c)));
        table->strategy_width = table->one_strategy ? 0 : larger(table->strategy_width, text_width(c->of->strategy));
    }
}

static size_t columns_width(const struct table *table) {
    size_t width = 0;
    for (size_t column = 0; column < COLUMN_COUNT; column++)
        width += table->widths[column] > 0 ? GAP + table->widths[column] : 0;
    return width;
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/*
 * Drops columns until names have room, then shortens the names to what is left: strategies first, which can still be
 * told apart then, and parameters last, since they are numbers.
 */
static void fit(struct table *table) {
    size_t width = table->style.width;
    size_t cut = table->strategy_width - smaller(table->strategy_width, STRATEGY_MIN) + table->parameters_width -
                 smaller(table->parameters_width, PARAMETERS_MIN);
    size_t wanted = name_width(table) - cut;
    for (unsigned turn = 1; turn < COLUMN_COUNT; turn++)
        for (size_t column = 0; column < COLUMN_COUNT; column++)
            if (columns[column].dropped == turn && wanted + columns_width(table) > width)
                table->widths[column] = 0;

    size_t room = width - columns_width(table);
    while (name_width(table) > room)
        *(table->strategy_width > STRATEGY_MIN ? &table->strategy_width : &table->parameters_width) -= 1;
    table->label_width = larger(table->heading_width, name_width(table));
    if (table->label_width > room)
        table->label_width = room;
}

static void print_cells(const struct table *table, const struct report_case *c) {
    char cell[FORMAT_CELL_MAX];
    for (size_t column = 0; column < COLUMN_COUNT; column++) {
        if (table->widths[column] == 0)
            continue;
        if (c != NULL)
            columns[column].write(c, cell);
        else
            (void)snprintf(cell, sizeof cell, "%s", columns[column].title);
        (void)fprintf(table->out, "%*s%*s", GAP, "", (int)table->widths[column], cell);
    }
}

/* Prints text, shortened or padded to `width` characters. */
static void print_padded(const struct table *table, const char *text, size_t width) {
    char shortened[256];
    text_shorten(text, width, shortened, sizeof shortened);
    (void)fprintf(table->out, "%s%*s", shortened, (int)(width - text_width(shortened)), "");
}

/* The heading of a group stands in the line of the columns' titles, or above it if it is too long. */
static void print_heading(const struct table *table, const struct report_case *c) {
    char heading[HEADING_MAX];
    write_heading(c, heading);
    (void)fputc('\n', table->out);
    paint(table, BOLD);
    bool too_long = text_width(heading) > table->label_width;
    if (too_long)
        text_wrap(table->out, heading, table->style.width, GAP);
    print_padded(table, too_long ? "" : heading, table->label_width);
    print_cells(table, NULL);
    paint(table, PLAIN);
    (void)fputc('\n', table->out);
}

static void print_row(const struct table *table, const struct report_case *c, bool repeats_parameters) {
    if (c->of->reference)
        paint(table, DIM);
    (void)fprintf(table->out, "%*s", GAP, "");
    print_padded(table, repeats_parameters ? "" : first_part(table, c), table->parameters_width);
    if (!table->one_strategy) {
        (void)fprintf(table->out, "%*s", GAP, "");
        print_padded(table, c->of->strategy, table->strategy_width);
    }
    (void)fprintf(table->out, "%*s", (int)(table->label_width - name_width(table)), "");
    print_cells(table, c);
    if (c->of->reference)
        paint(table, PLAIN);
    (void)fputc('\n', table->out);
}

static void print_placement(const struct table *table, const struct report_case *c) {
    char placement[HEADING_MAX];
    (void)snprintf(placement, sizeof placement, " %u thread%s on %s", c->of->threads, c->of->threads == 1 ? "" : "s",
                   c->of->placement);
    text_wrap(table->out, placement, table->style.width, GAP);
}

/* A group has a heading, and within it each placement but the plain one, a single thread on any PU. */
static void print_rows(const struct table *table) {
    for (size_t i = 0; i < table->row_count; i++) {
        const struct report_case *c = table->rows[i], *above = i > 0 ? table->rows[i - 1] : NULL;
        bool same_group = above != NULL && c->of->workload == above->of->workload && c->of->form == above->of->form;
        bool same_place =
            same_group && c->of->threads == above->of->threads && c->of->placement == above->of->placement;
        if (!same_group)
            print_heading(table, c);
        if (!same_place && (c->of->threads != 1 || strcmp(c->of->placement, "pu") != 0))
            print_placement(table, c);
        print_row(table, c, same_place && !table->one_strategy && c->of->parameters == above->of->parameters);
    }
}

/* What stands around the rows. */

/* "stacktag on AMD EPYC: medians of 12 executions, 95% intervals" */
static void print_title(const struct table *table) {
    const char *cpu = result_file_fact(table->report->file, "machine", "cpu_model");
    size_t fewest = SIZE_MAX, most = 0;
    for (size_t i = 0; i < table->row_count; i++) {
        size_t count = table->rows[i]->of->execution_count;
        fewest = smaller(fewest, count);
        most = larger(most, count);
    }
    char title[512], range[48] = "";
    if (fewest != most)
        (void)snprintf(range, sizeof range, "%zu to ", fewest);
    (void)snprintf(title, sizeof title, "%s%s%s: medians of %s%zu execution%s, 95%% intervals",
                   !table->one_strategy ? "Times" : table->rows[0]->of->strategy, cpu[0] != '\0' ? " on " : "", cpu,
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
        text_wrap(table->out, text, table->style.width, GAP);
    }
    if (file->failure_count > FAILURES_SHOWN)
        (void)fprintf(table->out, "- and %zu more, which the file names\n", file->failure_count - FAILURES_SHOWN);
}

static void print_warning(const char *warning, void *arg) {
    const struct table *table = arg;
    char text[1100];
    (void)snprintf(text, sizeof text, "- %s", warning);
    text_wrap(table->out, text, table->style.width, GAP);
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

/* How to read it: only the columns that are there. */
static void print_legend(const struct table *table) {
    char text[512] = "";
    for (size_t column = 0; column < COLUMN_COUNT; column++) {
        size_t length = strlen(text);
        if (table->widths[column] > 0 && columns[column].legend != NULL)
            (void)snprintf(text + length, sizeof text - length, "%s%s", length > 0 ? "; " : "", columns[column].legend);
    }
    if (text[0] == '\0')
        return;
    (void)fputc('\n', table->out);
    paint(table, DIM);
    text_wrap(table->out, text, table->style.width, 0);
    paint(table, PLAIN);
}

struct table_style table_style_for(FILE *out) {
    const char *no_colour = getenv("NO_COLOR"), *columns_text = getenv("COLUMNS");
    struct winsize size = {0};
    int fd = fileno(out);
    bool terminal = fd >= 0 && isatty(fd);
    unsigned long width = columns_text != NULL ? strtoul(columns_text, NULL, 10) : 0;
    if (terminal && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        width = size.ws_col;
    return (struct table_style){
        /* Wider lines than 80 columns make a table harder to follow, not easier. */
        .width = width == 0 || width > WIDTH_DEFAULT ? WIDTH_DEFAULT : (unsigned)width,
        .colour = terminal && (no_colour == NULL || no_colour[0] == '\0'),
    };
}

void report_table(const struct report *report, FILE *out, struct table_style style) {
    struct table table = {.report = report, .out = out, .style = style};
    if (table.style.width < WIDTH_MIN)
        table.style.width = WIDTH_MIN;
    table.rows = calloc(report->file->case_count + 1, sizeof(const struct report_case *));
    if (table.rows == NULL) {
        (void)fputs("The table does not fit into memory.\n", out);
        return;
    }
    choose_rows(&table);
    if (table.row_count > 0) {
        measure_columns(&table);
        measure_labels(&table);
        fit(&table);
        print_title(&table);
        print_rows(&table);
    } else {
        (void)fputs("No execution gave a time.\n", out);
    }
    print_failures(&table);
    print_warnings(&table);
    if (table.row_count > 0)
        print_legend(&table);
    free(table.rows);
}
