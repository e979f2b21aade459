/*
 * What the machine is and where threads may run. The only part that knows hwloc.
 *
 * A placement is a set of processing units (PUs), one per thread, named by the closest thing that they share:
 * same-pu, smt, l2, l3, numa, package, machine for two threads; compact and scatter for more; for one thread
 * "pu" on a uniform machine and one placement per kind of core ("pu-kind0", ...) on a hybrid one.
 *
 * A topology is immutable after loading and may be read from any thread.
 */
#ifndef CTXBENCH_TOPOLOGY_H
#define CTXBENCH_TOPOLOGY_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "error.h"

struct topology;

struct placement {
    const char *name;
    unsigned thread_count;
    const unsigned *pus; /* OS indices, one per thread; owned by the topology */
};

struct topology_cache {
    char type[16]; /* "Data", "Instruction", "Unified": Google Benchmark's words */
    unsigned level;
    uint64_t size_bytes;
    unsigned num_sharing; /* PUs that share one such cache */
};

/* What the result file says of the machine. Everything here is stable across reboots. */
struct topology_facts {
    char source[256]; /* "this machine", or the file or synthetic description */
    unsigned package_count, numa_node_count, core_count, pu_count;
    unsigned pus_present;     /* in the machine, allowed or not; > pu_count when restricted */
    bool restricted;          /* a cpuset or affinity keeps us from some PUs */
    char allowed_pus[256];    /* as a list, "0-3,8" */
    unsigned core_kind_count; /* > 1 on hybrid machines */
    char cpu_model[128];      /* empty if unknown */
    struct topology_cache caches[8];
    size_t cache_count;
};

/*
 * Loads the topology of this machine (spec NULL; restricted to the PUs that this process may use), of an XML file
 * (spec is a path ending in ".xml") or of hwloc's synthetic description ("synthetic:package:2 core:4 pu:2").
 * Returns NULL with *error set. Free with topology_free.
 */
struct topology *topology_load(const char *spec, struct error *error);
void topology_free(struct topology *topology);

/* False for XML and synthetic topologies: one can plan for them, not run on them. */
bool topology_is_here(const struct topology *topology);

const struct topology_facts *topology_facts(const struct topology *topology);

/*
 * The placements that `thread_count` threads can have, one representative each, closest first. More threads than PUs:
 * none. `*placements` stays owned by the topology. Returns how many there are.
 */
size_t topology_placements(struct topology *topology, unsigned thread_count, const struct placement **placements);

/* Draws the machine and its placements as text, at most `width` columns wide. */
void topology_draw(struct topology *topology, FILE *out, unsigned width);

/*
 * Binds the calling thread to the PU with this OS index, and reads the binding back: succeeds only if the thread is
 * then bound to exactly that PU. Needs no loaded topology and is cheap (below 1 ms), for workers.
 */
bool topology_bind_thread(unsigned pu_os_index, struct error *error);

#endif
