/*
 * How often one errs: over many comparisons, over repeated looks at one, and how well an observed rate is known.
 */
#ifndef CTXBENCH_ERROR_RATE_H
#define CTXBENCH_ERROR_RATE_H

#include <stdbool.h>
#include <stddef.h>

#include "statistics/statistics.h"

/*
 * Holm's step-down procedure (1979): rejects as many of the hypotheses as it can while the chance that one of them is
 * true stays at most `alpha`, however they depend on each other. Writes for each the level that its p-value was held
 * against, and whether it was rejected; those after the first that stands share its level. Returns false when out of
 * memory.
 */
bool statistics_holm(const double *p, size_t count, double alpha, double *levels, bool *rejected);

/*
 * How much of `alpha` may be spent until a fraction (0 to 1) of the planned sampling is done, when results are looked
 * at on the way (Lan and DeMets, 1983). Held against the increase since the last look, a p-value keeps the error of all
 * looks together at most alpha. One after the manner of Pocock spends nearly evenly, and so ends clear cases soon; one
 * after O'Brien and Fleming keeps nearly all for the end.
 */
enum statistics_spending { STATISTICS_POCOCK, STATISTICS_OBRIEN_FLEMING };
double statistics_alpha_spent(enum statistics_spending spending, double alpha, double fraction);

/*
 * A rate of `count` in `trials`, with its exact interval (Clopper and Pearson, 1934), which holds at least the
 * confidence that it names. trials >= 1.
 */
struct statistics_interval statistics_binomial(size_t count, size_t trials, double confidence);

/*
 * The smallest shift that would have been found beyond `threshold` with the given power, had it been there: an interval
 * at 1 - alpha with half-widths as seen, around an estimate that scatters as that width says. Infinite if the
 * interval is.
 */
double statistics_smallest_effect(struct statistics_interval interval, double alpha, double threshold, double power);

#endif
