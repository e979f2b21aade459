/*
 * A figure, before it is drawn: series of values with their intervals over shared categories. Texts are the caller's.
 */
#ifndef CTXBENCH_FIGURE_H
#define CTXBENCH_FIGURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "text/format.h"

struct figure_value {
    double value, low, high; /* value 0: none; low 0: no interval */
};

/* Colour and mark of a series, by their numbers. */
struct figure_look {
    unsigned colour; /* one of figure_colours */
    unsigned mark;
};

struct figure_series {
    const char *label;
    bool reference;                    /* a yardstick: drawn in grey */
    const struct figure_look *look;    /* of what keeps its look in all figures; NULL: by its place in this one */
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
    bool wide; /* its categories have long names */
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

/* Marks, in the order of their numbers; all filled but the last. */
enum figure_mark {
    MARK_CIRCLE,
    MARK_SQUARE,
    MARK_TRIANGLE,
    MARK_DIAMOND,
    MARK_TRIANGLE_DOWN,
    MARK_PENTAGON,
    MARK_RING,
    MARK_COUNT,
};

/* The look of a series in this figure. */
struct figure_look figure_look_of(const struct figure *figure, size_t series);

/* A value as people read it, with its unit. */
void figure_format_value(const struct figure *figure, double value, char cell[static FORMAT_CELL_MAX]);

/* What the figure shows, in words, for those who do not see it; without its title. */
void figure_describe(const struct figure *figure, FILE *out);

/* The data of the figure. */
void figure_write_csv(const struct figure *figure, FILE *out);

enum figure_medium {
    FIGURE_IN_PAGE,  /* in px; colours follow the page's */
    FIGURE_ON_PAPER, /* a column of a paper, in pt (1/72 inch); colours stay, on white */
};

#endif
