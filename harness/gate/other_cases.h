/*
 * Which cases the other build of a gate has, and this one has not. By the same options `bench check --dry-run` of that
 * build names them; one that is too old to know how is asked in vain.
 */
#ifndef CTXBENCH_OTHER_CASES_H
#define CTXBENCH_OTHER_CASES_H

#include "gate/gate_side.h"
#include "plan/options.h"
#include "plan/plan.h"
#include "session/child.h"

struct other_cases {
    const char **names; /* owned; what they point at is `end`'s */
    size_t count;
    struct child_end *end; /* owned */
};

/* False with *error set if it does not say. other_cases_free it in both cases. */
bool other_cases_ask(struct other_cases *cases, const struct gate_side *other, const struct options *options,
                     const struct plan *plan, struct error *error);
void other_cases_free(struct other_cases *cases);

/* What this build says when it is asked: the names of all cases, one a line. */
void other_cases_tell(const struct plan *plan, FILE *out);

#endif
