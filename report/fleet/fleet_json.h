/* A report of several machines for programs: all that the page has, and what it leaves out for lack of room. */
#ifndef CTXBENCH_FLEET_JSON_H
#define CTXBENCH_FLEET_JSON_H

#include <stdio.h>

#include "fleet/fleet.h"

/* False when out of memory, or when writing failed. */
bool fleet_write_json(const struct fleet *fleet, FILE *out);

#endif
