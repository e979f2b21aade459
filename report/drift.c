#include "drift.h"

#include <math.h>
#include <stdlib.h>

/* Half the width of an interval at 95 %, in standard errors. */
static const double HALF_WIDTH = 1.959964;

/* One reference that moved for a reason of its own must not make every interval useless. */
static const double ERRORS_MAX = 3;

/* How many of its standard errors a ratio is away from 1; negative: its interval ends nowhere, and cannot tell. */
static double errors_from_one(struct statistics_interval ratio) {
    double moved = fabs(log(ratio.estimate));
    double reach = ratio.estimate > 1 ? log(ratio.estimate / ratio.low) : log(ratio.high / ratio.estimate);
    if (!isfinite(reach))
        return -1;
    return moved > 0 ? fmin(HALF_WIDTH * moved / reach, ERRORS_MAX) : 0;
}

static int by_estimate(const void *a, const void *b) {
    const double x = ((const struct statistics_interval *)a)->estimate;
    const double y = ((const struct statistics_interval *)b)->estimate;
    return (x > y) - (x < y);
}

static double median_of(struct statistics_interval *ratios, size_t count) {
    qsort(ratios, count, sizeof *ratios, by_estimate);
    return sqrt(ratios[(count - 1) / 2].estimate * ratios[count / 2].estimate);
}

struct drift drift_measure(struct statistics_interval *ratios, size_t count) {
    struct drift drift = {.ratio = 1, .widening = 1};
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        double errors = errors_from_one(ratios[i]);
        if (errors < 0)
            continue;
        squares += errors * errors;
        ratios[drift.references++] = ratios[i];
    }
    if (drift.references > 0)
        drift.ratio = median_of(ratios, drift.references);
    if (drift.references >= DRIFT_REFERENCES_MIN)
        drift.widening = fmax(1, sqrt(squares / (double)drift.references));
    return drift;
}
