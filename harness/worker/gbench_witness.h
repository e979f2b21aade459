/*
 * Whether Google Benchmark did what was asked of it, and whether its clock and the shim's agree. No figure is taken
 * from it, since its versions count differently; but where it says what cannot be, something is wrong that nobody knows
 * yet.
 */
#ifndef CTXBENCH_GBENCH_WITNESS_H
#define CTXBENCH_GBENCH_WITNESS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct error;

/* One sample as the shim saw it, by readings of the clocks of its own. */
struct gbench_witness {
    unsigned threads;
    uint64_t iterations;  /* per thread, that were asked for */
    uint64_t entries;     /* how often the loops were entered, by all threads together */
    double real_s, cpu_s; /* within the loops, summed over the threads */
    double around_s;      /* from before the threads started until after they ended */
};

/*
 * The same sample as Google Benchmark reports it. Versions up to 1.8 give the mean of the threads as real time, 1.9.0
 * and later their sum; all give the sum of the CPU times.
 */
struct gbench_report {
    uint64_t threads, iterations; /* of all threads together */
    double real_s, cpu_s;
};

/* True if as many samples were taken and reported as were asked for. */
bool gbench_agree_on_samples(uint64_t wanted, uint64_t begun, uint64_t reported, struct error *error);

/*
 * True if the report is one that a sample so seen can have: each thread entered the loop once, and each time lies
 * between what was seen within and what was seen around, by either way to count. No busy machine makes it false.
 */
bool gbench_agree(const struct gbench_witness *seen, const struct gbench_report *report, struct error *error);

#ifdef __cplusplus
}
#endif

#endif
