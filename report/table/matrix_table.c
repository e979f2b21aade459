#include "table/matrix_table.h"

#include <string.h>

#include "base/display.h"

enum { COLUMN_WIDTH = 2, GAP = 2 };

/* How an outcome looks. */
static const struct look {
    const char *colour;
    const char *heading; /* above the cells that have it, where it needs a reason */
    char mark;
} looks[] = {
    [SCENARIO_HELD] = {GREEN, NULL, '+'},
    [SCENARIO_BROKEN] = {YELLOW, "What fails, and why", 'x'},
    [SCENARIO_NOT_APPLICABLE] = {DIM, "What does not apply, and why", '.'},
    [SCENARIO_UNKNOWN] = {RED, NULL, '?'},
};

/* Whether reasons are to be told for cells with this outcome. */
static bool has_reasons(const struct matrix *matrix, enum scenario_outcome outcome) {
    for (size_t i = 0; i < matrix->scenario_count * matrix->strategy_count && looks[outcome].heading != NULL; i++)
        if (matrix->cells[i].outcome == outcome && matrix->cells[i].as_expected)
            return true;
    return false;
}

/* ---- The terminal ---- */

/* Where the items of a list go. */
struct list {
    FILE *out;
    struct table_style style;
};

static size_t label_width(const struct matrix *matrix) {
    size_t width = 0;
    for (size_t i = 0; i < matrix->scenario_count; i++) {
        const size_t length = strlen(matrix->scenarios[i].name);
        width = length > width ? length : width;
    }
    if (matrix->outside != NULL && width < sizeof MATRIX_OUTSIDE - 1)
        width = sizeof MATRIX_OUTSIDE - 1;
    return width + GAP;
}

/* Names step down to their columns: "a", then "| b", then "| | c". */
static void print_column_names(const struct matrix *matrix, FILE *out, struct table_style style, size_t first,
                               size_t end) {
    for (size_t name = first; name < end; name++) {
        (void)fprintf(out, "%*s", (int)label_width(matrix), "");
        for (size_t column = first; column < name; column++) {
            style_paint(style, out, DIM);
            (void)fprintf(out, "%-*s", COLUMN_WIDTH, "|");
            style_paint(style, out, PLAIN);
        }
        style_paint(style, out, BOLD);
        (void)fprintf(out, "%s\n", matrix->strategies[name]);
        style_paint(style, out, PLAIN);
    }
}

static void print_row(const struct matrix *matrix, FILE *out, struct table_style style, size_t scenario, size_t first,
                      size_t end) {
    (void)fprintf(out, "%-*s", (int)label_width(matrix), matrix->scenarios[scenario].name);
    for (size_t column = first; column < end; column++) {
        const struct matrix_cell *cell = matrix_cell(matrix, scenario, column);
        const struct look *look = &looks[cell->outcome];
        style_paint(style, out, cell->as_expected ? look->colour : RED);
        (void)fprintf(out, "%c%s", look->mark, !cell->as_expected ? "!" : column + 1 < end ? " " : "");
        style_paint(style, out, PLAIN);
    }
    (void)fputc('\n', out);
}

