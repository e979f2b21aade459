/* Lines: the scale of values on the left, categories below, names beside the ends of lines. */
#ifndef CTXBENCH_LAYOUT_LINES_H
#define CTXBENCH_LAYOUT_LINES_H

#include "figure/layout_parts.h"

/* The figure's width, font and range of values are known; this sets all else. */
void layout_lines(struct layout_maker *maker);

#endif
