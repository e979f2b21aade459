/* What people call the kinds of a kernel: its form, and how its contexts keep their values. */
#ifndef CTXBENCH_KERNEL_NAMES_H
#define CTXBENCH_KERNEL_NAMES_H

#include "strategy.h"

/* How the contexts of a kernel keep their values: "chain", "flat", ...; "none" for a reference, which keeps nothing. */
const char *kernel_store_name(const struct ctx_strategy *strategy, const struct ctx_kernel *kernel);
#define KERNEL_STORE_COMMON "chain" /* the store of workloads that do not vary it */

const char *kernel_form_name(enum ctx_form form); /* "throughput" or "latency" */

#endif
