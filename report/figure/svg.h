/* Figures as SVG, which needs nothing else: within a page, or as a file of its own. */
#ifndef CTXBENCH_SVG_H
#define CTXBENCH_SVG_H

#include <stdbool.h>
#include <stdio.h>

#include "figure/figure.h"

/* Writes the figure as an element `svg`. In a page, its ids begin with "drawing-ID-". False when out of memory. */
bool svg_write(const struct figure *figure, enum figure_medium medium, FILE *out);

/* The declarations that colours in a page refer to: `--c0:#0072b2;...`. */
void svg_write_colours(bool on_black, FILE *out);

#endif
