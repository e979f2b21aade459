/* What the layouts of lines and of dots share. */
#ifndef CTXBENCH_LAYOUT_PARTS_H
#define CTXBENCH_LAYOUT_PARTS_H

#include "base/arena.h"
#include "figure/layout.h"

/* Distances, in sizes of the font. */
#define LAYOUT_TICK 0.35 /* the length of a tick's mark */
#define LAYOUT_GAP 0.45  /* between a text and what it belongs to */

/* The longest names are shortened to this part of the figure's width. */
#define LAYOUT_NAME_MAX 0.42

struct layout_maker {
    struct layout *layout;
    struct arena *arena;
    bool out_of_memory;
};

/* Room for an array, zeroed, with one element more than `count`. */
void *layout_take(struct layout_maker *maker, size_t count, size_t element_size);

/* A text as far as there is room for it; "" when out of memory. */
const char *layout_shortened(struct layout_maker *maker, const char *text, double room);

/* A text in the middle of an interval, as near as it can be within the figure. */
struct layout_text layout_centred(struct layout_maker *maker, const char *text, double middle, double baseline);

/* Writes a label for each tick, and returns the width of the widest. */
double layout_label_ticks(struct layout_maker *maker);

#endif
