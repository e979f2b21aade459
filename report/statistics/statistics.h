/*
 * Statistics: small pure functions that know nobody. Samples are summarised within an execution first; the execution
 * (a fresh process) is the unit of replication, so intervals resample executions, then the samples inside them.
 */
#ifndef CTXBENCH_STATISTICS_H
#define CTXBENCH_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

/* Of the intervals that are shown beside figures. */
#define STATISTICS_CONFIDENCE 0.95

/* Quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan, R's default). n >= 1. */
double statistics_quantile(const double *values, size_t n, double q);
double statistics_median(const double *values, size_t n);

struct statistics_interval {
    double estimate, low, high; /* NaN throughout when out of memory */
};

/*
 * Median over executions of the median within each, with a hierarchical percentile bootstrap interval (Davison and
 * Hinkley, Bootstrap Methods and their Application, 3.8: units are drawn with replacement, then samples within them).
 * samples: execution after execution; counts[i]: samples of execution i (each >= 1). Deterministic for a given seed.
 */
struct statistics_interval statistics_bootstrap_median(const double *samples, const size_t *counts, size_t executions,
                                                       double confidence, unsigned resamples, uint64_t seed);

#endif
