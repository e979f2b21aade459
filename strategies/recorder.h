/*
 * Notes how long each operation took, for workloads whose rare slow operations matter as much as the usual ones. A
 * kernel that is given a recorder (ctx_job) starts it in front of its loop and tells it of the end of each operation;
 * that of one operation is the beginning of the next, so that nothing is missed and the clock is read once for each.
 *
 * Clock: the processor's counter of constant rate (rdtsc; cntvct_el0), in ticks, which whoever gave the recorder scales
 * to time. It is not ordered with the instructions around it: times of some nanoseconds are blurred, and some
 * processors let it advance in steps of 10 ns. To read it takes 10 to 40 ns itself, more on a virtual machine whose
 * host intercepts it, and all of that is in each operation's time: results say what it is there.
 *
 * Times are kept in a log-linear histogram, after HdrHistogram (Tene): below 128 ticks each has a cell of its own; from
 * there on each doubling is split into 64 cells, so that the middle of a cell is off by less than 0.8 %. It stays
 * within some cache lines, and takes no memory that grows.
 *
 * The next operation begins when the last one ends. So these are times of service, and not what callers would see that
 * arrive at times of their own, and have to wait behind a slow operation ("coordinated omission").
 */
#ifndef CTX_RECORDER_H
#define CTX_RECORDER_H

#include <stdint.h>

#include "instructions.h"

enum {
    CTX_RECORDER_SPLIT_BITS = 6,
    CTX_RECORDER_SPLIT = 1 << CTX_RECORDER_SPLIT_BITS,
    CTX_RECORDER_TICK_BITS = 44, /* hours; what is longer is counted as that */
    CTX_RECORDER_CELLS = (CTX_RECORDER_TICK_BITS - CTX_RECORDER_SPLIT_BITS + 1) * CTX_RECORDER_SPLIT,
};

/* One thread's own. All zeros: nothing recorded yet. */
struct ctx_recorder {
    _Alignas(128) uint64_t last_ticks; /* away from the other threads' */
    uint64_t operations[CTX_RECORDER_CELLS];
};

static inline unsigned ctx_recorder_cell(uint64_t ticks) {
    const uint64_t longest = (UINT64_C(1) << CTX_RECORDER_TICK_BITS) - 1;
    const uint64_t kept = ticks < longest ? ticks : longest;
    if (kept < UINT64_C(2) * CTX_RECORDER_SPLIT)
        return (unsigned)kept;
    const unsigned doublings = 63u - CTX_RECORDER_SPLIT_BITS - (unsigned)__builtin_clzll(kept);
    return doublings * CTX_RECORDER_SPLIT + (unsigned)(kept >> doublings);
}

/* The middle of what a cell holds, in ticks. */
static inline double ctx_recorder_middle(unsigned cell) {
    if (cell < 2 * CTX_RECORDER_SPLIT)
        return cell;
    const unsigned doublings = cell / CTX_RECORDER_SPLIT - 1;
    const uint64_t low = (uint64_t)(cell - doublings * CTX_RECORDER_SPLIT) << doublings;
    return (double)low + (double)((UINT64_C(1) << doublings) - 1) / 2;
}

static inline void ctx_recorder_start(struct ctx_recorder *recorder) {
    recorder->last_ticks = ctx_ticks();
}

/* An operation has ended. */
static inline void ctx_recorder_note(struct ctx_recorder *recorder) {
    const uint64_t now = ctx_ticks();
    recorder->operations[ctx_recorder_cell(now - recorder->last_ticks)]++;
    recorder->last_ticks = now;
}

/*
 * For loops that are inlined twice, once with a recorder and once with NULL, which the compiler knows: there, nothing
 * of all this is left.
 */
#define CTX_RECORD_START(recorder) ((recorder) == NULL ? (void)0 : ctx_recorder_start(recorder))
#define CTX_RECORD(recorder) ((recorder) == NULL ? (void)0 : ctx_recorder_note(recorder))

#endif
