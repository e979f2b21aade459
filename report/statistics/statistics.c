#include "statistics/statistics.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare_doubles(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile_of_sorted(const double *sorted, size_t n, double q) {
    double position = (double)(n - 1) * q;
    size_t below = (size_t)position;
    if (below + 1 >= n)
        return sorted[n - 1];
    return sorted[below] + (position - (double)below) * (sorted[below + 1] - sorted[below]);
}

/* SplitMix64 (Steele, Lea and Flood, 2014): one addition and a mix, and every seed is a good one. */
static uint64_t next_random(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* 0 to n - 1, by multiplication (Lemire, 2019); for n < 2^32 the bias stays below n / 2^32. */
static size_t random_below(uint64_t *state, size_t n) {
    return (size_t)(((next_random(state) >> 32) * n) >> 32);
}

/* Moves the k-th smallest value to values[k], with none that is larger before it (Hoare's selection). */
static void select_kth(double *values, ptrdiff_t n, ptrdiff_t k) {
    ptrdiff_t low = 0, high = n - 1;
    while (low < high) {
        double pivot = values[low + (high - low) / 2];
        ptrdiff_t i = low, j = high;
        while (i <= j) {
            while (values[i] < pivot)
                i++;
            while (values[j] > pivot)
                j--;
            if (i <= j) {
                double swapped = values[i];
                values[i++] = values[j];
                values[j--] = swapped;
            }
        }
        if (k <= j)
            high = j;
        else if (k >= i)
            low = i;
        else
            return;
    }
}

/* Reorders the values. */
static double median_in_place(double *values, size_t n) {
    select_kth(values, (ptrdiff_t)n, (ptrdiff_t)(n / 2));
    double upper = values[n / 2];
    if (n % 2 == 1)
        return upper;
    double lower = values[0];
    for (size_t i = 1; i < n / 2; i++)
        lower = fmax(lower, values[i]);
    return lower + (upper - lower) / 2;
}

/*
 * The median of n draws with replacement from n sorted values. Counting how often each was drawn gives the order
 * without a sort, which is what makes thousands of resamples affordable. `counts` is scratch space for n.
 */
static double resampled_median(const double *sorted, size_t n, uint32_t *counts, uint64_t *random) {
    memset(counts, 0, n * sizeof *counts);
    for (size_t i = 0; i < n; i++)
        counts[random_below(random, n)]++;
    size_t drawn = 0, i = 0;
    while ((drawn += counts[i]) <= (n - 1) / 2)
        i++;
    double lower = sorted[i];
    while (drawn <= n / 2)
        drawn += counts[++i];
    return lower + (sorted[i] - lower) / 2;
}

/* Scratch space of one bootstrap, in one block. */
struct bootstrap {
    double *sorted;    /* the samples, sorted within each execution */
    double *medians;   /* one per execution */
    double *estimates; /* one per resample */
    size_t *starts;    /* of each execution in `sorted` */
    uint32_t *counts;  /* one per sample of the largest execution */
    void *block;
};

static int bootstrap_prepare(struct bootstrap *b, const double *samples, const size_t *counts, size_t executions,
                             unsigned resamples) {
    size_t total = 0, largest = 0;
    for (size_t i = 0; i < executions; i++) {
        total += counts[i];
        largest = counts[i] > largest ? counts[i] : largest;
    }
    b->block = malloc((total + executions + resamples) * sizeof *b->sorted + executions * sizeof *b->starts +
                      largest * sizeof *b->counts);
    if (b->block == NULL)
        return -1;
    b->sorted = b->block;
    b->medians = b->sorted + total;
    b->estimates = b->medians + executions;
    b->starts = (size_t *)(b->estimates + resamples);
    b->counts = (uint32_t *)(b->starts + executions);

    memcpy(b->sorted, samples, total * sizeof *samples);
    for (size_t i = 0, start = 0; i < executions; start += counts[i++]) {
        b->starts[i] = start;
        qsort(b->sorted + start, counts[i], sizeof *b->sorted, compare_doubles);
    }
    return 0;
}

double statistics_quantile(const double *values, size_t n, double q) {
    double *sorted = malloc(n * sizeof *sorted);
    if (sorted == NULL)
        return NAN;
    memcpy(sorted, values, n * sizeof *values);
    qsort(sorted, n, sizeof *sorted, compare_doubles);
    double quantile = quantile_of_sorted(sorted, n, q);
    free(sorted);
    return quantile;
}

double statistics_median(const double *values, size_t n) {
    return statistics_quantile(values, n, 0.5);
}

struct statistics_interval statistics_bootstrap_median(const double *samples, const size_t *counts, size_t executions,
                                                       double confidence, unsigned resamples, uint64_t seed) {
    struct bootstrap b;
    struct statistics_interval interval = {NAN, NAN, NAN};
    assert(executions > 0);
    if (bootstrap_prepare(&b, samples, counts, executions, resamples) != 0)
        return interval;

    for (size_t i = 0; i < executions; i++)
        b.medians[i] = quantile_of_sorted(b.sorted + b.starts[i], counts[i], 0.5);
    interval.estimate = median_in_place(b.medians, executions);

    for (unsigned r = 0; r < resamples; r++) {
        for (size_t i = 0; i < executions; i++) {
            size_t drawn = random_below(&seed, executions);
            b.medians[i] = resampled_median(b.sorted + b.starts[drawn], counts[drawn], b.counts, &seed);
        }
        b.estimates[r] = median_in_place(b.medians, executions);
    }
    qsort(b.estimates, resamples, sizeof *b.estimates, compare_doubles);
    interval.low = quantile_of_sorted(b.estimates, resamples, (1 - confidence) / 2);
    interval.high = quantile_of_sorted(b.estimates, resamples, (1 + confidence) / 2);
    free(b.block);
    return interval;
}
