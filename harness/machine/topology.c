/* A topology's life: loaded through hwloc (topology_source.c), made plain data (topology_build.c), and freed. */
#include <stdlib.h>

#include "machine/topology_hwloc.h"

struct topology *topology_load(const char *spec, struct error *error) {
    struct topology *topology = calloc(1, sizeof *topology);
    hwloc_topology_t hwloc = NULL;
    if (topology == NULL || hwloc_topology_init(&hwloc) != 0) {
        (void)error_set_code(error, ERROR_MEMORY, "out of memory while reading the topology");
        free(topology);
        return NULL;
    }
    hwloc_bitmap_t allowed = NULL;
    bool ok = topology_hwloc_load(hwloc, spec, error) && (allowed = topology_hwloc_allowed(hwloc, error)) != NULL;
    if (ok) {
        topology->here = hwloc_topology_is_thissystem(hwloc) != 0;
        ok = (topology_build(topology, hwloc, allowed, spec) && topology_find_placements(topology) &&
              topology_find_bound_placements(topology)) ||
             error_set_code(error, ERROR_MEMORY, "out of memory while reading the topology");
        if (ok)
            topology_find_kind(topology, hwloc);
    }
    hwloc_bitmap_free(allowed);
    hwloc_topology_destroy(hwloc);
    if (ok)
        return topology;
    topology_free(topology);
    return NULL;
}

void topology_free(struct topology *topology) {
    if (topology == NULL)
        return;
    free(topology->pus);
    free(topology->by_os_index);
    free(topology->kinds);
    free(topology->nodes);
    free(topology->placements);
    free(topology->placement_starts);
    free(topology->placement_pus);
    free(topology->bound_placements);
    free(topology->bound_names);
    free(topology);
}

bool topology_is_here(const struct topology *topology) {
    return topology->here;
}

const struct topology_facts *topology_facts(const struct topology *topology) {
    return &topology->facts;
}
