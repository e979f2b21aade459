/*
 * `bench check`: the gate. Compares this build with another one (--against: both at the same time, sample by sample in
 * turn), or with a file (--baseline), in time or in instructions, and tells by its exit status.
 */
#ifndef CTXBENCH_CHECK_H
#define CTXBENCH_CHECK_H

#include "machine/topology.h"
#include "plan/options.h"
#include "registry/registry.h"

/* Carries the command out: measures, prints, and writes counts if asked to. Returns the exit status. */
int check_command(const struct options *options, const struct registry *registry, const struct topology *topology);

#endif
