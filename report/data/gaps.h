/* Cases that a run was asked for, and that their strategies do not have: each with the reason. */
#ifndef CTXBENCH_GAPS_H
#define CTXBENCH_GAPS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "data/result_file.h"

struct gap {
    const char *label, *strategy; /* as in result_case */
    const char *workload;
    const char *work; /* the case's name without the strategy: as result_case.comparison_name */
    const char *reason;
};

struct gaps {
    struct gap *items; /* in the file's order */
    size_t count;
};

/* False when out of memory. What is made lives in the arena, and refers to the file. */
bool gaps_read(const struct result_file *file, struct arena *arena, struct gaps *gaps);

/* Whether the gap is in the place of such a case: the same work with the same store. */
bool gap_is_like(const struct gap *gap, const struct result_case *of);

/* Why the strategy cannot do what this case does; NULL if nothing is said of it. */
const char *gaps_reason(const struct gaps *gaps, const char *strategy, const struct result_case *of);

#endif
