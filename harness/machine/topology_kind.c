#include "machine/topology_hwloc.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/hash.h"

/* Of Linux on x86 and on others: what hwloc says of a package. The stepping counts, as it does in a fingerprint. */
static const char *const processor_facts[] = {"CPUVendor",   "CPUModel",       "CPUFamilyNumber", "CPUModelNumber",
                                              "CPUStepping", "CPUImplementer", "CPUArchitecture", "CPUVariant",
                                              "CPUPart",     "CPURevision",    "Architecture"};

/* With a separator behind it: "a" + "bc" is not "ab" + "c". */
static uint64_t add_text(uint64_t hash, const char *text) {
    return hash_bytes(hash_text(hash, text != NULL ? text : ""), "\n", 1);
}

static uint64_t add_number(uint64_t hash, uint64_t number) {
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRIu64, number);
    return add_text(hash, text);
}

static uint64_t add_processor(uint64_t hash, hwloc_topology_t hwloc) {
    hwloc_obj_t package = hwloc_get_obj_by_type(hwloc, HWLOC_OBJ_PACKAGE, 0);
    for (size_t i = 0; i < sizeof processor_facts / sizeof *processor_facts; i++) {
        const char *fact = package != NULL ? hwloc_obj_get_info_by_name(package, processor_facts[i]) : NULL;
        if (fact == NULL)
            fact = hwloc_obj_get_info_by_name(hwloc_get_root_obj(hwloc), processor_facts[i]);
        hash = add_text(hash, fact);
    }
    return hash;
}

/* Neither OS indices, which firmware may number as it likes, nor the size of memory, of which kernels keep a part. */
static uint64_t add_shape(uint64_t hash, const struct topology *topology, size_t node_count) {
    for (size_t i = 0; i < node_count; i++) {
        const struct node *node = &topology->nodes[i];
        hash = add_number(hash, (uint64_t)node->type);
        hash = add_number(hash, node->subtree);
        if (node->type == NODE_CACHE) {
            hash = add_number(hash, node->level);
            hash = add_number(hash, node->bytes);
        }
        if (node->type == NODE_PU)
            hash = add_number(hash, topology->pus[node->first_pu].kind);
    }
    return hash;
}

void topology_find_kind(struct topology *topology, hwloc_topology_t hwloc) {
    uint64_t hash = add_processor(HASH_BASIS, hwloc);
    hash = add_shape(hash, topology, topology->nodes[0].subtree);
    (void)snprintf(topology->facts.kind, sizeof topology->facts.kind, "%016" PRIx64, hash);
}
