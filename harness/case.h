/*
 * A case: strategy x store x workload x form x parameters x placement. What one row of the table stands for.
 */
#ifndef CTXBENCH_CASE_H
#define CTXBENCH_CASE_H

#include <stddef.h>

#include "strategy.h"
#include "topology.h"

/* How contexts keep their values. One store so far; the axis is named so that results stay comparable later. */
#define CTXBENCH_STORE "chain"

enum { CASE_NAME_MAX = 160 };

struct bench_case {
    const struct ctx_strategy *strategy;
    const struct ctx_kernel *kernel; /* one of the strategy's */
    uint32_t parameters[CTX_PARAMETERS_MAX];
    const struct placement *placement; /* gives the number of threads, too */
};

/* Writes "stacktag/get/depth:16/up:1/latency/threads:2/l3": unique within a run, stable between runs. */
void case_name(const struct bench_case *c, char name[static CASE_NAME_MAX]);

/*
 * The same without the strategy: what two strategies' cases must share to be compared ("get/depth:16/...").
 * Results and tables use it to find the row of `none` or `floor` that belongs beside a case.
 */
void case_comparison_name(const struct bench_case *c, char name[static CASE_NAME_MAX]);

/* NULL, or why the strategy has no such case: a clause for people. */
const char *case_inapplicable(const struct bench_case *c);

const char *case_form_name(enum ctx_form form); /* "throughput" or "latency" */

#endif
