#include "matrix.h"

#include <string.h>

#include "format.h"

enum { COLUMN_WIDTH = 2, GAP = 2, TEXT_MAX = 2048 };

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

/* What an outcome is called, and how it looks. */
static const struct look {
    const char *name, *colour;
    const char *heading; /* above the cells that have it, where it needs a reason */
    char mark;
} looks[] = {
    [MATRIX_HELD] = {"held", GREEN, NULL, '+'},
    [MATRIX_BROKEN] = {"broken", YELLOW, "What breaks, and why", 'x'},
    [MATRIX_NOT_APPLICABLE] = {"not-applicable", DIM, "What does not apply, and why", '.'},
    [MATRIX_UNKNOWN] = {NULL, RED, NULL, '?'},
};

const char *matrix_outcome_name(enum matrix_outcome outcome) {
    return looks[outcome].name;
}

const struct matrix_cell *matrix_cell(const struct matrix *matrix, size_t scenario, size_t strategy) {
    return &matrix->cells[scenario * matrix->strategy_count + strategy];
}

/* Whether reasons are to be told for cells with this outcome. */
static bool has_reasons(const struct matrix *matrix, enum matrix_outcome outcome) {
    for (size_t i = 0; i < matrix->scenario_count * matrix->strategy_count && looks[outcome].heading != NULL; i++)
        if (matrix->cells[i].outcome == outcome && matrix->cells[i].as_expected)
            return true;
    return false;
}

static size_t count_cells(const struct matrix *matrix, enum matrix_outcome outcome) {
    size_t count = 0;
    for (size_t i = 0; i < matrix->scenario_count * matrix->strategy_count; i++)
        count += matrix->cells[i].outcome == outcome;
    return count;
}

size_t matrix_count_surprises(const struct matrix *matrix) {
    size_t count = 0;
    for (size_t i = 0; i < matrix->scenario_count * matrix->strategy_count; i++)
        count += !matrix->cells[i].as_expected;
    return count;
}

static const char *words_for(enum matrix_outcome outcome) {
    return outcome == MATRIX_UNKNOWN          ? "could not be tried"
           : outcome == MATRIX_NOT_APPLICABLE ? "not applicable"
                                              : looks[outcome].name;
}

const char *matrix_reason(const struct matrix_cell *cell) {
    return cell->reason[0] != '\0' && cell->outcome == cell->expected ? cell->reason : cell->found;
}

/* ---- Lists below the table, in either format ---- */

/* Where the items of a list go. */
struct list {
    FILE *out;
    struct table_style style;
};
typedef void item_printer(const char *text, void *arg);

static bool shares_reason(const struct matrix_cell *a, const struct matrix_cell *b) {
    return a->as_expected && b->as_expected && a->outcome == b->outcome &&
           strcmp(matrix_reason(a), matrix_reason(b)) == 0;
}

/* Whether two scenarios have this cell's reason in the same columns. */
static bool same_columns(const struct matrix *matrix, size_t a, size_t b, const struct matrix_cell *cell) {
    for (size_t i = 0; i < matrix->strategy_count; i++)
        if (shares_reason(matrix_cell(matrix, a, i), cell) != shares_reason(matrix_cell(matrix, b, i), cell))
            return false;
    return true;
}

/* Whether a cell further up, or further left, tells this one's reason too. */
static bool is_told(const struct matrix *matrix, size_t scenario, size_t strategy) {
    const struct matrix_cell *cell = matrix_cell(matrix, scenario, strategy);
    for (size_t i = 0; i < strategy; i++)
        if (shares_reason(matrix_cell(matrix, scenario, i), cell))
            return true;
    for (size_t i = 0; i < scenario; i++)
        if (same_columns(matrix, i, scenario, cell))
            return true;
    return false;
}

static void append(char text[static TEXT_MAX], const char *separator, const char *more) {
    const size_t used = strlen(text);
    (void)snprintf(text + used, TEXT_MAX - used, "%s%s", used > 0 ? separator : "", more);
}

/* "longjmp, fork (tls, threadid): why" */
static void print_reason(const struct matrix *matrix, size_t scenario, const struct matrix_cell *cell,
                         item_printer *print, void *arg) {
    char scenarios[TEXT_MAX] = "", strategies[TEXT_MAX] = "", text[TEXT_MAX * 3];
    size_t count = 0;
    for (size_t i = 0; i < matrix->scenario_count; i++) {
        if (!same_columns(matrix, scenario, i, cell))
            continue;
        append(scenarios, ", ", matrix->scenarios[i].name);
        count++;
    }
    for (size_t i = 0; i < matrix->strategy_count; i++)
        if (shares_reason(matrix_cell(matrix, scenario, i), cell))
            append(strategies, ", ", matrix->strategies[i]);
    (void)snprintf(text, sizeof text, "%s (%s): %s",
                   count > 1 && count == matrix->scenario_count ? "everything" : scenarios, strategies,
                   matrix_reason(cell));
    print(text, arg);
}

