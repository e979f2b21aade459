/*
 * Where the memory of a context can lie while it goes from one thread to another. Pure: works on the plain model of a
 * topology.
 */
#include <stdlib.h>
#include <string.h>

#include "machine/topology_model.h"

/* In the order in which they are planned and drawn; which of the two threads' nodes each takes. */
static const struct {
    const char *memory, *meaning;
    bool of_producer, of_consumer;
} bindings[] = {
    {"producer", "the producer's memory on its own node", true, false},
    {"consumer", "the producer's memory on the consumer's node", false, true},
    {"interleaved", "the producer's memory on both nodes, page by page", true, true},
};
enum { BINDING_COUNT = sizeof bindings / sizeof bindings[0] };

static unsigned node_of(const struct topology *topology, unsigned pu_os_index, unsigned *share) {
    size_t i = 0;
    while (topology->pus[i].os_index != pu_os_index)
        i++;
    *share = topology->pus[i].shares[SHARE_NUMA];
    return topology->pus[i].numa_os_index;
}

static void add_bound(struct topology *topology, const struct placement *plain, const unsigned nodes[static 2]) {
    for (size_t i = 0; i < BINDING_COUNT; i++) {
        const size_t index = topology->bound_count++;
        struct placement *bound = &topology->bound_placements[index];
        char *name = topology->bound_names[index];
        (void)snprintf(name, sizeof topology->bound_names[index], "%s@%s", plain->name, bindings[i].memory);
        *bound = *plain;
        bound->name = name;
        bound->shares = plain->name;
        bound->memory = bindings[i].memory;
        if (bindings[i].of_producer)
            bound->memory_nodes[bound->memory_node_count++] = nodes[0];
        if (bindings[i].of_consumer)
            bound->memory_nodes[bound->memory_node_count++] = nodes[1];
    }
}

bool topology_find_bound_placements(struct topology *topology) {
    const struct placement *pairs;
    const size_t count = topology_placements(topology, 2, &pairs);
    topology->bound_placements = calloc(BINDING_COUNT * count + 1, sizeof *topology->bound_placements);
    topology->bound_names = calloc(BINDING_COUNT * count + 1, sizeof *topology->bound_names);
    if (topology->bound_placements == NULL || topology->bound_names == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        unsigned nodes[2], shares[2];
        for (int thread = 0; thread < 2; thread++)
            nodes[thread] = node_of(topology, pairs[i].pus[thread], &shares[thread]);
        if (shares[0] != 0 && shares[1] != 0 && shares[0] != shares[1])
            add_bound(topology, &pairs[i], nodes);
    }
    return true;
}

size_t topology_bound_placements(const struct topology *topology, const struct placement **placements) {
    *placements = topology->bound_placements;
    return topology->bound_count;
}

const char *topology_memory_meaning(const struct placement *placement) {
    for (size_t i = 0; placement->memory != NULL && i < BINDING_COUNT; i++)
        if (strcmp(placement->memory, bindings[i].memory) == 0)
            return bindings[i].meaning;
    return NULL;
}
