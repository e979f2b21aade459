/*
 * An execution: one fresh worker process that proves a strategy and then measures one case. The request goes to the
 * worker's standard input and the answer comes back through its standard output, each as one line of JSON (protocol.h);
 * everything is named rather than numbered, so that another build's worker can be driven.
 */
#ifndef CTXBENCH_EXECUTION_H
#define CTXBENCH_EXECUTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EXECUTION_SAMPLES_MAX = 64 };

/* Asks for a calibration when `iterations` is 0: the answer's `iterations` then lasts about sample_seconds. */
struct execution_request {
    const char *case_name; /* echoed in the answer; a mismatch is nonsense */
    const char *strategy, *workload, *form;
    const uint32_t *parameters; /* CTX_PARAMETERS_MAX of them */
    const char *placement;
    unsigned thread_count;
    const unsigned *pus; /* OS indices, one per thread */
    uint64_t iterations; /* per thread and sample */
    unsigned sample_count;
    double sample_seconds;
    const char *const *plugins; /* paths to load first */
    size_t plugin_count;
};

/* One measurement: the kernel's loop entered once by every thread. */
struct execution_sample {
    double real_ns;                /* per operation, of one thread: what a clock on the wall shows */
    double cpu_ns;                 /* per operation, of one thread */
    uint64_t run_delay_ns;         /* time that the threads waited for a PU, all together */
    uint64_t involuntary_switches; /* all threads together */
};

enum execution_outcome {
    EXECUTION_OK,
    EXECUTION_FAILED,  /* the worker said why: unproved, wrong checksum, binding refused, unknown name, ... */
    EXECUTION_CRASHED, /* ended by a signal */
    EXECUTION_TIMED_OUT,
    EXECUTION_EXITED,   /* ended without an answer */
    EXECUTION_NONSENSE, /* answered what is no answer of this protocol */
};

struct execution_answer {
    enum execution_outcome outcome;
    char reason[512]; /* empty when OK; a sentence otherwise */
    uint64_t iterations;
    unsigned sample_count;
    struct execution_sample samples[EXECUTION_SAMPLES_MAX];
    unsigned thread_count;
    unsigned *pus_bound; /* as read back, one per thread; owned, freed by execution_answer_clear */
    char linkage[64];    /* how the strategy was linked: "program" or "plug-in", and so which TLS model it got */
    double overhead_ms;  /* the worker's own time outside the measurement */
    uint64_t memory_peak_bytes;
};

void execution_answer_clear(struct execution_answer *answer);

#endif
