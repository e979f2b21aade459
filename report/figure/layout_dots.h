/* Dots: categories on the left, the scale of values below, a legend above where there are several series. */
#ifndef CTXBENCH_LAYOUT_DOTS_H
#define CTXBENCH_LAYOUT_DOTS_H

#include "figure/layout_parts.h"

/* The figure's width, font and range of values are known; this sets all else. */
void layout_dots(struct layout_maker *maker);

#endif
