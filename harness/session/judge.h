/* What came of a worker: its answer, or why there is none. */
#ifndef CTXBENCH_JUDGE_H
#define CTXBENCH_JUDGE_H

#include "protocol/execution.h"
#include "session/child.h"

/* Fills *answer from how the worker of this case ended; the caller clears it. Not for an interrupted worker. */
void judge_worker(const struct child_end *end, const char *case_name, struct execution_answer *answer);

#endif
