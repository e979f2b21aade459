/* Which machines are of one kind. Private to topology.c and topology_kind.c. */
#ifndef CTXBENCH_TOPOLOGY_KIND_H
#define CTXBENCH_TOPOLOGY_KIND_H

#include <hwloc.h>

#include "machine/topology_model.h"

/* Fills in facts.kind, once the model is built. */
void topology_find_kind(struct topology *topology, hwloc_topology_t hwloc);

#endif
