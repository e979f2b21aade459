#include "statistics/drift.h"

#include <math.h>
#include <stdlib.h>

#include "statistics/rank.h"

/* One reference that moved for a reason of its own must not make every interval useless. */
static const double ERRORS_MAX = 3;

/* How far a ratio is away from 1, in halves of its interval; negative: that ends nowhere, and cannot tell. */
static double reaches_from_one(struct statistics_interval ratio) {
    double moved = fabs(log(ratio.estimate));
    double reach = ratio.estimate > 1 ? log(ratio.estimate / ratio.low) : log(ratio.high / ratio.estimate);
    if (!isfinite(reach))
        return -1;
    return moved > 0 ? moved / reach : 0;
}

bool drift_measure(struct drift *drift, const struct statistics_interval *ratios, size_t count) {
    const double errors_in_reach = statistics_normal_quantile((1 + STATISTICS_CONFIDENCE) / 2);
    double *estimates = calloc(count + 1, sizeof *estimates), squares = 0;
    if (estimates == NULL)
        return false;
    *drift = (struct drift){.ratio = 1, .widening = 1};
    for (size_t i = 0; i < count; i++) {
        double reaches = reaches_from_one(ratios[i]);
        if (reaches < 0)
            continue;
        double errors = fmin(errors_in_reach * reaches, ERRORS_MAX);
        squares += errors * errors;
        estimates[drift->references++] = ratios[i].estimate;
    }
    if (drift->references > 0)
        drift->ratio = statistics_median(estimates, drift->references);
    if (drift->references >= DRIFT_REFERENCES_MIN)
        drift->widening = fmax(1, sqrt(squares / (double)drift->references));
    free(estimates);
    return true;
}
