/* Calls of workers: a fresh process gets a request, is watched, and what comes of it is judged. */
#ifndef CTXBENCH_WORKER_CALL_H
#define CTXBENCH_WORKER_CALL_H

#include "plan/case.h"
#include "protocol/execution.h"
#include "protocol/turns.h"
#include "session/child.h"

/* How much longer than it should a worker may take before it is taken for hung (CTXBENCH_PATIENCE, or 10). */
double worker_patience_seconds(void);

struct worker_call {
    const struct execution_request *request;
    const char *program;                /* a path, or a name to be looked for; NULL: this program */
    char *const *argv;                  /* NULL: those of a worker */
    const struct peer *peer;            /* whose program it is; NULL: a worker of ours */
    const struct bench_case *peer_case; /* of a peer that is to measure */
    char *const *environment;           /* NULL: ours and the pad */
    size_t pad_bytes;                   /* of its environment, which moves its stack */
    double deadline_seconds;
    struct progress *progress; /* may be NULL */
    struct child_end *end;     /* room for how it ended; too large for a stack */
};

/* False when the program was asked to finish meanwhile; otherwise the answer is filled, and the caller clears it. */
bool worker_call(const struct worker_call *call, struct execution_answer *answer);

/* The same of two at the same time, whose requests say in_turns; the one of calls[first] has the first turn. */
bool worker_call_in_turns(const struct worker_call calls[TURNS_SIDES], int first,
                          struct execution_answer answers[TURNS_SIDES]);

#endif
