/* Lays out a figure. */
#ifndef CTXBENCH_LAYOUT_MAKE_H
#define CTXBENCH_LAYOUT_MAKE_H

#include "base/arena.h"
#include "figure/layout.h"

/* The parts of the layout lie in the arena. False when out of memory. */
bool layout_make(struct layout *layout, const struct figure *figure, enum figure_medium medium, struct arena *arena);

#endif
