/*
 * A picture of a choice: points by what they cost, on a logarithmic scale, and by how much they do, counted upwards.
 * The frontier joins those that none beats in both. Points that lie on each other have one name for all.
 */
#ifndef CTXBENCH_SCATTER_H
#define CTXBENCH_SCATTER_H

#include "figure/figure.h"

struct scatter_point {
    const char *label;
    const struct figure_look *look;
    struct figure_value cost; /* in nanoseconds, positive */
    size_t count;
};

struct scatter {
    const char *id; /* as that of a figure */
    const char *title, *caption;
    const char *cost_title, *count_title;
    const struct scatter_point *points; /* at most SCATTER_POINTS_MAX are drawn */
    size_t point_count;
};

enum { SCATTER_POINTS_MAX = 256 };

/* As svg_write, and as figure_write_csv. */
bool scatter_write_svg(const struct scatter *scatter, enum figure_medium medium, FILE *out);
bool scatter_write_csv(const struct scatter *scatter, FILE *out);

#endif
