/* A report of several machines: kinds, the order of strategies on each, where it flips, slow machines, what is missing.
 */
#ifndef CTXBENCH_CONTENTS_FLEET_H
#define CTXBENCH_CONTENTS_FLEET_H

#include "fleet/fleet.h"
#include "page/document.h"

/* Makes the whole document. It refers to the fleet. False when out of memory. */
bool contents_fleet_make(struct document *document, const struct fleet *fleet);

#endif
