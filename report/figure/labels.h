/* Where the names of curves stand beside their ends: as near as they can without lying on each other. */
#ifndef CTXBENCH_LABELS_H
#define CTXBENCH_LABELS_H

#include <stddef.h>

struct label {
    size_t of;     /* the caller's */
    double wanted; /* where the curve ends */
    double at;     /* where the label's middle stands */
};

/*
 * Sorts labels by what they want and places them at least `step` apart between `low` and `high`, so that the sum of
 * squared distances from the wanted places is the least. Where there is too little room for that, they stand at equal
 * distances.
 */
void labels_spread(struct label *labels, size_t count, double step, double low, double high);

#endif
