/* `bench list` for programs. */
#ifndef CTXBENCH_LIST_JSON_H
#define CTXBENCH_LIST_JSON_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "registry/registry.h"

/*
 * What `bench list` shows, and for each strategy what is expected of it in each scenario, as one object: strategies,
 * workloads, suites, conditions and scenarios. False with *error set when it cannot be made or written.
 */
bool list_print_json(const struct registry *registry, FILE *out, struct error *error);

#endif
