/* The measurement that a worker has in hand, and how to go through it. */
#ifndef CTXBENCH_MEASURE_H
#define CTXBENCH_MEASURE_H

#include <stdatomic.h>

#include "machine/counters.h"
#include "protocol/execution.h"
#include "registry/registry.h"
#include "worker/gbench.h"

enum { CACHE_LINE_PAIR = 128 }; /* lines are fetched in pairs: 64 bytes apart is not far enough */

/* A thread's own part of a measurement, away from its neighbours'. */
struct worker_thread {
    _Alignas(CACHE_LINE_PAIR) struct ctx_job job;
    uint64_t checksum;
    struct counters counters;
    double before[SAMPLE_QUANTITIES], spent[SAMPLE_QUANTITIES]; /* those that are counted */
};

struct gbench_work {
    const struct execution_request *request;
    const struct registry_entry *entry;
    const struct ctx_kernel *kernel;
    uint32_t parameters[CTX_PARAMETERS_MAX];
    uint64_t iterations;
    struct worker_thread *threads;
    struct execution_sample *samples; /* of this pass */
    unsigned sample;                  /* the one in hand */
    struct ctx_recorder *recorders;   /* one per thread in the pass that records, NULL in all others */
    void *shared;                     /* what prepare made for it */
    bool prepared;
    atomic_bool failed;
    struct execution_answer *answer;
};

/* Notes the first failure; later ones follow from it. Safe from any thread. Returns false. */
__attribute__((format(printf, 3, 4))) bool worker_fail(struct gbench_work *work, enum execution_outcome outcome,
                                                       const char *format, ...);

/* A thread's job in this pass. */
struct ctx_job worker_job(const struct gbench_work *work, unsigned thread);

/* Goes `sample_count` times through `iterations` operations each, which `run` does on each thread. False after a
 * failure. */
bool worker_pass(struct gbench_work *work, uint64_t iterations, unsigned sample_count, struct execution_sample *samples,
                 void (*run)(struct gbench_work *work, unsigned thread));

/* Does nothing after a failure: another thread may be missing, and a kernel that waits for it would wait for ever. */
void worker_run(struct gbench_work *work, unsigned thread);

/*
 * Goes through the loop under callgrind with n, 2n and 3n iterations, each of them counted, after a first time that is
 * not. The answer says what came of it.
 */
void worker_count(struct gbench_work *work);

#endif
