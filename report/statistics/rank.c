#include "statistics/rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Up to these sizes the exact distribution takes less than some milliseconds. */
enum { EXACT_VALUES_MAX = 40, EXACT_SIGNED_MAX = 80 };

/* SciPy's rule for the test. */
enum { EXACT_TEST_VALUES_MAX = 8 };

double statistics_normal_cumulative(double z) {
    return erfc(-z / sqrt(2)) / 2;
}

/* By bisection: nobody calls it often enough for an approximation to be worth its text. */
double statistics_normal_quantile(double p) {
    double low = -40, high = 40;
    for (int i = 0; i < 100; i++) {
        double middle = (low + high) / 2;
        *(statistics_normal_cumulative(middle) < p ? &low : &high) = middle;
    }
    return (low + high) / 2;
}

/* The null distributions. */

/* Turns ways into the probabilities that they add up to. */
static void accumulate(double *ways, size_t count) {
    double total = 0;
    for (size_t i = 0; i < count; i++)
        total += ways[i];
    ways[0] /= total;
    for (size_t i = 1; i < count; i++)
        ways[i] = ways[i] / total + ways[i - 1];
}

/*
 * Of all ways to choose the ranks of the x, those whose sum exceeds the least by u have u pairs. Counts ways over the
 * ranks 1 to x + y, one after the other; `ways[k][s]` is the number of ways to choose k ranks with excess s. Exact
 * while a double is.
 */
static double *group_probabilities(size_t x, size_t y) {
    const size_t width = x * y + 1;
    double *ways = calloc((x + 1) * width, sizeof *ways);
    if (ways == NULL)
        return NULL;
    ways[0] = 1;
    for (size_t rank = 1; rank <= x + y; rank++) {
        for (size_t k = rank < x ? rank : x; k > 0; k--) {
            const size_t excess = rank - k; /* choosing this rank as the k-th adds so much */
            for (size_t s = excess; s < width && excess <= y; s++)
                ways[k * width + s] += ways[(k - 1) * width + s - excess];
        }
    }
    memmove(ways, ways + x * width, width * sizeof *ways); /* all of x chosen */
    accumulate(ways, width);
    return ways;
}

/* Each rank is in the sum or it is not, with the same chance. */
static double *signed_probabilities(size_t n, size_t pairs) {
    double *ways = calloc(pairs + 1, sizeof *ways);
    if (ways == NULL)
        return NULL;
    ways[0] = 1;
    for (size_t rank = 1; rank <= n; rank++) {
        for (size_t s = rank * (rank + 1) / 2; s >= rank; s--)
            ways[s] += ways[s - rank];
    }
    accumulate(ways, pairs + 1);
    return ways;
}

bool statistics_null_make_groups(struct statistics_null *null, size_t x_count, size_t y_count) {
    const double x = (double)x_count, y = (double)y_count, variance = x * y * (x + y + 1) / 12;
    const double fourth = -x * y * (x + y + 1) * (x * x + y * y + x * y + x + y) / 120; /* cumulant */
    *null = (struct statistics_null){
        .pairs = x_count * y_count,
        .mean = x * y / 2,
        .sd = sqrt(variance),
        .kurtosis = fourth / (variance * variance),
    };
    if (x_count > EXACT_VALUES_MAX || y_count > EXACT_VALUES_MAX)
        return true;
    null->cumulative = group_probabilities(x_count, y_count);
    return null->cumulative != NULL;
}

bool statistics_null_make_signed(struct statistics_null *null, size_t count) {
    const double n = (double)count, variance = n * (n + 1) * (2 * n + 1) / 24;
    const double fourth = -n * (n + 1) * (2 * n + 1) * (3 * n * n + 3 * n - 1) / 240; /* cumulant: -sum(i^4) / 8 */
    *null = (struct statistics_null){
        .pairs = count * (count + 1) / 2,
        .mean = n * (n + 1) / 4,
        .sd = sqrt(variance),
        .kurtosis = fourth / (variance * variance),
    };
    if (count > EXACT_SIGNED_MAX)
        return true;
    null->cumulative = signed_probabilities(count, null->pairs);
    return null->cumulative != NULL;
}

void statistics_null_free(struct statistics_null *null) {
    free(null->cumulative);
    *null = (struct statistics_null){0};
}

double statistics_null_tail(const struct statistics_null *null, size_t count) {
    if (count >= null->pairs)
        return 1;
    if (null->cumulative != NULL)
        return null->cumulative[count];
    double z = ((double)count + 0.5 - null->mean) / null->sd;
    double correction = null->kurtosis / 24 * (z * z * z - 3 * z) * exp(-z * z / 2) / sqrt(2 * acos(-1));
    return fmin(1, fmax(0, statistics_normal_cumulative(z) - correction));
}

/* The test. */

struct tagged {
    double value;
    bool is_x;
};

static int compare_tagged(const void *left, const void *right) {
    const struct tagged *a = left, *b = right;
    return (a->value > b->value) - (a->value < b->value);
}

static struct tagged *merge(const double *x, size_t x_count, const double *y, size_t y_count) {
    struct tagged *all = malloc((x_count + y_count) * sizeof *all);
    if (all == NULL)
        return NULL;
    for (size_t i = 0; i < x_count; i++)
        all[i] = (struct tagged){x[i], true};
    for (size_t i = 0; i < y_count; i++)
        all[x_count + i] = (struct tagged){y[i], false};
    qsort(all, x_count + y_count, sizeof *all, compare_tagged);
    return all;
}

/* The sum of the ranks of x, tied ones sharing their mean; and the sum of t^3 - t over groups of t tied values. */
static double rank_sum(const struct tagged *all, size_t count, double *ties) {
    double sum = 0;
    *ties = 0;
    for (size_t i = 0, end; i < count; i = end) {
        size_t x_count = 0;
        for (end = i; end < count && all[end].value == all[i].value; end++)
            x_count += all[end].is_x;
        double tied = (double)(end - i);
        sum += (double)x_count * ((double)(i + end + 1) / 2);
        *ties += tied * tied * tied - tied;
    }
    return sum;
}

static double exact_p(size_t x_count, size_t y_count, double u) {
    struct statistics_null null;
    if (!statistics_null_make_groups(&null, x_count, y_count))
        return NAN;
    double p = fmin(1, 2 * statistics_null_tail(&null, (size_t)u));
    statistics_null_free(&null);
    return p;
}

static double normal_p(double x_count, double y_count, double u, double ties) {
    double n = x_count + y_count;
    double variance = x_count * y_count / 12 * (n + 1 - ties / (n * (n - 1)));
    if (variance <= 0)
        return 1;
    return fmin(1, 2 * statistics_normal_cumulative((u + 0.5 - x_count * y_count / 2) / sqrt(variance)));
}

double statistics_mann_whitney(const double *x, size_t x_count, const double *y, size_t y_count) {
    double ties;
    struct tagged *all = merge(x, x_count, y, y_count);
    if (all == NULL)
        return NAN;
    double above = rank_sum(all, x_count + y_count, &ties) - (double)x_count * (double)(x_count + 1) / 2;
    free(all);
    double u = fmin(above, (double)x_count * (double)y_count - above); /* of the smaller side */
    bool few = x_count <= EXACT_TEST_VALUES_MAX || y_count <= EXACT_TEST_VALUES_MAX;
    return few && ties == 0 ? exact_p(x_count, y_count, u) : normal_p((double)x_count, (double)y_count, u, ties);
}
