/*
 * The supervisor: goes through the plan, gives each execution a worker of its own and journals what came of it. What a
 * worker does wrong costs that execution; only the journal or the user can end a run early.
 */
#ifndef CTXBENCH_SUPERVISOR_H
#define CTXBENCH_SUPERVISOR_H

#include "plan/plan.h"
#include "registry/registry.h"
#include "session/journal.h"

struct supervision {
    const struct options *options;
    const struct plan *plan;
    const struct registry *registry;
    struct journal *journal; /* entries in it are done already, and not done again */
    FILE *notes;             /* what it will take, and what was left out for the sake of the budget; NULL: silent */
};

enum supervisor_end {
    SUPERVISOR_DONE,
    SUPERVISOR_INTERRUPTED,
    SUPERVISOR_FAILED, /* *error is set: the journal cannot be read or written, or memory ran out */
};

struct supervisor_summary {
    unsigned rounds; /* of the plan's that there was time for */
    size_t failures; /* entries in the journal that did not end well */
    struct results_course course;
};

enum supervisor_end supervisor_run(const struct supervision *supervision, struct supervisor_summary *summary,
                                   struct error *error);

#endif
