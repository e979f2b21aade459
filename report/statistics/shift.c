#include "shift.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rank.h"

/* Halving an interval so often leaves nothing that a double could tell from it. */
enum { HALVINGS = 120 };

/* A stretch: its values of each side, sorted. */
struct stretch {
    const double *base, *other;
    size_t base_count, other_count;
};

struct statistics_shift {
    struct statistics_null null;
    struct stretch *stretches;
    size_t stretch_count;
    double *values;         /* of all stretches */
    double least, greatest; /* difference */
};

static int compare_doubles(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void sort(double *values, size_t count) {
    qsort(values, count, sizeof *values, compare_doubles);
}

/* Cuts both sides into stretches as equal as can be. */
static void cut(struct statistics_shift *shift, size_t base_count, size_t other_count) {
    double *base = shift->values, *other = shift->values + base_count;
    size_t count = shift->stretch_count;
    shift->least = INFINITY;
    shift->greatest = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        size_t base_start = base_count * i / count, other_start = other_count * i / count;
        struct stretch *stretch = &shift->stretches[i];
        *stretch = (struct stretch){base + base_start, other + other_start, base_count * (i + 1) / count - base_start,
                                    other_count * (i + 1) / count - other_start};
        sort(base + base_start, stretch->base_count);
        sort(other + other_start, stretch->other_count);
        shift->least = fmin(shift->least, stretch->other[0] - stretch->base[stretch->base_count - 1]);
        shift->greatest = fmax(shift->greatest, stretch->other[stretch->other_count - 1] - stretch->base[0]);
    }
}

static bool make_null(struct statistics_shift *shift) {
    size_t *counts = malloc(2 * shift->stretch_count * sizeof *counts);
    if (counts == NULL)
        return false;
    for (size_t i = 0; i < shift->stretch_count; i++) {
        counts[i] = shift->stretches[i].base_count;
        counts[shift->stretch_count + i] = shift->stretches[i].other_count;
    }
    bool made = statistics_null_make(&shift->null, counts, counts + shift->stretch_count, shift->stretch_count);
    free(counts);
    return made;
}

struct statistics_shift *statistics_shift_new(const double *base, size_t base_count, const double *other,
                                              size_t other_count, bool alternating) {
    struct statistics_shift *shift = calloc(1, sizeof *shift);
    if (shift == NULL)
        return NULL;
    shift->stretch_count = alternating && base_count > STATISTICS_STRETCH ? base_count / STATISTICS_STRETCH : 1;
    shift->stretches = calloc(shift->stretch_count, sizeof *shift->stretches);
    shift->values = malloc((base_count + other_count) * sizeof *shift->values);
    bool made = shift->stretches != NULL && shift->values != NULL;
    if (made) {
        memcpy(shift->values, base, base_count * sizeof *base);
        memcpy(shift->values + base_count, other, other_count * sizeof *other);
        cut(shift, base_count, other_count);
        made = make_null(shift);
    }
    if (made)
        return shift;
    statistics_shift_free(shift);
    return NULL;
}

void statistics_shift_free(struct statistics_shift *shift) {
    if (shift == NULL)
        return;
    statistics_null_free(&shift->null);
    free(shift->stretches);
    free(shift->values);
    free(shift);
}

/* How many differences are at most (or, with `strictly`, below) `limit`. Walks along both sorted sides at once. */
static size_t count_differences(const struct statistics_shift *shift, double limit, bool strictly) {
    size_t total = 0;
    for (size_t i = 0; i < shift->stretch_count; i++) {
        const struct stretch *stretch = &shift->stretches[i];
        size_t reached = 0;
        for (size_t b = 0; b < stretch->base_count; b++) {
            while (reached < stretch->other_count) {
                double difference = stretch->other[reached] - stretch->base[b];
                if (strictly ? difference >= limit : difference > limit)
                    break;
                reached++;
            }
            total += reached;
        }
    }
    return total;
}

/* The k-th smallest difference, k from 0: found by halving the range of differences, without making them all. */
static double difference_at(const struct statistics_shift *shift, size_t k) {
    double low = shift->least, high = shift->greatest;
    if (count_differences(shift, low, false) > k)
        return low;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = low + (high - low) / 2;
        *(count_differences(shift, middle, false) > k ? &high : &low) = middle;
    }
    return high;
}

double statistics_shift_estimate(const struct statistics_shift *shift) {
    size_t pairs = shift->null.pairs;
    double upper = difference_at(shift, pairs / 2);
    return pairs % 2 == 1 ? upper : (difference_at(shift, pairs / 2 - 1) + upper) / 2;
}

/* The largest count whose tail holds no more than p; SIZE_MAX if even that of 0 holds more. */
static size_t count_within(const struct statistics_null *null, double p) {
    if (statistics_null_tail(null, 0) > p)
        return SIZE_MAX;
    size_t within = 0, beyond = null->pairs;
    while (beyond - within > 1) {
        size_t middle = within + (beyond - within) / 2;
        *(statistics_null_tail(null, middle) <= p ? &within : &beyond) = middle;
    }
    return within;
}

struct statistics_interval statistics_shift_interval(const struct statistics_shift *shift, double alpha) {
    size_t k = count_within(&shift->null, alpha / 2);
    double estimate = statistics_shift_estimate(shift);
    if (k == SIZE_MAX)
        return (struct statistics_interval){estimate, -INFINITY, INFINITY};
    return (struct statistics_interval){estimate, difference_at(shift, k),
                                        difference_at(shift, shift->null.pairs - 1 - k)};
}

double statistics_shift_p_above(const struct statistics_shift *shift, double limit) {
    return statistics_null_tail(&shift->null, count_differences(shift, limit, false));
}

double statistics_shift_p_below(const struct statistics_shift *shift, double limit) {
    return statistics_null_tail(&shift->null, shift->null.pairs - count_differences(shift, limit, true));
}

double statistics_shift_p_min(const struct statistics_shift *shift) {
    return statistics_null_tail(&shift->null, 0);
}
