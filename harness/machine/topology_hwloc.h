/*
 * What the files that speak with hwloc have in common: topology.c, topology_source.c, topology_build.c, topology_kind.c
 * and topology_bind.c. No others include it, or hwloc.
 */
#ifndef CTXBENCH_TOPOLOGY_HWLOC_H
#define CTXBENCH_TOPOLOGY_HWLOC_H

#include <hwloc.h>

#include "machine/topology_model.h"

/* Fills in what was initialised, from what topology_load was given. False with *error set. */
bool topology_hwloc_load(hwloc_topology_t hwloc, const char *spec, struct error *error);

/* The PUs that we may use. NULL with *error set; otherwise freed by the caller. */
hwloc_bitmap_t topology_hwloc_allowed(hwloc_topology_t hwloc, struct error *error);

/* Makes plain data of it: nodes, PUs, kinds of cores, facts. `allowed` are the PUs that we may use, `spec` what was
 * loaded. False when out of memory. */
bool topology_build(struct topology *topology, hwloc_topology_t hwloc, hwloc_const_bitmap_t allowed, const char *spec);

/* Fills in facts.kind, once the rest is built: which machines are of one kind. */
void topology_find_kind(struct topology *topology, hwloc_topology_t hwloc);

/* Writes a set of PUs or nodes as "0-3,8", with ",..." at the end if it does not fit. */
void topology_list_set(char *list, size_t size, hwloc_const_bitmap_t set);

#endif
