/* A peer asked all that a run may ask of it, for its author: `bench peer-check`. */
#ifndef CTXBENCH_PEER_CHECK_H
#define CTXBENCH_PEER_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "machine/topology.h"
#include "registry/registry.h"

struct peer_check {
    const struct registry *registry; /* has the peer's strategies */
    const struct peer *peer;         /* ready to be run */
    const struct topology *topology;
    FILE *out; /* is told what each answer is, a line each */
    size_t good, lacking;
};

/* Asks, tells and counts. False when out of memory, or interrupted. */
bool peer_check_all(struct peer_check *check);

#endif
