/*
 * Where on the page the drawing of a topology is: lines that are indented by the trunks of a tree, and words that are
 * wrapped into them. Text is cut nowhere.
 */
#ifndef CTXBENCH_TOPOLOGY_PEN_H
#define CTXBENCH_TOPOLOGY_PEN_H

#include <stdio.h>

#include "machine/topology_model.h"

enum {
    PEN_DEPTH_MAX = 10, /* of the tree: hwloc's types nest to 9, and a grid still fits beside these */
    PEN_INDENT = 3,     /* columns of one piece of the tree */
    LABEL_MAX = 64,
};

struct glyphs {
    const char *branch, *last_branch, *trunk, *gap;
    const char *horizontal, *vertical;
    const char *top[3], *bottom[3]; /* of a grid: left corner, tee, right corner */
};

/* Where on the page we are. */
struct pen {
    const struct topology *topology;
    FILE *out;
    unsigned width, column;
    const struct glyphs *glyphs;
    bool fresh;                     /* nothing but trunks on this line yet: the next word needs no blank in front */
    unsigned hang;                  /* further columns that a wrapped line is indented */
    unsigned depth;                 /* in the tree */
    bool more_below[PEN_DEPTH_MAX]; /* does the trunk at this depth go on? */
};

/* Boxes where the locale has them, else ASCII. */
struct pen pen_make(const struct topology *topology, FILE *out, unsigned width);

void pen_begin_line(struct pen *pen);
void pen_end_line(struct pen *pen);

/* As it stands, of that many columns. */
void pen_put(struct pen *pen, const char *text, unsigned columns);

/* Word by word. */
__attribute__((format(printf, 2, 3))) void pen_put_text(struct pen *pen, const char *format, ...);

/* Is this PU, given by its place among the topology's, to be listed? */
typedef bool pu_filter(const struct topology *topology, size_t index, const void *arg);

/* Lists PUs in the order of their OS indices as "0-3, 8": runs are contracted. */
void pen_put_pus(struct pen *pen, pu_filter *filter, const void *arg, const char *end);

/* Placements for so many threads, and those with bound memory, as tables (topology_table.c). */
void topology_draw_placements(struct pen *pen, unsigned thread_count);
void topology_draw_bound_placements(struct pen *pen);

#endif
