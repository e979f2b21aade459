/* Quantiles of very many values, of which is known how often each occurs. */
#ifndef CTXBENCH_QUANTILE_H
#define CTXBENCH_QUANTILE_H

#include <stddef.h>
#include <stdint.h>

struct quantile_point {
    uint64_t value, count;
};

/* By value; points of the same value stay apart, which matters to nobody here. */
void quantile_sort(struct quantile_point *points, size_t point_count);

/* All counts together. */
uint64_t quantile_total(const struct quantile_point *points, size_t point_count);

/*
 * The smallest of the values that at least the share `order` (0 < order < 1) of all counts do not exceed. The points
 * are sorted, and at least one count is not 0.
 */
uint64_t quantile_of(const struct quantile_point *points, size_t point_count, double order);

/*
 * How many values a quantile has to rest on: so many that ten of them are expected to lie beyond it. Less, and it says
 * where the few slowest happened to be.
 */
uint64_t quantile_needs(double order);

/* Those that are shown, from the lowest. */
struct quantile_shown {
    const char *name, *title; /* "p999", "p99.9" */
    double order;
};
enum { QUANTILES_SHOWN = 3 };
extern const struct quantile_shown quantiles_shown[QUANTILES_SHOWN];

#endif
