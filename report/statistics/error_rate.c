#include "statistics/error_rate.h"

#include <math.h>
#include <stdlib.h>

#include "statistics/rank.h"

/* Holm. */

struct ranked {
    double p;
    size_t index;
};

static int compare_ranked(const void *left, const void *right) {
    const struct ranked *a = left, *b = right;
    if (a->p != b->p)
        return a->p < b->p ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

bool statistics_holm(const double *p, size_t count, double alpha, double *levels, bool *rejected) {
    struct ranked *ranked = malloc((count + 1) * sizeof *ranked);
    if (ranked == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        ranked[i] = (struct ranked){p[i], i};
    qsort(ranked, count, sizeof *ranked, compare_ranked);
    double level = alpha;
    bool rejecting = true;
    for (size_t i = 0; i < count; i++) {
        if (rejecting)
            level = alpha / (double)(count - i);
        rejecting = rejecting && ranked[i].p <= level;
        levels[ranked[i].index] = level;
        rejected[ranked[i].index] = rejecting;
    }
    free(ranked);
    return true;
}

/* Repeated looks. */

double statistics_alpha_spent(enum statistics_spending spending, double alpha, double fraction) {
    if (fraction <= 0)
        return 0;
    if (fraction >= 1)
        return alpha;
    if (spending == STATISTICS_POCOCK)
        return alpha * log1p((exp(1) - 1) * fraction);
    return 2 * statistics_normal_cumulative(statistics_normal_quantile(alpha / 2) / sqrt(fraction));
}

/* Rates. */

/* P(at most `count` of `trials`) at a rate of p. */
static double binomial_cumulative(size_t count, size_t trials, double p) {
    double sum = 0, n = (double)trials;
    for (size_t i = 0; i <= count; i++) {
        double k = (double)i;
        sum += exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log1p(-p));
    }
    return fmin(1, sum);
}

/* The rate at which `count` or fewer have the probability `tail`: it falls as the rate rises. */
static double rate_with_tail(size_t count, size_t trials, double tail) {
    double low = 0, high = 1;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        *(binomial_cumulative(count, trials, middle) > tail ? &low : &high) = middle;
    }
    return (low + high) / 2;
}

struct statistics_interval statistics_binomial(size_t count, size_t trials, double confidence) {
    double tail = (1 - confidence) / 2;
    return (struct statistics_interval){
        .estimate = (double)count / (double)trials,
        .low = count == 0 ? 0 : rate_with_tail(count - 1, trials, 1 - tail),
        .high = count == trials ? 1 : rate_with_tail(count, trials, tail),
    };
}

double statistics_smallest_effect(struct statistics_interval interval, double alpha, double threshold, double power) {
    double half_width = (interval.high - interval.low) / 2;
    double z = statistics_normal_quantile(1 - alpha / 2);
    return threshold + half_width * (1 + statistics_normal_quantile(power) / z);
}
