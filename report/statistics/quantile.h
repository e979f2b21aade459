/* Quantiles of very many values, of which is known how often each occurs. */
#ifndef CTXBENCH_QUANTILE_H
#define CTXBENCH_QUANTILE_H

#include <stddef.h>
#include <stdint.h>

#include "statistics/statistics.h"

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

/* Values that belong together, as those of one execution do. At least one count is not 0. */
struct quantile_cluster {
    const struct quantile_point *points; /* in any order */
    size_t point_count;
};

/*
 * The quantile of the values of all clusters, with an interval that takes the clusters for the units: values of one
 * resemble each other, and thousands of them say no more than that. Which share of its values each cluster has up to
 * the quantile tells how far that share is off; the interval lies between the quantiles at both ends of the share
 * (Woodruff, "Confidence Intervals for Medians and Other Position Measures", 1952), on a scale that keeps it between 0
 * and 1. `points` are those of all clusters, sorted. An end is 0 or infinite where nothing is known of it: of one
 * cluster, or where not a single value is expected beyond.
 */
struct statistics_interval quantile_with_interval(const struct quantile_point *points, size_t point_count,
                                                  const struct quantile_cluster *clusters, size_t cluster_count,
                                                  double order, double confidence);

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
