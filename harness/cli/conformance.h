/* `bench conformance`: every scenario with every strategy, each in a process of its own, against what is expected. */
#ifndef CTXBENCH_CONFORMANCE_H
#define CTXBENCH_CONFORMANCE_H

#include "machine/topology.h"
#include "plan/options.h"
#include "registry/registry.h"

/* Carries the command out: runs, prints and writes. Returns the exit status. */
int conformance_command(const struct options *options, const struct registry *registry, const struct topology *topology,
                        int argc, char **argv);

#endif
