#include "statistics/quantile.h"

#include <math.h>
#include <stdlib.h>

#include "statistics/student.h"

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

static double share_up_to(const struct quantile_cluster *cluster, uint64_t value) {
    double total = 0, up_to = 0;
    for (size_t i = 0; i < cluster->point_count; i++) {
        total += (double)cluster->points[i].count;
        up_to += cluster->points[i].value <= value ? (double)cluster->points[i].count : 0;
    }
    return up_to / total;
}

/* The standard error of the share of all values that do not exceed `value`. Clusters are weighed by their counts. */
static double share_error(const struct quantile_cluster *clusters, size_t count, double total, double share,
                          uint64_t value) {
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        const double weight = (double)quantile_total(clusters[i].points, clusters[i].point_count) / total;
        const double off = weight * (share_up_to(&clusters[i], value) - share);
        squares += off * off;
    }
    return sqrt(squares * (double)count / (double)(count - 1));
}

struct statistics_interval quantile_with_interval(const struct quantile_point *points, size_t point_count,
                                                  const struct quantile_cluster *clusters, size_t cluster_count,
                                                  double order, double confidence) {
    const uint64_t value = quantile_of(points, point_count, order);
    struct statistics_interval interval = {(double)value, 0, INFINITY};
    if (cluster_count < 2)
        return interval;
    const double total = (double)quantile_total(points, point_count);
    const struct quantile_cluster all = {points, point_count};
    const double error = share_error(clusters, cluster_count, total, share_up_to(&all, value), value);
    const double reach =
        statistics_student_limit(confidence, (unsigned)cluster_count - 1) * error / (order * (1 - order));
    const double odds = order / (1 - order), low = odds * exp(-reach), high = odds * exp(reach);
    if (total * low / (1 + low) >= 1)
        interval.low = (double)quantile_of(points, point_count, low / (1 + low));
    if (total / (1 + high) >= 1)
        interval.high = (double)quantile_of(points, point_count, high / (1 + high));
    return interval;
}

uint64_t quantile_needs(double order) {
    const double beyond = fmin(order, 1 - order);
    return (uint64_t)llround(BEYOND_MIN / beyond);
}
