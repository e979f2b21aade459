/*
 * A loaded topology as plain data: what topology_build.c makes from hwloc's objects, topology_placements.c finds
 * placements in and topology_draw.c draws. Private to these and topology_memory.c; everybody else includes topology.h.
 */
#ifndef CTXBENCH_TOPOLOGY_MODEL_H
#define CTXBENCH_TOPOLOGY_MODEL_H

#include "machine/topology.h"

/* What two PUs can share, in the order in which names are preferred where two of these are the same set of PUs. */
enum share { SHARE_CORE, SHARE_L2, SHARE_L3, SHARE_NUMA, SHARE_PACKAGE, SHARE_MACHINE, SHARE_COUNT };

struct pu {
    unsigned os_index;
    bool allowed;
    unsigned kind;                /* index into struct topology's kinds */
    unsigned shares[SHARE_COUNT]; /* which core, L2, ... this PU belongs to, counted from 1; 0: there is none */
    unsigned numa_os_index;       /* of the nearest NUMA node's ordinary memory; only if there is a node */
};

/* A kind of core. Ranked by performance, lowest first: as hwloc has it; by PUs and caches where it does not know. */
struct core_kind {
    char type[32];      /* "IntelCore"; empty if unknown */
    char placement[24]; /* the name of its placement: "pu", "pu-kind0", ... */
};

enum node_type { NODE_MACHINE, NODE_PACKAGE, NODE_DIE, NODE_NUMA, NODE_CACHE, NODE_CORE, NODE_PU };

/* A part of the machine. Nodes stand in preorder: a node's first child follows it, its next sibling its subtree. */
struct node {
    enum node_type type;
    unsigned os_index;
    unsigned level;            /* of a cache */
    uint64_t bytes;            /* of a cache or NUMA node */
    size_t subtree;            /* nodes from here to the next sibling, this one included */
    size_t first_pu, pu_count; /* what it contains, as a range of struct topology's PUs */
};

struct topology {
    struct topology_facts facts;
    bool here;
    struct pu *pus;      /* all that are present, in hwloc's logical order: neighbours stand together */
    size_t *by_os_index; /* indices into pus, sorted by OS index, for listing */
    struct core_kind *kinds;
    struct node *nodes;
    struct placement *placements;       /* by number of threads, closest first */
    size_t *placement_starts;           /* n threads: placements [starts[n], starts[n + 1]) */
    unsigned placement_thread_max;      /* the largest such n */
    unsigned *placement_pus;            /* what the placements point to */
    struct placement *bound_placements; /* of two threads, with memory bound */
    char (*bound_names)[32];            /* what they are called */
    size_t bound_count;
};

/* Fills in the placements of a topology that is otherwise complete. False when out of memory. */
bool topology_find_placements(struct topology *topology);

/* Likewise those with memory bound, once the others are found. */
bool topology_find_bound_placements(struct topology *topology);

/* Where a placement's memory is bound, for people; NULL if it is not. */
const char *topology_memory_meaning(const struct placement *placement);

/* What the threads of a placement share, for people: "an L3 cache". Empty if the name says it all. */
const char *topology_placement_meaning(const struct placement *placement);

#endif
