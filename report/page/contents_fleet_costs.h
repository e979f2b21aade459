/* Tables of kinds by strategies, each a part of a report of several machines. */
#ifndef CTXBENCH_CONTENTS_FLEET_COSTS_H
#define CTXBENCH_CONTENTS_FLEET_COSTS_H

#include "fleet/fleet.h"
#include "page/document.h"

/* The mean rank of each strategy on each kind. */
void contents_fleet_add_ranks(struct document *document, const struct fleet *fleet);

/* For each comparison a heat map: times, the fastest of each kind marked. */
void contents_fleet_add_costs(struct document *document, const struct fleet *fleet);

/* How many scenarios each strategy fails on each kind, and which differ between kinds. */
void contents_fleet_add_conformance(struct document *document, const struct fleet *fleet);

#endif
