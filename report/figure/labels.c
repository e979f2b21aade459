#include "figure/labels.h"

#include <math.h>
#include <stdlib.h>

static int compare_labels(const void *left, const void *right) {
    const struct label *a = left, *b = right;
    if (a->wanted != b->wanted)
        return a->wanted < b->wanted ? -1 : 1;
    return (a->of > b->of) - (a->of < b->of);
}

/* The least mean of what the labels from `first` to any one from `i` on want, less the steps between them. */
static double least_mean(const struct label *labels, size_t count, size_t first, size_t i, double step) {
    double sum = 0, least = INFINITY;
    for (size_t k = first; k < count; k++) {
        sum += labels[k].wanted - (double)k * step;
        if (k >= i)
            least = fmin(least, sum / (double)(k - first + 1));
    }
    return least;
}

/*
 * Less the steps between them, places must not descend: that is isotonic regression, whose solution is a maximum over
 * beginnings of a minimum over ends of means (Barlow, Bartholomew, Bremner and Brunk, 1972). It stays the best when it
 * is cut at bounds.
 */
void labels_spread(struct label *labels, size_t count, double step, double low, double high) {
    if (count == 0)
        return;
    qsort(labels, count, sizeof *labels, compare_labels);
    if (count > 1)
        step = fmin(step, (high - low) / (double)(count - 1));
    const double last = high - step * (double)(count - 1);
    for (size_t i = 0; i < count; i++) {
        double best = -INFINITY;
        for (size_t first = 0; first <= i; first++)
            best = fmax(best, least_mean(labels, count, first, i, step));
        labels[i].at = fmax(low, fmin(best, last)) + step * (double)i;
    }
}