/* By first letters; "-" stands for nothing. */
static void print_outside(const struct matrix *matrix, FILE *out, size_t first, size_t end) {
    (void)fprintf(out, "%-*s", (int)label_width(matrix), MATRIX_OUTSIDE);
    for (size_t column = first; column < end; column++) {
        const char *outside = matrix->outside[column];
        const char letter = outside[0] == '\0' ? '?' : outside[0] == 'n' ? '-' : outside[0];
        (void)fprintf(out, "%c%s", letter, column + 1 < end ? " " : "");
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

static void print_item(const struct matrix_remark *remark, void *arg) {
    const struct list *list = arg;
    char item[MATRIX_TEXT_MAX * 3 + GAP];
    (void)snprintf(item, sizeof item, "- %s", remark->text);
    text_wrap(list->out, item, list->style.width, GAP);
}

static void print_heading(FILE *out, struct table_style style, const char *colour, const char *heading) {
    (void)fputc('\n', out);
    style_paint(style, out, colour);
    (void)fprintf(out, "%s:\n", heading);
    style_paint(style, out, PLAIN);
}

void matrix_table_print(const struct matrix *matrix, FILE *out, struct table_style style) {
    char summary[MATRIX_TEXT_MAX];
    struct list list = {out, style};
    for (size_t first = 0, end; first < matrix->strategy_count; first = end) {
        end = end_of_block(matrix, first, style.width);
        print_column_names(matrix, out, style, first, end);
        for (size_t scenario = 0; scenario < matrix->scenario_count; scenario++)
            print_row(matrix, out, style, scenario, first, end);
        if (matrix->outside != NULL)
            print_outside(matrix, out, first, end);
        (void)fputc('\n', out);
    }
    text_wrap(out, "+ pass   x fail   . not applicable   ! not as expected", style.width, 0);
    if (matrix->outside != NULL)
        text_wrap(out, MATRIX_OUTSIDE " (profiler, core file):   - nothing   i an id   b bindings, too", style.width,
                  0);
    for (enum scenario_outcome outcome = SCENARIO_HELD; outcome < SCENARIO_UNKNOWN; outcome++) {
        if (!has_reasons(matrix, outcome))
            continue;
        print_heading(out, style, BOLD, looks[outcome].heading);
        matrix_visit_reasons(matrix, outcome, print_item, &list);
    }
    if (matrix_count_surprises(matrix) > 0) {
        print_heading(out, style, RED, "Not as expected");
        matrix_visit_surprises(matrix, print_item, &list);
    }
    matrix_write_summary(matrix, summary);
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
    if (matrix->scenarios[scenario].story[0] != '\0') {
        (void)fputs("; met in: ", out);
        print_escaped(out, matrix->scenarios[scenario].story);
    }
    for (size_t strategy = 0; strategy < matrix->strategy_count; strategy++) {
        const struct matrix_cell *cell = matrix_cell(matrix, scenario, strategy);
        const char *emphasis = cell->as_expected ? "" : "**";
        (void)fprintf(out, " | %s%s%s", emphasis, scenario_outcome_words(cell->outcome), emphasis);
    }
    (void)fputs(" |\n", out);
}

static void print_markdown_outside(const struct matrix *matrix, FILE *out) {
    (void)fputs("| " MATRIX_OUTSIDE ", by a profiler or in a core file", out);
    for (size_t strategy = 0; strategy < matrix->strategy_count; strategy++)
        (void)fprintf(out, " | %s", matrix->outside[strategy][0] != '\0' ? matrix->outside[strategy] : "unknown");
    (void)fputs(" |\n", out);
}

static void print_markdown_item(const struct matrix_remark *remark, void *arg) {
    FILE *out = arg;
    (void)fputs("- ", out);
    print_escaped(out, remark->text);
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

void matrix_table_print_markdown(const struct matrix *matrix, FILE *out) {
    char summary[MATRIX_TEXT_MAX];
    print_markdown_head(matrix, out);
    for (size_t scenario = 0; scenario < matrix->scenario_count; scenario++)
        print_markdown_row(matrix, out, scenario);
    if (matrix->outside != NULL)
        print_markdown_outside(matrix, out);
    for (enum scenario_outcome outcome = SCENARIO_HELD; outcome < SCENARIO_UNKNOWN; outcome++) {
        if (!has_reasons(matrix, outcome))
            continue;
        (void)fprintf(out, "\n%s:\n\n", looks[outcome].heading);
        matrix_visit_reasons(matrix, outcome, print_markdown_item, out);
    }
    if (matrix_count_surprises(matrix) > 0) {
        (void)fputs("\n**Not as expected:**\n\n", out);
        matrix_visit_surprises(matrix, print_markdown_item, out);
    }
    matrix_write_summary(matrix, summary);
    (void)fprintf(out, "\n%s\n", summary);
}
