/* The parts of a figure as SVG, in the order in which they are drawn. */
#ifndef CTXBENCH_SVG_PARTS_H
#define CTXBENCH_SVG_PARTS_H

#include "figure/svg_pen.h"

/* The grid, the axes with their ticks, and their texts. */
void svg_write_axes(const struct svg_pen *pen);

/* A series: its curve and its intervals, its name, and its marks, each of which tells its value. */
void svg_write_series(const struct svg_pen *pen, size_t series);

/* What the marks of a figure of dots stand for. */
void svg_write_legend(const struct svg_pen *pen);

/* A mark as a part of a path. */
void svg_write_mark(const struct svg_pen *pen, unsigned mark, struct layout_point at, double radius);

#endif
