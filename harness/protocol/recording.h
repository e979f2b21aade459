/*
 * How long single operations took: what a worker makes of its threads' recorders (strategies/recorder.h). Times contain
 * that of the clock itself, which is told beside them and not subtracted.
 */
#ifndef CTXBENCH_RECORDING_H
#define CTXBENCH_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder.h"
#include "statistics/quantile.h"

/* More distinct times than a recorder can tell apart are none of ours. */
enum { RECORDING_POINTS_MAX = CTX_RECORDER_CELLS };

/* All zeros: nothing was recorded. */
struct recording {
    uint64_t operations;
    uint64_t clock_ps;             /* what an operation of no length takes: the clock's own cost, in the middle */
    struct quantile_point *points; /* by time, in picoseconds; owned */
    size_t point_count;
};

/* The rate of the recorders' clock, from two readings beside a clock that shows time. */
struct recording_clock {
    uint64_t began_ticks, began_ns;
};
void recording_clock_begin(struct recording_clock *clock);
double recording_clock_ps_per_tick(const struct recording_clock *clock);

/* Adds `from` to `into`. */
void recording_merge(struct ctx_recorder *into, const struct ctx_recorder *from);

/* Makes the recording, which recording_clear frees. False when out of memory. */
bool recording_make(const struct ctx_recorder *recorder, double ps_per_tick, struct recording *recording);
void recording_clear(struct recording *recording);

#endif
