/*
 * `bench run`: plan, lock, journal, executions, result file, table.
 */
#ifndef CTXBENCH_RUN_H
#define CTXBENCH_RUN_H

#include "machine/topology.h"
#include "plan/options.h"
#include "registry/registry.h"

/*
 * Runs what the options ask for (also --dry-run and --resume) and returns the exit status. The plug-ins of the options
 * are in the registry already; argc and argv are what the result file records as the command line.
 */
int run_command(const struct options *options, struct registry *registry, struct topology *topology, int argc,
                char **argv);

#endif
