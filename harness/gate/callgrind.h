/*
 * Instructions per operation of a case, counted by callgrind: a worker runs under valgrind, and its loop is counted for
 * n, 2n and 3n iterations. What surrounds the loop is the same in all three and drops out of their differences; if
 * these differ from each other, the count varies and is none. Exact for one thread; work, and not time.
 *
 * The worker gets an environment that is the same for everybody (stack layout, symbols bound eagerly, no
 * address-space randomisation), so that a count depends on the program and its libraries alone.
 */
#ifndef CTXBENCH_CALLGRIND_H
#define CTXBENCH_CALLGRIND_H

#include <limits.h>
#include <stdint.h>

#include "base/error.h"
#include "protocol/execution.h"
#include "session/child.h"
#include "session/progress.h"

/* What counts need, found once. */
struct callgrind {
    char folder[PATH_MAX]; /* for dumps; ours, and removed by callgrind_close */
    char version[64];      /* "valgrind-3.19.0" */
    struct child_end *end; /* owned */
    double deadline_seconds;
    struct progress *progress; /* may be NULL */
};

/* False with *error set: there is no valgrind, or no place for its dumps. Closed in both cases. */
bool callgrind_open(struct callgrind *callgrind, struct error *error);
void callgrind_close(struct callgrind *callgrind);

enum callgrind_fate {
    CALLGRIND_COUNTED,
    CALLGRIND_INAPPLICABLE, /* the reason says why: an instruction that callgrind lacks, a count that varies, ... */
    CALLGRIND_FAILED,       /* the reason says how */
    CALLGRIND_INTERRUPTED,
};

struct callgrind_count {
    double instructions; /* per operation */
    char reason[sizeof((struct execution_answer *)0)->reason];
};

/* Counts one case with the worker of `program`, an absolute path. `request` needs no iterations; they are set here. */
enum callgrind_fate callgrind_count(struct callgrind *callgrind, const char *program,
                                    const struct execution_request *request, struct callgrind_count *count);

/*
 * From what was counted for n, 2n and 3n iterations. False when the stretches are not alike to the instruction; then
 * *found says what was found.
 */
bool callgrind_per_operation(const uint64_t totals[static 3], uint64_t iterations, double *instructions, char *found,
                             size_t size);

#endif
