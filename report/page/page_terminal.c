#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/display.h"
#include "page/page.h"
#include "text/format.h"

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define YELLOW "\033[33m"
#define BLUE "\033[34m"
#define PLAIN "\033[0m"

enum { GAP = 2, NAME_MIN_WIDTH = 6, NAME_MAX_WIDTH = 28, VALUE_WIDTH = 8, BAR_MIN = 8 };

/* Above this ratio of the longest bar to the shortest, bars grow with the logarithm. */
static const double LOGARITHMIC_FROM = 50;

struct terminal {
    FILE *out;
    struct table_style style;
    bool drawn; /* a chart of this section is there */
};

static void paint(const struct terminal *terminal, const char *code) {
    if (terminal->style.colour)
        (void)fputs(code, terminal->out);
}

/* A paragraph without the marks of names. */
static void write_paragraph(const struct terminal *terminal, const char *before, const char *text, int indent) {
    char *plain = malloc(strlen(before) + strlen(text) + 1);
    if (plain == NULL)
        return;
    char *to = stpcpy(plain, before);
    for (; *text != '\0'; text++)
        if (*text != *DOCUMENT_NAME && *text != *DOCUMENT_STRONG)
            *to++ = *text;
    *to = '\0';
    text_wrap(terminal->out, plain, terminal->style.width, indent);
    free(plain);
}

static void write_heading(const struct terminal *terminal, const char *text) {
    (void)fputc('\n', terminal->out);
    paint(terminal, BOLD);
    write_paragraph(terminal, "", text, 0);
    paint(terminal, PLAIN);
}

/* ---- Charts ---- */

/* What one chart shows of a figure: a bar for each entry. */
struct chart {
    const struct figure *figure;
    size_t fixed; /* the series of a figure of dots, or the category of one of lines */
    double smallest, largest;
    size_t name_width;
};

static size_t entry_count(const struct chart *chart) {
    return chart->figure->kind == FIGURE_DOTS ? chart->figure->category_count : chart->figure->series_count;
}

static const char *entry_name(const struct chart *chart, size_t i) {
    return chart->figure->kind == FIGURE_DOTS ? chart->figure->categories[i] : chart->figure->series[i].label;
}

static double entry_value(const struct chart *chart, size_t i) {
    const struct figure *figure = chart->figure;
    return figure->kind == FIGURE_DOTS ? figure->series[chart->fixed].values[i].value
                                       : figure->series[i].values[chart->fixed].value;
}

static void measure(struct chart *chart, size_t columns) {
    const size_t others = (size_t)3 * GAP + VALUE_WIDTH + BAR_MIN;
    const size_t room = columns > others + NAME_MIN_WIDTH ? columns - others : NAME_MIN_WIDTH;
    chart->smallest = INFINITY;
    for (size_t i = 0; i < entry_count(chart); i++) {
        const double value = entry_value(chart, i);
        const size_t width = text_width(entry_name(chart, i));
        if (value <= 0)
            continue;
        chart->smallest = fmin(chart->smallest, value);
        chart->largest = fmax(chart->largest, value);
        chart->name_width = width > chart->name_width ? width : chart->name_width;
    }
    if (chart->name_width > NAME_MAX_WIDTH)
        chart->name_width = NAME_MAX_WIDTH;
    if (chart->name_width > room)
        chart->name_width = room;
}

static size_t bar_length(const struct chart *chart, double value, size_t room) {
    const bool logarithmic = chart->largest > LOGARITHMIC_FROM * chart->smallest;
    const double part =
        logarithmic ? log(value / chart->smallest) / log(chart->largest / chart->smallest) : value / chart->largest;
    return 1 + (size_t)(part * (double)(room - 1));
}

static void write_bar(const struct terminal *terminal, const struct chart *chart, size_t i) {
    char name[256], cell[FORMAT_CELL_MAX];
    const double value = entry_value(chart, i);
    const size_t used = (size_t)3 * GAP + chart->name_width + VALUE_WIDTH;
    const size_t room = terminal->style.width > used ? terminal->style.width - used : 1;
    text_shorten(entry_name(chart, i), chart->name_width, name, sizeof name);
    if (chart->figure->unit == FIGURE_TIME)
        format_time(value, cell);
    else
        format_number(value, cell);
    (void)fprintf(terminal->out, "%*s%s%*s%*s%*s%*s", GAP, "", name, (int)(chart->name_width - text_width(name)), "",
                  GAP, "", VALUE_WIDTH, cell, GAP, "");
    paint(terminal, BLUE);
    for (size_t n = bar_length(chart, value, room); n > 0; n--)
        (void)fputc('#', terminal->out);
    paint(terminal, PLAIN);
    (void)fputc('\n', terminal->out);
}

/* Lines are shown at their end, where they differ most. */
static void write_chart(const struct terminal *terminal, const struct figure *figure) {
    struct chart chart = {.figure = figure};
    if (figure->series_count == 0 || figure->category_count == 0)
        return;
    if (figure->kind == FIGURE_LINES)
        chart.fixed = figure->category_count - 1;
    measure(&chart, terminal->style.width);
    const char *at = figure->kind == FIGURE_LINES ? figure->categories[chart.fixed] : figure->series[0].label;
    char title[512];
    (void)snprintf(title, sizeof title, "%s%s%s%s", figure->title, at[0] != '\0' ? ", at " : "", at,
                   chart.largest > LOGARITHMIC_FROM * chart.smallest ? " (bars grow with the logarithm)" : "");
    (void)fputc('\n', terminal->out);
    paint(terminal, BOLD);
    text_wrap(terminal->out, title, terminal->style.width, 0);
    paint(terminal, PLAIN);
    for (size_t i = 0; i < entry_count(&chart); i++)
        if (entry_value(&chart, i) > 0)
            write_bar(terminal, &chart, i);
}

/* ---- Blocks ---- */

/* The answer, and how runs compare, in words; of each other section, its first chart and what warns. */
void page_write_terminal(const struct document *document, FILE *out, struct table_style style) {
    struct terminal terminal = {.out = out, .style = style};
    bool in_words = false;
    paint(&terminal, BOLD);
    write_paragraph(&terminal, "", document->title, 0);
    paint(&terminal, PLAIN);
    write_paragraph(&terminal, "", document->subtitle, 0);
    for (const struct document_block *block = document->first; block != NULL; block = block->next) {
        if (block->kind == DOCUMENT_SECTION) {
            in_words = strcmp(block->id, "answer") == 0 || strcmp(block->id, "decide") == 0 ||
                       strcmp(block->id, "comparison") == 0;
            if (strcmp(block->id, "comparison") == 0)
                write_heading(&terminal, block->text);
            terminal.drawn = false;
        } else if (block->kind == DOCUMENT_FIGURE && !terminal.drawn) {
            write_chart(&terminal, block->figure);
            terminal.drawn = true;
        } else if (block->kind == DOCUMENT_WARNING) {
            paint(&terminal, YELLOW);
            write_paragraph(&terminal, "! ", block->text, GAP);
            paint(&terminal, PLAIN);
        } else if (in_words && block->kind == DOCUMENT_SUBSECTION) {
            write_heading(&terminal, block->text);
        } else if (in_words && (block->kind == DOCUMENT_ITEM || block->kind == DOCUMENT_PARAGRAPH)) {
            write_paragraph(&terminal, block->kind == DOCUMENT_ITEM ? "- " : "", block->text,
                            block->kind == DOCUMENT_ITEM ? GAP : 0);
        }
    }
}
