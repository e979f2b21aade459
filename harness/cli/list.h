/*
 * `bench list`: what there is to choose from.
 */
#ifndef CTXBENCH_LIST_H
#define CTXBENCH_LIST_H

#include <stdio.h>

#include "machine/topology.h"
#include "registry/registry.h"

/* Strategies, workloads, scenarios and placements, in at most 80 columns. False with *error set when out of memory. */
bool list_print(const struct registry *registry, const struct topology *topology, FILE *out, struct error *error);

/*
 * The values that complete an option, one a line: "strategy", "workload", "scenario", "placement" or "parameter". False
 * with *error set for another word.
 */
bool list_print_names(const char *option, const struct registry *registry, const struct topology *topology, FILE *out,
                      struct error *error);

#endif
