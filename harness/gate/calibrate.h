/*
 * `bench calibrate`: judges the gate on this machine. Runs suites of identical pairs and suites with slow-downs of
 * known size under three regimes of load, prints how often the gate and the rules of others are wrong and right, and
 * keeps what it suggests for check.
 *
 * A slow-down of 5 % is 5 % more operations than the time is divided by: real work, on the very code that is measured.
 */
#ifndef CTXBENCH_CALIBRATE_H
#define CTXBENCH_CALIBRATE_H

#include "machine/topology.h"
#include "plan/options.h"
#include "registry/registry.h"

/* Carries the command out. Returns the exit status. */
int calibrate_command(const struct options *options, const struct registry *registry, const struct topology *topology);

#endif
