/*
 * Rank tests, and what both a test and the interval of a shift (shift.h) count with: the distribution that the number
 * of pairs in order has when nothing differs. Of two independent groups: pairs (x, y) with y <= x (Mann and Whitney,
 * 1947). Of differences, each as likely to have the other sign: pairs of them, each with itself too, whose sum is below
 * zero (Wilcoxon's signed ranks, 1945, as Tukey counts them).
 */
#ifndef CTXBENCH_RANK_H
#define CTXBENCH_RANK_H

#include <stdbool.h>
#include <stddef.h>

double statistics_normal_cumulative(double z);

/* The z with statistics_normal_cumulative(z) = p, for 0 < p < 1. */
double statistics_normal_quantile(double p);

/*
 * The distribution of that number. Exact where that is cheap; elsewhere the normal approximation with the correction
 * for continuity and Edgeworth's for the fourth moment (Fix and Hodges, 1955), which is off by less than a hundredth at
 * p = 0.001.
 */
struct statistics_null {
    size_t pairs;       /* the largest number */
    double mean, sd;    /* of the number */
    double kurtosis;    /* in excess of the normal distribution's */
    double *cumulative; /* P(number <= i), pairs + 1 of them; NULL: approximated */
};

/* Counts >= 1. False when out of memory. */
bool statistics_null_make_groups(struct statistics_null *null, size_t x_count, size_t y_count);
bool statistics_null_make_signed(struct statistics_null *null, size_t count);
void statistics_null_free(struct statistics_null *null);

/* P(number <= count). It is symmetric: P(number >= pairs - count) is the same. */
double statistics_null_tail(const struct statistics_null *null, size_t count);

/*
 * Two-sided p-value of the Mann-Whitney test. As SciPy's mannwhitneyu has it by default: exact if one group has at most
 * 8 values, the other at most 40, and none are tied; otherwise normal, with the corrections for ties and continuity. 1
 * if all values are equal; NaN when out of memory. Both counts >= 1.
 */
double statistics_mann_whitney(const double *x, size_t x_count, const double *y, size_t y_count);

#endif