void matrix_visit_reasons(const struct matrix *matrix, enum matrix_outcome outcome, item_printer *visit, void *arg) {
    for (size_t scenario = 0; scenario < matrix->scenario_count; scenario++) {
        for (size_t strategy = 0; strategy < matrix->strategy_count; strategy++) {
            const struct matrix_cell *cell = matrix_cell(matrix, scenario, strategy);
            if (cell->outcome == outcome && cell->as_expected && !is_told(matrix, scenario, strategy))
                print_reason(matrix, scenario, cell, visit, arg);
        }
    }
}

/* "fork with tls: broken: in a forked process: found ..., wanted ...; expected held" */
static void print_surprise(const struct matrix *matrix, size_t scenario, size_t strategy, item_printer *print,
                           void *arg) {
    const struct matrix_cell *cell = matrix_cell(matrix, scenario, strategy);
    char expected[TEXT_MAX] = "nothing says what to expect", text[TEXT_MAX * 2];
    if (cell->expected != MATRIX_UNKNOWN)
        (void)snprintf(expected, sizeof expected, "expected %s%s%s", words_for(cell->expected),
                       cell->reason[0] != '\0' ? ", since " : "", cell->reason);
    (void)snprintf(text, sizeof text, "%s with %s: %s%s%s; %s", matrix->scenarios[scenario].name,
                   matrix->strategies[strategy], words_for(cell->outcome), cell->found[0] != '\0' ? ": " : "",
                   cell->found, expected);
    print(text, arg);
}

void matrix_visit_surprises(const struct matrix *matrix, item_printer *visit, void *arg) {
    for (size_t scenario = 0; scenario < matrix->scenario_count; scenario++)
        for (size_t strategy = 0; strategy < matrix->strategy_count; strategy++)
            if (!matrix_cell(matrix, scenario, strategy)->as_expected)
                print_surprise(matrix, scenario, strategy, visit, arg);
}

static void write_summary(const struct matrix *matrix, char text[static TEXT_MAX]) {
    const size_t surprises = matrix_count_surprises(matrix);
    char verdict[64] = "every cell is as expected";
    if (surprises > 0)
        (void)snprintf(verdict, sizeof verdict, "%zu %s not as expected", surprises,
                       surprises == 1 ? "cell is" : "cells are");
    (void)snprintf(text, TEXT_MAX, "%zu held, %zu broken, %zu not applicable: %s.", count_cells(matrix, MATRIX_HELD),
                   count_cells(matrix, MATRIX_BROKEN), count_cells(matrix, MATRIX_NOT_APPLICABLE), verdict);
}

/* ---- The terminal ---- */

static void paint(FILE *out, struct table_style style, const char *code) {
    if (style.colour)
        (void)fputs(code, out);
}

static size_t label_width(const struct matrix *matrix) {
    size_t width = 0;
    for (size_t i = 0; i < matrix->scenario_count; i++) {
        const size_t length = strlen(matrix->scenarios[i].name);
        width = length > width ? length : width;
    }
    return width + GAP;
}

/* Names step down to their columns: "a", then "| b", then "| | c". */
static void print_column_names(const struct matrix *matrix, FILE *out, struct table_style style, size_t first,
                               size_t end) {
    for (size_t name = first; name < end; name++) {
        (void)fprintf(out, "%*s", (int)label_width(matrix), "");
        for (size_t column = first; column < name; column++) {
            paint(out, style, DIM);
            (void)fprintf(out, "%-*s", COLUMN_WIDTH, "|");
            paint(out, style, PLAIN);
        }
        paint(out, style, BOLD);
        (void)fprintf(out, "%s\n", matrix->strategies[name]);
        paint(out, style, PLAIN);
    }
}

static void print_row(const struct matrix *matrix, FILE *out, struct table_style style, size_t scenario, size_t first,
                      size_t end) {
    (void)fprintf(out, "%-*s", (int)label_width(matrix), matrix->scenarios[scenario].name);
    for (size_t column = first; column < end; column++) {
        const struct matrix_cell *cell = matrix_cell(matrix, scenario, column);
        const struct look *look = &looks[cell->outcome];
        paint(out, style, cell->as_expected ? look->colour : RED);
        (void)fprintf(out, "%c%s", look->mark, !cell->as_expected ? "!" : column + 1 < end ? " " : "");
        paint(out, style, PLAIN);
    }
    (void)fputc('\n', out);
}

