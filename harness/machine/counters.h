/*
 * What the kernel of the operating system and the processor count of one thread, beside time: page faults always, and
 * the processor's own counters where perf_event_open(2) gives them. Read before and after a measurement, outside its
 * clock.
 */
#ifndef CTXBENCH_COUNTERS_H
#define CTXBENCH_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/quantities.h"

enum counter {
    COUNTER_MINOR_FAULTS, /* page faults without input */
    COUNTER_MAJOR_FAULTS,
    COUNTER_CYCLES, /* from here on the processor's, in user mode only */
    COUNTER_INSTRUCTIONS,
    COUNTER_BRANCH_MISSES,
    COUNTER_CACHE_MISSES,
    COUNTER_COUNT
};
enum { COUNTER_FIRST_OF_PROCESSOR = COUNTER_CYCLES };

/* Stands for what could not be counted. */
#define COUNTER_UNKNOWN UINT64_MAX

/* What it is called where it is recorded. */
enum sample_quantity counter_quantity(enum counter counter);

/* The counters of the calling thread. */
struct counters {
    int events[COUNTER_COUNT]; /* file descriptors; -1: none */
    uint64_t before[COUNTER_COUNT];
};

/* Opens and reads them. Every start has its stop, on the same thread. */
void counters_start(struct counters *counters);

/* Writes what was counted since, and COUNTER_UNKNOWN for what was not. */
void counters_stop(struct counters *counters, uint64_t counts[static COUNTER_COUNT]);

/* Why the processor's counters are absent here, as a sentence; empty where they are not. */
void counters_absence(char *reason, size_t size);

/* The parts of it, for tests. */

/* The sentence for an error number of perf_event_open and perf_event_paranoid (INT_MIN: unknown). */
void counters_explain(int failure, int paranoid, char *reason, size_t size);

/*
 * What an event counted, from what read(2) gives: the value, and the times for which it was wanted and did run. Where
 * others had the counter for a part of the time, the count is not what happened: unknown.
 */
uint64_t counters_value(const uint64_t read[static 3]);

#endif
