/* One of the two builds that a gate compares: where its program is, and where it keeps what a case needs. */
#ifndef CTXBENCH_GATE_SIDE_H
#define CTXBENCH_GATE_SIDE_H

#include <limits.h>

#include "plan/case.h"
#include "protocol/execution.h"
#include "registry/registry.h"

struct gate_side {
    char program[PATH_MAX]; /* absolute */
    bool is_other;          /* not the running program */
};

/* This program; or that of `path`, which must be a program and no script. False with *error set. */
bool gate_side_find(struct gate_side *side, const char *path, struct error *error);

/*
 * The request for a case on this side; strategies in the program's own shared objects are taken from beside it.
 * `plugin` is room for the path of one. False with *error set when the side does not have that object.
 */
bool gate_side_request(const struct gate_side *side, const struct bench_case *c, const char *name,
                       const struct registry *registry, char plugin[static PATH_MAX], struct execution_request *request,
                       struct error *error);

#endif