/* As many columns as fit, the last one's name included. */
static size_t end_of_block(const struct matrix *matrix, size_t first, unsigned width) {
    size_t end = first;
    while (end < matrix->strategy_count) {
        const size_t used = label_width(matrix) + (end - first) * COLUMN_WIDTH + strlen(matrix->strategies[end]);
        if (used > width && end > first)
            break;
        end++;
    }
    return end;
}

static void print_item(const char *text, void *arg) {
    const struct list *list = arg;
    char item[TEXT_MAX * 3 + GAP];
    (void)snprintf(item, sizeof item, "- %s", text);
    text_wrap(list->out, item, list->style.width, GAP);
}

static void print_heading(FILE *out, struct table_style style, const char *colour, const char *heading) {
    (void)fputc('\n', out);
    paint(out, style, colour);
    (void)fprintf(out, "%s:\n", heading);
    paint(out, style, PLAIN);
}

void matrix_print(const struct matrix *matrix, FILE *out, struct table_style style) {
    char summary[TEXT_MAX];
    struct list list = {out, style};
    for (size_t first = 0, end; first < matrix->strategy_count; first = end) {
        end = end_of_block(matrix, first, style.width);
        print_column_names(matrix, out, style, first, end);
        for (size_t scenario = 0; scenario < matrix->scenario_count; scenario++)
            print_row(matrix, out, style, scenario, first, end);
        (void)fputc('\n', out);
    }
    text_wrap(out, "+ held   x broken   . not applicable   ! not as expected", style.width, 0);
    for (enum matrix_outcome outcome = MATRIX_HELD; outcome < MATRIX_UNKNOWN; outcome++) {
        if (!has_reasons(matrix, outcome))
            continue;
        print_heading(out, style, BOLD, looks[outcome].heading);
        matrix_visit_reasons(matrix, outcome, print_item, &list);
    }
    if (matrix_count_surprises(matrix) > 0) {
        print_heading(out, style, RED, "Not as expected");
        matrix_visit_surprises(matrix, print_item, &list);
    }
    write_summary(matrix, summary);
    (void)fputc('\n', out);
    text_wrap(out, summary, style.width, 0);
}

/* ---- Markdown ---- */

/* A cell of a table must not hold a bar, and nothing a line's end. */
static void print_escaped(FILE *out, const char *text) {
    for (; *text != '\0'; text++) {
        if (strchr("|\\`*_<>[]", *text) != NULL)
            (void)fputc('\\', out);
        (void)fputc(*text == '\n' ? ' ' : *text, out);
    }
}

static void print_markdown_row(const struct matrix *matrix, FILE *out, size_t scenario) {
    (void)fprintf(out, "| `%s`: ", matrix->scenarios[scenario].name);
    print_escaped(out, matrix->scenarios[scenario].summary);
    for (size_t strategy = 0; strategy < matrix->strategy_count; strategy++) {
        const struct matrix_cell *cell = matrix_cell(matrix, scenario, strategy);
        const char *emphasis = cell->as_expected ? "" : "**";
        (void)fprintf(out, " | %s%s%s", emphasis, words_for(cell->outcome), emphasis);
    }
    (void)fputs(" |\n", out);
}

static void print_markdown_item(const char *text, void *arg) {
    FILE *out = arg;
    (void)fputs("- ", out);
    print_escaped(out, text);
    (void)fputc('\n', out);
}

static void print_markdown_head(const struct matrix *matrix, FILE *out) {
    (void)fputs("| scenario", out);
    for (size_t i = 0; i < matrix->strategy_count; i++)
        (void)fprintf(out, " | `%s`", matrix->strategies[i]);
    (void)fputs(" |\n| :---", out);
    for (size_t i = 0; i < matrix->strategy_count; i++)
        (void)fputs(" | :---:", out);
    (void)fputs(" |\n", out);
}

void matrix_print_markdown(const struct matrix *matrix, FILE *out) {
    char summary[TEXT_MAX];
    print_markdown_head(matrix, out);
    for (size_t scenario = 0; scenario < matrix->scenario_count; scenario++)
        print_markdown_row(matrix, out, scenario);
    for (enum matrix_outcome outcome = MATRIX_HELD; outcome < MATRIX_UNKNOWN; outcome++) {
        if (!has_reasons(matrix, outcome))
            continue;
        (void)fprintf(out, "\n%s:\n\n", looks[outcome].heading);
        matrix_visit_reasons(matrix, outcome, print_markdown_item, out);
    }
    if (matrix_count_surprises(matrix) > 0) {
        (void)fputs("\n**Not as expected:**\n\n", out);
        matrix_visit_surprises(matrix, print_markdown_item, out);
    }
    write_summary(matrix, summary);
    (void)fprintf(out, "\n%s\n", summary);
}
