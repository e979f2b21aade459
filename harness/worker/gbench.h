/*
 * Google Benchmark behind a typed C interface: it starts the threads, lets them go together and repeats. The times are
 * the shim's own readings of the clocks, on each thread around its loop: what Google Benchmark makes of several
 * threads' times depends on its version. Its report is a witness (gbench_witness.h).
 *
 * One measurement at a time; not to be called from two threads. Threads are made anew for each sample, and thread 0 is
 * the caller. Nothing is printed.
 */
#ifndef CTXBENCH_GBENCH_H
#define CTXBENCH_GBENCH_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct error;

struct gbench_work; /* what is measured: defined by whoever measures */

struct gbench_plan {
    const char *name;
    unsigned thread_count, sample_count; /* at least 1 */
    uint64_t iterations;                 /* per thread and sample; at least 1 */
    struct gbench_work *work;
    /* Outside the measured time: once per sample on the calling thread, before the threads start and after they ended.
     */
    void (*sample_begin)(struct gbench_work *work);
    void (*sample_end)(struct gbench_work *work);
    /* Outside the measured time: on each thread, before it waits for the others and after all are through. */
    void (*thread_begin)(struct gbench_work *work, unsigned thread);
    void (*thread_end)(struct gbench_work *work, unsigned thread);
    /* What is timed: all `iterations`, entered once by each thread. */
    void (*run)(struct gbench_work *work, unsigned thread);
};

/* Times of one thread, per operation: the mean of the threads, each timed by itself. */
struct gbench_sample {
    double real_ns, cpu_ns;
};

/* Takes plan->sample_count samples, in order. False if Google Benchmark did other than asked, or its clock disagrees.
 */
bool gbench_measure(const struct gbench_plan *plan, struct gbench_sample *samples, struct error *error);

#ifdef __cplusplus
}
#endif

#endif
