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
    struct registry peers;  /* of another program: those that it finds; see gate_side_load_peers */
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
 * Where the plan has strategies of peers: finds the peers of the other program, which may be other versions of them.
 * False with *error set when out of memory. Free the side in both cases.
 */
bool gate_side_load_peers(struct gate_side *side, const struct plan *plan, struct error *error);
void gate_side_free(struct gate_side *side);

/*
 * The peer that answers for a case on this side, ready to be run; NULL where a worker of ctxbench does. False with
 * *error set when the side does not have that peer.
 */
bool gate_side_peer(const struct gate_side *side, const struct bench_case *c, const struct peer **peer,
                    struct error *error);

/* The first case of a plan that a peer answers for; NULL: none. */
const struct bench_case *gate_side_first_of_peers(const struct plan *plan);

#endif
