/*
 * A figure, before anyone draws it: series of values with their intervals over shared categories. Knows nobody; texts
 * are the caller's.
 */
#ifndef CTXBENCH_FIGURE_H
#define CTXBENCH_FIGURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct figure_value {
    double value, low, high; /* value 0: none; low 0: no interval */
};

struct figure_series {
    const char *label;
    const char *stands_for;            /* other series that lie too near to be told apart, not drawn; empty: none */
    bool reference;                    /* a yardstick: drawn in grey */
    const struct figure_value *values; /* one per category */
};

struct figure {
    const char *id; /* letters, digits and '-': the name of its files */
    const char *title, *caption;
    const char *category_title, *value_title;
    enum figure_kind {
        FIGURE_LINES, /* categories from left to right, the values of a series joined */
        FIGURE_DOTS,  /* categories from top to bottom, a dot for each value */
    } kind;
    enum figure_unit {
        FIGURE_TIME, /* nanoseconds */
        FIGURE_RATIO,
    } unit;
    const char *const *categories;
    size_t category_count;
    const struct figure_series *series;
    size_t series_count;
};

/*
 * Colours that people with any colour vision tell apart (Okabe and Ito, 2008), and what stands for them on black; then
 * the greys of yardsticks and of the grid. "#rrggbb".
 */
enum { FIGURE_SERIES_MAX = 7, FIGURE_YARDSTICK = FIGURE_SERIES_MAX, FIGURE_GRID, FIGURE_COLOUR_COUNT };
struct figure_colour {
    const char *on_white, *on_black;
};
extern const struct figure_colour figure_colours[FIGURE_COLOUR_COUNT];

/* What the figure shows, in words, for those who do not see it. */
void figure_describe(const struct figure *figure, FILE *out);

/* The data of the figure. */
void figure_write_csv(const struct figure *figure, FILE *out);

enum figure_format {
    FIGURE_ON_SCREEN, /* SVG, for a page */
    FIGURE_SVG,       /* for a column of a paper */
    FIGURE_PDF,       /* the same */
};

/* The size of a figure, in px on the screen and in pt (1/72 inch) on paper. */
struct figure_size {
    double width, height, font;
};
struct figure_size figure_size(const struct figure *figure, enum figure_format format);

/* What gnuplot draws it from, the data included. It draws to `file`, or to standard output if that is NULL. */
void figure_write_gnuplot(const struct figure *figure, enum figure_format format, const char *file, FILE *out);

#endif
