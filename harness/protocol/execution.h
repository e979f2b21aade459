/*
 * An execution: one fresh worker process that measures one case, of which it or one before it has proved that the
 * strategy gets it right. The request goes to the worker's standard input and the answer comes back through its
 * standard output, each as one line of JSON (protocol.h); everything is named rather than numbered, so that another
 * build's worker can be driven.
 */
#ifndef CTXBENCH_EXECUTION_H
#define CTXBENCH_EXECUTION_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/quantities.h"
#include "protocol/recording.h"
#include "strategy.h"

enum {
    EXECUTION_SAMPLES_MAX = 64,
    EXECUTION_DUMPS = 3, /* of callgrind, after the warming up: of n, 2n and 3n iterations */
};

struct execution_parameter {
    const char *name; /* as the workload calls it */
    uint32_t value;
};

/*
 * Asks for a calibration when `iterations` is 0: the answer's `iterations` then lasts about sample_seconds. With a
 * scenario it asks for the proof of that alone, and only the first three and the plug-in count. With `count`, which
 * takes one thread under callgrind, the loop is gone through without a clock (callgrind.h), and samples mean nothing.
 */
struct execution_request {
    const char *case_name; /* echoed in the answer; a mismatch is nonsense */
    const char *strategy;
    const char *scenario; /* NULL: measure */
    const char *workload, *form;
    const char *store; /* as kernel_store_name calls it; NULL: the common one, for those that know no other */
    uint32_t revision; /* of the workload; 0: any. A worker whose workload has another refuses */
    bool count;        /* instructions, in place of time */
    bool proved;   /* a worker of this program proved this case already: go without, which costs more than measuring */
    bool in_turns; /* each sample in turn with another worker (turns.h), by way of TURNS_DESCRIPTOR; not with observe */
    bool observe;  /* after the samples, also what the answer says of single operations and of memory */
    struct execution_parameter parameters[CTX_PARAMETERS_MAX];
    size_t parameter_count;
    unsigned thread_count;
    const unsigned *pus; /* OS indices, one per thread */
    /* NUMA nodes that the memory of thread 0 is bound to (struct placement); none: where it is first touched. */
    const unsigned *memory_nodes;
    unsigned memory_node_count;
    uint64_t iterations; /* per thread and sample */
    unsigned sample_count;
    double sample_seconds;
    const char *plugin; /* the shared object that the strategy comes from; NULL when built in */
};

/* One measurement: the kernel's loop entered once by every thread. By enum sample_quantity. */
struct execution_sample {
    double values[SAMPLE_QUANTITIES];
};

enum execution_outcome {
    EXECUTION_OK,
    EXECUTION_FAILED,         /* the worker said why: binding refused, unknown name, ... */
    EXECUTION_UNPROVED,       /* a scenario that the workload rests on does not hold */
    EXECUTION_WRONG_CHECKSUM, /* the kernel did not do the work */
    EXECUTION_CRASHED,        /* ended by a signal */
    EXECUTION_ABORTED,        /* ended itself by abort(), as a failed assertion does */
    EXECUTION_OUT_OF_MEMORY,
    EXECUTION_TIMED_OUT,
    EXECUTION_EXITED,   /* ended without an answer */
    EXECUTION_NONSENSE, /* answered what is no answer of this protocol */
    /* Only where a scenario was asked for. One that does not hold is EXECUTION_UNPROVED. */
    EXECUTION_HELD,
    EXECUTION_INAPPLICABLE, /* the reason says why */
    /* Only where a count was asked for: the loop was gone through as callgrind_dumps wants it. */
    EXECUTION_COUNTED,
};

struct execution_answer {
    enum execution_outcome outcome;
    unsigned sample_count;
    unsigned thread_count;
    char reason[512];  /* empty when OK, HELD or COUNTED; a sentence otherwise */
    bool memory_bound; /* to the nodes that were asked for, as read back */
    char linkage[64];  /* how the strategy was linked, and so which TLS model it got (linkage.h) */
    uint64_t iterations;
    struct execution_sample samples[EXECUTION_SAMPLES_MAX];
    unsigned *pus_bound; /* as read back, one per thread; owned, freed by execution_answer_clear */
    double measured_ms;  /* all that was spent in kernels, the tries of a calibration too */
    /* Of a peer, whose checksums are compared here: of all threads together, modulo 2^32, one for each sample. */
    uint32_t checksums[EXECUTION_SAMPLES_MAX];
    unsigned checksum_count; /* 0: it told none */
    /*
     * By enum execution_quantity. Allocations and scopes are looked at apart from the samples: of all threads together
     * while each does one operation, once all is set up; and of the innermost scope of an operation, where there is
     * one.
     */
    double quantities[EXECUTION_QUANTITIES];
    char allocations_absent[128]; /* why they are unknown though they were looked at; empty where they are not */
    struct recording recording;   /* of single operations, apart from the samples, where the workload records; owned */
};

/* "ok", "crashed", "timed-out", ...: the words of the protocol, the journal and the result file. */
const char *execution_outcome_name(enum execution_outcome outcome);
bool execution_outcome_parse(const char *name, enum execution_outcome *outcome);

/* An answer that says nothing: all that can be unknown is. */
struct execution_answer execution_answer_empty(void);

/* Frees what the answer owns and makes it an empty one. */
void execution_answer_clear(struct execution_answer *answer);

/* The same, with an outcome and the reason for it. */
__attribute__((format(printf, 3, 4))) void
execution_answer_refuse(struct execution_answer *answer, enum execution_outcome outcome, const char *format, ...);
__attribute__((format(printf, 3, 0))) void execution_answer_refuse_v(struct execution_answer *answer,
                                                                     enum execution_outcome outcome, const char *format,
                                                                     va_list args);

#endif
