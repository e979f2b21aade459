#include "rank.h"

#include <math.h>
#include <stdlib.h>

/* Up to these sizes the exact distribution takes less than some milliseconds. */
enum { EXACT_VALUES_MAX = 40, EXACT_PAIRS_MAX = 4000 };

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

/* The null distribution. */

/*
 * Probabilities of the number of pairs in one stratum: of all ways to choose the ranks of the x, those whose sum
 * exceeds the least by u have u pairs. Counts ways over the ranks 1 to x + y, one after the other; `ways[k][s]` is the
 * probability-weighted number of ways to choose k ranks with excess s.
 */
static bool stratum_probabilities(size_t x, size_t y, double *probabilities) {
    size_t width = x * y + 1;
    double *ways = calloc((x + 1) * width, sizeof *ways), total = 0;
    if (ways == NULL)
        return false;
    ways[0] = 1;
    for (size_t rank = 1; rank <= x + y; rank++) {
        for (size_t k = rank < x ? rank : x; k > 0; k--) {
            size_t excess = rank - k; /* choosing this rank as the k-th adds so much */
            for (size_t s = excess; s < width && excess <= y; s++)
                ways[k * width + s] += ways[(k - 1) * width + s - excess];
        }
    }
    for (size_t s = 0; s < width; s++)
        total += ways[x * width + s];
    for (size_t s = 0; s < width; s++)
        probabilities[s] = ways[x * width + s] / total;
    free(ways);
    return true;
}

/* The distribution of a sum: `sum` has room for count + more - 1 probabilities and holds `count`. */
static void convolve(double *sum, size_t count, const double *other, size_t more) {
    for (size_t i = count + more - 1; i-- > 0;) {
        double p = 0;
        size_t first = i >= count ? i - count + 1 : 0, last = i < more - 1 ? i : more - 1;
        for (size_t j = first; j <= last; j++)
            p += sum[i - j] * other[j];
        sum[i] = p;
    }
}

static bool make_exact(struct statistics_null *null, const size_t *x_counts, const size_t *y_counts, size_t strata) {
    double *sum = malloc((null->pairs + 1) * sizeof *sum), *stratum = malloc((null->pairs + 1) * sizeof *stratum);
    bool made = sum != NULL && stratum != NULL;
    size_t count = 1;
    if (made)
        sum[0] = 1;
    for (size_t i = 0; made && i < strata; i++) {
        size_t pairs = x_counts[i] * y_counts[i];
        made = stratum_probabilities(x_counts[i], y_counts[i], stratum);
        if (made)
            convolve(sum, count, stratum, pairs + 1);
        count += pairs;
    }
    for (size_t i = 1; made && i < count; i++)
        sum[i] += sum[i - 1];
    free(stratum);
    if (!made) {
        free(sum);
        return false;
    }
    null->cumulative = sum;
    return true;
}

bool statistics_null_make(struct statistics_null *null, const size_t *x_counts, const size_t *y_counts, size_t strata) {
    *null = (struct statistics_null){0};
    double variance = 0, fourth = 0; /* cumulants, which add up over strata */
    bool small = true;
    for (size_t i = 0; i < strata; i++) {
        double x = (double)x_counts[i], y = (double)y_counts[i];
        null->pairs += x_counts[i] * y_counts[i];
        variance += x * y * (x + y + 1) / 12;
        fourth -= x * y * (x + y + 1) * (x * x + y * y + x * y + x + y) / 120;
        small = small && x_counts[i] <= EXACT_VALUES_MAX && y_counts[i] <= EXACT_VALUES_MAX;
    }
    null->mean = (double)null->pairs / 2;
    null->sd = sqrt(variance);
    null->kurtosis = fourth / (variance * variance);
    return !small || null->pairs > EXACT_PAIRS_MAX || make_exact(null, x_counts, y_counts, strata);
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
    if (!statistics_null_make(&null, &x_count, &y_count, 1))
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
