/* A scale of positive values, linear or logarithmic, with its ticks. */
#ifndef CTXBENCH_SCALE_H
#define CTXBENCH_SCALE_H

#include <stdbool.h>
#include <stddef.h>

#include "text/format.h"

enum { SCALE_TICKS_MAX = 32 };

/* Values beyond these have no place on a scale. */
#define SCALE_VALUE_MIN 1e-99
#define SCALE_VALUE_MAX 1e99

struct scale {
    double low, high;
    bool logarithmic;
    double ticks[SCALE_TICKS_MAX]; /* ascending, within the scale */
    size_t tick_count;
};

/*
 * The scale for values from `low` to `high`, with a little room beyond; without ticks. It is logarithmic where `high`
 * is a large multiple of `low`. A linear one begins at zero if `from_zero`, or if zero is near. Without values, or
 * beyond what a scale can show, it is one around 1.
 */
struct scale scale_for(double low, double high, bool from_zero);

/*
 * Sets the ticks, round numbers, the fewer the larger `coarseness` is. False if there is no set as coarse as that; then
 * the ticks stay.
 */
bool scale_set_ticks(struct scale *scale, unsigned coarseness);

/* Where a value stands between the ends of the scale: 0 to 1. */
double scale_part(const struct scale *scale, double value);

/* A tick's label. No two ticks have the same. */
void scale_label(const struct scale *scale, size_t tick, bool is_time, char label[static FORMAT_CELL_MAX]);

#endif
