/*
 * Google Benchmark behind a typed C interface: it starts the threads, lets them go together and takes the times.
 *
 * One measurement at a time; not to be called from two threads. Threads are made anew for each sample, and thread 0 is
 * the caller. Nothing is printed.
 */
#ifndef CTXBENCH_GBENCH_H
#define CTXBENCH_GBENCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

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

/* Takes plan->sample_count samples, in order. Returns how many there are: fewer only if Google Benchmark refused. */
size_t gbench_measure(const struct gbench_plan *plan, struct gbench_sample *samples);

#ifdef __cplusplus
}
#endif

#endif
