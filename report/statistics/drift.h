/*
 * What the machine did between two runs that took place one after the other. An interval from one run's executions
 * knows how much the machine varied within that run, but not how it will be in the next. The cases that hold nothing
 * of what is compared do: by what they changed, the machine changed the times.
 *
 * Each such case says how many of its own standard errors it moved. Where nothing drifted, the squares of these have a
 * mean of 1; where they have more, all intervals of the comparison are to be wider by its root. This is how genetics
 * corrects association tests for what all markers share (genomic control: Devlin and Roeder, 1999), and what
 * epidemiology calls negative controls. Standard errors, and not one factor for all: a slow stretch of the machine
 * moves a case in proportion to how much such stretches scatter its executions.
 *
 * Measured on 40 pairs of runs of the quick suite, on a machine with two virtual PUs: of 3,480 comparisons of
 * strategies' cases, which do not enter the estimate, intervals at 95 % held 1 in 90.4 % without this and in 94.9 %
 * with it. Of all cases in the three pairs that the machine disturbed most: in 56, 59 and 70 %, and in 97, 98 and 98 %.
 */
#ifndef CTXBENCH_DRIFT_H
#define CTXBENCH_DRIFT_H

#include <stdbool.h>

#include "statistics/statistics.h"

/* With fewer cases than this the estimate says more of chance than of the machine. */
enum { DRIFT_REFERENCES_MIN = 8 };

struct drift {
    size_t references; /* so many cases have an interval to go by */
    double ratio;      /* by what they took longer, their median; 1 if there are none */
    double widening;   /* so many times as wide as they are intervals should be: 1 to 3 */
};

/* ratios: of the references, positive, each with its interval at STATISTICS_CONFIDENCE. False when out of memory. */
bool drift_measure(struct drift *drift, const struct statistics_interval *ratios, size_t count);

#endif
