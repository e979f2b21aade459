#include "statistics/shift.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "statistics/rank.h"

/* Halving an interval so often leaves nothing that a double could tell from it. */
enum { HALVINGS = 120 };

/* All values, sorted. Of two groups: the base's, then the other's. Of pairs: their differences, and no base. */
struct statistics_shift {
    struct statistics_null null;
    const double *base, *other;
    size_t base_count, other_count;
    double least, greatest; /* of what is counted */
    double estimate, widening;
    double values[];
};

static int compare_doubles(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Copies both and sorts each. NULL when out of memory. */
static struct statistics_shift *copy(const double *base, size_t base_count, const double *other, size_t other_count) {
    struct statistics_shift *shift = malloc(sizeof *shift + (base_count + other_count) * sizeof shift->values[0]);
    if (shift == NULL)
        return NULL;
    double *copies[] = {shift->values, shift->values + base_count};
    if (base_count > 0)
        memcpy(copies[0], base, base_count * sizeof *base);
    memcpy(copies[1], other, other_count * sizeof *other);
    qsort(copies[0], base_count, sizeof *base, compare_doubles);
    qsort(copies[1], other_count, sizeof *other, compare_doubles);
    shift->base = copies[0];
    shift->other = copies[1];
    shift->base_count = base_count;
    shift->other_count = other_count;
    shift->widening = 1;
    return shift;
}

void statistics_shift_free(struct statistics_shift *shift) {
    if (shift == NULL)
        return;
    statistics_null_free(&shift->null);
    free(shift);
}

static bool is_within(double value, double limit, bool strictly) {
    return strictly ? value < limit : value <= limit;
}

/* How many differences between the groups are at most (or below) `limit`. Walks along both sorted sides at once. */
static size_t count_of_groups(const struct statistics_shift *shift, double limit, bool strictly) {
    size_t total = 0, reached = 0;
    for (size_t b = 0; b < shift->base_count; b++) {
        while (reached < shift->other_count && is_within(shift->other[reached] - shift->base[b], limit, strictly))
            reached++;
        total += reached;
    }
    return total;
}

/* How many means of two differences, or of one with itself, are. Walks from both ends towards the middle. */
static size_t count_of_pairs(const struct statistics_shift *shift, double limit, bool strictly) {
    const double *differences = shift->other;
    size_t total = 0, reached = shift->other_count;
    for (size_t i = 0; i < shift->other_count; i++) {
        while (reached > i && !is_within((differences[i] + differences[reached - 1]) / 2, limit, strictly))
            reached--;
        total += reached > i ? reached - i : 0;
    }
    return total;
}

static size_t count_differences(const struct statistics_shift *shift, double limit, bool strictly) {
    return (shift->base_count > 0 ? count_of_groups : count_of_pairs)(shift, limit, strictly);
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

static double middle_difference(const struct statistics_shift *shift) {
    size_t pairs = shift->null.pairs;
    double upper = difference_at(shift, pairs / 2);
    return pairs % 2 == 1 ? upper : (difference_at(shift, pairs / 2 - 1) + upper) / 2;
}

/* The shift, if its null distribution could be made. */
static struct statistics_shift *complete(struct statistics_shift *shift, bool made) {
    if (made) {
        shift->estimate = middle_difference(shift);
        return shift;
    }
    free(shift);
    return NULL;
}

struct statistics_shift *statistics_shift_of_groups(const double *base, size_t base_count, const double *other,
                                                    size_t other_count) {
    struct statistics_shift *shift = copy(base, base_count, other, other_count);
    if (shift == NULL)
        return NULL;
    shift->least = shift->other[0] - shift->base[base_count - 1];
    shift->greatest = shift->other[other_count - 1] - shift->base[0];
    return complete(shift, statistics_null_make_groups(&shift->null, base_count, other_count));
}

struct statistics_shift *statistics_shift_of_pairs(const double *differences, size_t count) {
    struct statistics_shift *shift = copy(NULL, 0, differences, count);
    if (shift == NULL)
        return NULL;
    shift->least = shift->other[0];
    shift->greatest = shift->other[count - 1];
    return complete(shift, statistics_null_make_signed(&shift->null, count));
}

void statistics_shift_widen(struct statistics_shift *shift, double factor) {
    shift->widening = factor;
}

double statistics_shift_estimate(const struct statistics_shift *shift) {
    return shift->estimate;
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

/* Moves a value away from the estimate, or towards it. By 1 it stays what it is, to the last bit. */
static double stretch(const struct statistics_shift *shift, double value, double factor) {
    return factor == 1 ? value : shift->estimate + factor * (value - shift->estimate);
}

struct statistics_interval statistics_shift_interval(const struct statistics_shift *shift, double alpha) {
    size_t k = count_within(&shift->null, alpha / 2);
    if (k == SIZE_MAX)
        return (struct statistics_interval){shift->estimate, -INFINITY, INFINITY};
    double low = difference_at(shift, k), high = difference_at(shift, shift->null.pairs - 1 - k);
    return (struct statistics_interval){shift->estimate, stretch(shift, low, shift->widening),
                                        stretch(shift, high, shift->widening)};
}

/* The limit that is as far from the estimate, in widths of the interval, as this one is once that is widened. */
static double before_widening(const struct statistics_shift *shift, double limit) {
    return stretch(shift, limit, 1 / shift->widening);
}

double statistics_shift_p_above(const struct statistics_shift *shift, double limit) {
    return statistics_null_tail(&shift->null, count_differences(shift, before_widening(shift, limit), false));
}

double statistics_shift_p_below(const struct statistics_shift *shift, double limit) {
    size_t below = count_differences(shift, before_widening(shift, limit), true);
    return statistics_null_tail(&shift->null, shift->null.pairs - below);
}

double statistics_shift_p_min(const struct statistics_shift *shift) {
    return statistics_null_tail(&shift->null, 0);
}
