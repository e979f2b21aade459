/* Names of placements, as they stand in result files: what threads share. The harness and the report have them here. */
#ifndef CTXBENCH_PLACEMENTS_H
#define CTXBENCH_PLACEMENTS_H

#define PLACEMENT_PU "pu" /* of one thread, where all cores are of one kind */
#define PLACEMENT_SAME_PU "same-pu"
#define PLACEMENT_SMT "smt"
#define PLACEMENT_L2 "l2"
#define PLACEMENT_L3 "l3"
#define PLACEMENT_NUMA "numa"
#define PLACEMENT_PACKAGE "package"
#define PLACEMENT_MACHINE "machine"
#define PLACEMENT_COMPACT "compact" /* of more than two threads */
#define PLACEMENT_SCATTER "scatter"
#define PLACEMENT_OVERSUBSCRIBED "oversubscribed"

/* Where a name stands in the order from the closest to the farthest; what is none of these comes last. */
unsigned placement_rank(const char *name);

#endif
