/* What SVG is written with: numbers as short as they can be, colours, paths and texts. */
#ifndef CTXBENCH_SVG_PEN_H
#define CTXBENCH_SVG_PEN_H

#include "figure/layout.h"

struct svg_pen {
    FILE *out;
    const struct layout *layout;
};

/* Without more decimals than can be seen: a page's figures are in px, others are small, and may be enlarged. */
void svg_number(const struct svg_pen *pen, double number);

/* ` name="number"` */
void svg_attribute(const struct svg_pen *pen, const char *name, double number);

/* ` name="colour"`: one of figure_colours. */
void svg_colour(const struct svg_pen *pen, const char *name, unsigned colour);

/* A command of a path and its point: `M12.5 3`. */
void svg_point(const struct svg_pen *pen, const char *command, double x, double y);

/* The beginning of a path of strokes, up to its data; `width` is in sizes of the font. */
void svg_begin_stroke(const struct svg_pen *pen, unsigned colour, double width, const char *attributes);

/* The end of a path. */
void svg_end_stroke(const struct svg_pen *pen);

/* The beginning of a group of texts. The anchor is that of SVG; NULL: start. It ends as every group does. */
void svg_begin_texts(const struct svg_pen *pen, unsigned colour, const char *anchor);
void svg_text(const struct svg_pen *pen, const struct layout_text *text);
void svg_end_group(const struct svg_pen *pen);

/* What texts are written in, and what is less important. */
enum { SVG_INK = FIGURE_SERIES_MAX - 1, SVG_QUIET = FIGURE_YARDSTICK };

#endif
