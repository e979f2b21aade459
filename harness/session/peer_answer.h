/* What a worker of ours checks itself, checked here of the answer of a peer's program. */
#ifndef CTXBENCH_PEER_ANSWER_H
#define CTXBENCH_PEER_ANSWER_H

#include "plan/case.h"
#include "protocol/execution.h"
#include "session/child.h"

/*
 * Of a measurement: that the work was done, as often and on those PUs as was asked for, and within the time that the
 * process lived. An answer that fails becomes a wrong checksum, or nonsense, with the reason.
 */
void peer_answer_check(const struct bench_case *c, const struct execution_request *request, const struct child_end *end,
                       struct execution_answer *answer);

/* What each sample's checksum has to be: of all threads together, modulo 2^32. */
uint32_t peer_answer_checksum(const struct bench_case *c, uint64_t iterations);

#endif
