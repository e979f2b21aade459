/*
 * A case: strategy x store x workload x form x parameters x placement. What one row of the table stands for.
 */
#ifndef CTXBENCH_CASE_H
#define CTXBENCH_CASE_H

#include <stddef.h>

#include "machine/topology.h"
#include "registry/peer.h"
#include "strategy.h"

enum { CASE_NAME_MAX = 160 };

struct bench_case {
    const struct ctx_strategy *strategy;
    const struct ctx_kernel *kernel; /* one of the strategy's */
    uint32_t parameters[CTX_PARAMETERS_MAX];
    const struct placement *placement; /* gives the number of threads, too */
    const struct peer *peer;           /* whose program does the work; NULL: a worker of ours */
};

/*
 * Writes "stacktag/get/depth:16/up:1/latency/threads:2/l3": unique within a run, stable between runs. Where contexts do
 * not keep their values in a chain, the store is part of the strategy's name: "tls+flat/nest/...".
 */
void case_name(const struct bench_case *c, char name[static CASE_NAME_MAX]);

/*
 * The same without the strategy and its store: what two strategies' cases must share to be compared
 * ("get/depth:16/..."). Results and tables use it to find the row of `none` or `floor` that belongs beside a case.
 */
void case_comparison_name(const struct bench_case *c, char name[static CASE_NAME_MAX]);

/* NULL, or why the strategy has no such case: a clause for people. */
const char *case_inapplicable(const struct bench_case *c);

#endif
