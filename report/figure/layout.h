/*
 * Where everything in a figure stands, in the medium's unit, from the upper left corner. Texts lie within the figure,
 * and none on another; x and y of a text are those of its baseline.
 */
#ifndef CTXBENCH_LAYOUT_H
#define CTXBENCH_LAYOUT_H

#include "figure/extent.h"
#include "figure/figure.h"
#include "figure/scale.h"

/* What stands before the name of a legend's entry, for its mark, in sizes of the font. */
#define LAYOUT_LEGEND_MARK 1.1

struct layout_point {
    double x, y;
};

struct layout_text {
    const char *text; /* NULL: there is no room for it */
    struct layout_point at;
};

/* The name of a series beside the end of its line, with what leads there. */
struct layout_end {
    size_t series;
    struct layout_text name;
    struct layout_point from, to;
};

struct layout {
    const struct figure *figure;
    enum figure_medium medium;
    double width, height, font;
    double left, right, top, bottom; /* of the plot */
    double mark;                     /* half the size of a mark */
    struct scale scale;
    struct layout_text *ticks;      /* centred on a horizontal axis, flush right on a vertical one */
    struct layout_text *categories; /* likewise */
    struct layout_end *ends;        /* of lines; NULL: none */
    size_t end_count;
    struct layout_text *legend; /* of dots: a mark stands before each; NULL: none */
    struct layout_text value_title, category_title;
};

/* Where a series has a value at a category. */
struct layout_point layout_point(const struct layout *layout, size_t series, size_t category, double value);

/* How far a series stands beside its categories, as a part of the distance between two: intervals stay visible. */
double layout_offset(const struct figure *figure, size_t series);

/* Where a category stands on its axis, and a value on its own. */
double layout_category(const struct layout *layout, size_t category);
double layout_value(const struct layout *layout, double value);

/* Where the mark of a legend's entry stands. */
struct layout_point layout_legend_mark(const struct layout *layout, size_t entry);

/* Is there a value, that is, something to draw? */
bool layout_has_value(const struct figure_value *value);
bool layout_has_interval(const struct figure_value *value);

#endif
