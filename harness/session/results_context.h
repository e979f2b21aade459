/* The first part of a result file: what Google Benchmark's tools expect of a context, and one object of ours. */
#ifndef CTXBENCH_RESULTS_CONTEXT_H
#define CTXBENCH_RESULTS_CONTEXT_H

#include <jansson.h>

#include "machine/environment.h"
#include "session/results.h"

struct results_counts {
    size_t done, failed; /* executions; a calibration that failed counts as failed alone */
};

/* The whole context. Released by json_decref. NULL when out of memory. */
json_t *results_context(const struct results *results, const struct results_counts *counts);

/* What a result file would say of this machine, process and build, as a context of its own. The same holds for it. */
json_t *results_facts(const struct environment *environment);

/* Which machine it is, and of which kind, in one object. NULL stands for the environment of another machine than this.
 */
json_t *results_machine(const struct topology_facts *facts, const struct environment *environment);

#endif
