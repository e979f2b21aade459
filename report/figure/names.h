/* Names along a horizontal axis: which are shown, and in which of two rows, so that none lies on another. */
#ifndef CTXBENCH_NAMES_H
#define CTXBENCH_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct name {
    double middle; /* of the name; the caller sets it to where its tick is, and it is moved to within the bounds */
    double extent;
    bool shown;
    unsigned row; /* 0 is next to the axis */
};

/*
 * Arranges names, which are in order from left to right, between `low` and `high` with at least `gap` between
 * neighbours: in one row if all fit, else in two. From the last on, those are left out that still do not fit. Returns
 * the number of rows.
 */
unsigned names_arrange(struct name *names, size_t count, double low, double high, double gap);

#endif
