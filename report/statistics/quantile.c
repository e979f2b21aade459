#include "quantile.h"

#include <math.h>
#include <stdlib.h>

static const double BEYOND_MIN = 10;

const struct quantile_shown quantiles_shown[QUANTILES_SHOWN] = {
    {"p50", "p50", 0.5},
    {"p99", "p99", 0.99},
    {"p999", "p99.9", 0.999},
};

static int compare_points(const void *left, const void *right) {
    const struct quantile_point *a = left, *b = right;
    return (a->value > b->value) - (a->value < b->value);
}

void quantile_sort(struct quantile_point *points, size_t point_count) {
    if (point_count > 0)
        qsort(points, point_count, sizeof *points, compare_points);
}

uint64_t quantile_total(const struct quantile_point *points, size_t point_count) {
    uint64_t total = 0;
    for (size_t i = 0; i < point_count; i++)
        total += points[i].count;
    return total;
}

uint64_t quantile_of(const struct quantile_point *points, size_t point_count, double order) {
    double total = 0, passed = 0;
    size_t last = 0;
    for (size_t i = 0; i < point_count; i++) {
        total += (double)points[i].count;
        last = points[i].count > 0 ? i : last;
    }
    const double wanted = ceil(order * total - 1e-9 * total);
    for (size_t i = 0; i < last; i++) {
        passed += (double)points[i].count;
        if (points[i].count > 0 && passed >= wanted)
            return points[i].value;
    }
    return points[last].value;
}

uint64_t quantile_needs(double order) {
    const double beyond = fmin(order, 1 - order);
    return (uint64_t)llround(BEYOND_MIN / beyond);
}
