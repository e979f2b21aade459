/*
 * What the machine is and where threads may run.
 *
 * A placement is a list of processing units (PUs), one per thread, named by the closest thing that the threads share.
 * Two threads: same-pu, smt (a core), l2, l3, numa, package, machine. Of the things that two PUs share, the closest is
 * the one with the fewest PUs on this machine, and the first in that order where they are equal: an L3 that is the
 * whole package and the whole NUMA node gives `l3` and neither `numa` nor `package`; a NUMA node made of two packages
 * is wider than a package and comes after it. So each pair of PUs belongs to exactly one name.
 * More threads: compact (neighbours first) and scatter (as far apart as possible); only compact if the sets are equal.
 * One thread: `pu`, or, on a machine whose cores differ, one placement per kind of core (pu-kind0, pu-kind1, ...).
 *
 * A topology is immutable after loading and may be read from any thread.
 */
#ifndef CTXBENCH_TOPOLOGY_H
#define CTXBENCH_TOPOLOGY_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

struct topology;

struct placement {
    const char *name;
    unsigned thread_count;
    const unsigned *pus; /* OS indices, one per thread; owned by the topology */
    /* Of one of all pairs, or with memory bound: the name of the placement that it is like; NULL: its own name. */
    const char *shares;
    /*
     * Where the memory of thread 0, which produces contexts, is bound: "producer", "consumer" (thread 1),
     * "interleaved"; and the OS indices of those NUMA nodes. NULL and none: it lies where it is first touched.
     */
    const char *memory;
    unsigned memory_nodes[2], memory_node_count;
};

struct topology_cache {
    char type[16]; /* "Data", "Instruction", "Unified": Google Benchmark's words */
    uint64_t size_bytes;
    unsigned level;
    unsigned num_sharing; /* PUs that share one such cache */
};

/* What the result file says of the machine. Everything here is stable across reboots. */
struct topology_facts {
    char source[256]; /* "this machine", or the file or synthetic description */
    unsigned package_count, numa_node_count, core_count, pu_count; /* those with a PU that we may use */
    unsigned pus_present;     /* in the machine and online, allowed or not; > pu_count when restricted */
    bool restricted;          /* a cpuset or affinity keeps us from some PUs */
    char allowed_pus[512];    /* as a list, "0-3,8"; ends in "..." if it does not fit */
    unsigned core_kind_count; /* in the machine; > 1 on hybrid machines */
    char cpu_model[128];      /* empty if unknown */
    char kind[17]; /* equal on machines of one processor and one shape, whatever we may use of them; 16 hex digits */
    struct topology_cache caches[8]; /* of the machine, each kind once, whatever we may use of it */
    size_t cache_count;
};

/* The most PUs that a topology may have: what Linux can be built for. */
enum { TOPOLOGY_PUS_MAX = 8192 };

/* The most threads that can be placed: two for each PU, but so many on any machine, however small. */
enum { TOPOLOGY_THREADS_ANYWHERE = 64 };
unsigned topology_threads_max(const struct topology *topology);

/*
 * Loads the topology of this machine (spec NULL; uses only the PUs that the calling thread may run on), of an XML file
 * (spec is a path ending in ".xml", or of an existing file) or of hwloc's synthetic description ("package:2 core:4
 * pu:2", with or without "synthetic:" in front). Returns NULL with *error set. Free with topology_free.
 */
struct topology *topology_load(const char *spec, struct error *error);
void topology_free(struct topology *topology);

/* False for XML and synthetic topologies: one can plan for them, not run on them. */
bool topology_is_here(const struct topology *topology);

const struct topology_facts *topology_facts(const struct topology *topology);

/*
 * The placements that `thread_count` threads can have, one representative each, closest first. Hybrid machines: the
 * representative pair is of one kind of core where there is such a pair, of the highest kind (the most
 * performing). More threads than PUs, up to topology_threads_max: same-pu for two, oversubscribed for others.
 * `*placements` stays owned by the topology. Returns how many there are.
 */
size_t topology_placements(const struct topology *topology, unsigned thread_count, const struct placement **placements);

/*
 * The placements of two threads that belong to different NUMA nodes, once for each way to bind the memory of what goes
 * from one to the other: "package@producer", "package@consumer", "package@interleaved", ... Returns how many there are:
 * none where all PUs that we may use belong to one node. They stay owned by the topology.
 */
size_t topology_bound_placements(const struct topology *topology, const struct placement **placements);

/*
 * All pairs of PUs that we may use, each once, the closest neighbours first: "pu0-pu3", by OS index. A machine may have
 * millions: more than `count_max` are an error. NULL with *error set; otherwise one block of *count placements, which
 * the caller frees, and which the topology need not outlive.
 */
struct placement *topology_all_pairs(const struct topology *topology, size_t count_max, size_t *count,
                                     struct error *error);

/*
 * Draws the machine and its placements as text, at most `width` columns wide (40 at least). Uses box characters where
 * the locale of the environment is UTF-8.
 */
void topology_draw(const struct topology *topology, FILE *out, unsigned width);

/*
 * Binds the calling thread to the PU with this OS index, and reads the binding back: succeeds only if the thread is
 * then bound to exactly that PU and runs there. Needs no loaded topology and is cheap: 7 us, and 0.3 ms the first
 * time; moving to another PU takes what the scheduler takes. Safe from several threads at once.
 */
bool topology_bind_thread(unsigned pu_os_index, struct error *error);

/*
 * Binds the memory that the calling thread touches first from now on, and what this process has touched so far, to NUMA
 * nodes with these OS indices: to one, or page by page to several; 0 nodes: no longer to any. Threads inherit it from
 * the one that starts them. Reads the binding back. Loads the topology of this machine once, which takes milliseconds.
 */
bool topology_bind_memory(const unsigned *nodes, size_t count, struct error *error);

#endif
