#include "figure/figure.h"

#include <string.h>

const struct figure_colour figure_colours[FIGURE_COLOUR_COUNT] = {
    {"#0072b2", "#5c9dff"},
    {"#d55e00", "#ff8a3d"},
    {"#009e73", "#2fcf9f"},
    {"#cc79a7", "#e39ac4"},
    {"#e69f00", "#f0b429"},
    {"#56b4e9", "#8fd3ff"},
    {"#000000", "#ffffff"},
    [FIGURE_YARDSTICK] = {"#767676", "#9a9a9a"},
    [FIGURE_GRID] = {"#dddddd", "#3a3d42"},
};

struct figure_look figure_look_of(const struct figure *figure, size_t series) {
    const struct figure_series *one = &figure->series[series];
    if (one->reference)
        return (struct figure_look){FIGURE_YARDSTICK, MARK_CIRCLE};
    if (one->look != NULL)
        return *one->look;
    unsigned index = 0;
    for (size_t i = 0; i < series; i++)
        index += !figure->series[i].reference;
    return (struct figure_look){index % FIGURE_SERIES_MAX, index % MARK_COUNT};
}

void figure_format_value(const struct figure *figure, double value, char cell[static FORMAT_CELL_MAX]) {
    if (figure->unit == FIGURE_TIME)
        format_time(value, cell);
    else
        format_number(value, cell);
}

/* The nearest category from `at` on, in steps of `step`, that has a value; category_count if there is none. */
static size_t known_category(const struct figure *figure, const struct figure_series *series, size_t at, int step) {
    while (at < figure->category_count && series->values[at].value <= 0)
        at += (size_t)step; /* below 0 it wraps around, which ends the search */
    return at < figure->category_count ? at : figure->category_count;
}

/* "tls: 4.95 ns at 0, 5.05 ns at 256." */
static void describe_series(const struct figure *figure, const struct figure_series *series, FILE *out) {
    const size_t first = known_category(figure, series, 0, 1);
    const size_t last = known_category(figure, series, figure->category_count - 1, -1);
    char cell[FORMAT_CELL_MAX];
    if (first == figure->category_count)
        return;
    figure_format_value(figure, series->values[first].value, cell);
    (void)fprintf(out, " %s: %s at %s", series->label, cell, figure->categories[first]);
    if (last != first) {
        figure_format_value(figure, series->values[last].value, cell);
        (void)fprintf(out, ", %s at %s", cell, figure->categories[last]);
    }
    (void)fputc('.', out);
}

/* The categories of a figure of dots are what is compared, so each is told. */
static void describe_dots(const struct figure *figure, const struct figure_series *series, FILE *out) {
    const char *separator = "";
    char cell[FORMAT_CELL_MAX];
    (void)fprintf(out, " %s%s", series->label, series->label[0] != '\0' ? ": " : "");
    for (size_t i = 0; i < figure->category_count; i++) {
        if (series->values[i].value <= 0)
            continue;
        figure_format_value(figure, series->values[i].value, cell);
        (void)fprintf(out, "%s%s %s", separator, figure->categories[i], cell);
        separator = ", ";
    }
    (void)fputc('.', out);
}

void figure_describe(const struct figure *figure, FILE *out) {
    (void)fprintf(out, "%s:", figure->value_title);
    for (size_t i = 0; i < figure->series_count; i++) {
        if (figure->kind == FIGURE_LINES)
            describe_series(figure, &figure->series[i], out);
        else
            describe_dots(figure, &figure->series[i], out);
    }
}

/*
 * A cell of CSV (RFC 4180). Spreadsheets compute what begins like a formula: an apostrophe in front makes it a text
 * (OWASP, CSV Injection).
 */
static void write_cell(const char *text, FILE *out) {
    (void)fputc('"', out);
    if (text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL)
        (void)fputc('\'', out);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            (void)fputc('"', out);
        (void)fputc(*text, out);
    }
    (void)fputc('"', out);
}

void figure_write_csv(const struct figure *figure, FILE *out) {
    const char *unit = figure->unit == FIGURE_TIME ? "ns" : "ratio";
    (void)fprintf(out, "series,category,%s,%s_low,%s_high,yardstick\r\n", unit, unit, unit);
    for (size_t s = 0; s < figure->series_count; s++) {
        const struct figure_series *series = &figure->series[s];
        for (size_t i = 0; i < figure->category_count; i++) {
            const struct figure_value *value = &series->values[i];
            if (value->value <= 0)
                continue;
            write_cell(series->label, out);
            (void)fputc(',', out);
            write_cell(figure->categories[i], out);
            (void)fprintf(out, ",%.17g,", value->value);
            if (value->low > 0)
                (void)fprintf(out, "%.17g,%.17g", value->low, value->high);
            else
                (void)fputc(',', out);
            (void)fprintf(out, ",%d\r\n", series->reference);
        }
    }
}
