/*
 * One of the two builds that a gate compares, of the program or of a plug-in: where its program is, and where it keeps
 * what a case needs.
 */
#ifndef CTXBENCH_GATE_SIDE_H
#define CTXBENCH_GATE_SIDE_H

#include <limits.h>

#include "plan/plan.h"
#include "protocol/execution.h"
#include "registry/registry.h"

struct gate_side {
    char program[PATH_MAX]; /* absolute */
    bool is_other;          /* not the running program, or not the plug-in that was loaded */
    char plugin[PATH_MAX];  /* absolute; in place of the one that was loaded; empty: the same */
};

/*
 * This program; or that of `path`, which must be a program and no script; or this program with the plug-in `path`,
 * which must bring the strategy of the one plug-in in the registry. False with *error set.
 */
bool gate_side_find(struct gate_side *side, const char *path, const struct registry *registry, struct error *error);

/* The strategy whose two builds are compared; NULL if it is the program's that are. */
const char *gate_side_strategy(const struct gate_side *side, const struct registry *registry);

/*
 * The request for a case on this side; strategies in the program's own shared objects are taken from beside it.
 * `plugin` is room for the path of one. False with *error set when the side does not have that object.
 */
bool gate_side_request(const struct gate_side *side, const struct bench_case *c, const char *name,
                       const struct registry *registry, char plugin[static PATH_MAX], struct execution_request *request,
                       struct error *error);

/*
 * A gate compares builds of ctxbench, whose workers take turns; a peer's program is part of no build. False with *error
 * set when the plan has one.
 */
bool gate_side_measures_all(const struct plan *plan, struct error *error);

#endif
