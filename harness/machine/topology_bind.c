/* Binds threads to PUs and memory to NUMA nodes, and reads the binding back. */
#include <errno.h>
#include <hwloc/linux.h>
#include <pthread.h>
#include <string.h>

#include "machine/topology_hwloc.h"

/*
 * A topology of two PUs that never were, loaded once per process: hwloc's functions for binding want one, and reading
 * this machine's takes a hundred times as long. What it says of PUs does not matter to the functions used
 * below, but for one thing: reading a binding back drops PUs beyond the topology's last. So its last is beyond any.
 */
static hwloc_topology_t binding_topology;
static pthread_once_t binding_once = PTHREAD_ONCE_INIT;

static void load_binding_topology(void) {
    char description[64];
    (void)snprintf(description, sizeof description, "pu:2(indexes=0,%d)", TOPOLOGY_PUS_MAX);
    hwloc_topology_t hwloc;
    if (hwloc_topology_init(&hwloc) != 0)
        return;
    if (hwloc_topology_set_flags(hwloc, HWLOC_TOPOLOGY_FLAG_IS_THISSYSTEM) == 0 &&
        hwloc_topology_set_synthetic(hwloc, description) == 0 && hwloc_topology_load(hwloc) == 0)
        binding_topology = hwloc;
    else
        hwloc_topology_destroy(hwloc);
}

static bool bind_to(hwloc_bitmap_t wanted, hwloc_bitmap_t found, unsigned pu, struct error *error) {
    char list[128];
    if (pu >= TOPOLOGY_PUS_MAX)
        return error_set(error, "cannot bind a thread to PU %u: Linux numbers them from 0 to %d at most", pu,
                         TOPOLOGY_PUS_MAX - 1);
    if (hwloc_bitmap_only(wanted, pu) != 0 || hwloc_linux_set_tid_cpubind(binding_topology, 0, wanted) != 0)
        return error_set_code(error, ERROR_SYSTEM, "cannot bind a thread to PU %u: %s; %s", pu, strerror(errno),
                              errno == EINVAL  ? "no such PU is online in the cpuset of this process"
                              : errno == EPERM ? "a sandbox forbids sched_setaffinity"
                                               : "see sched_setaffinity(2)");
    if (hwloc_linux_get_tid_cpubind(binding_topology, 0, found) != 0)
        return error_set_code(error, ERROR_SYSTEM, "bound a thread to PU %u, but cannot read that back: %s", pu,
                              strerror(errno));
    if (!hwloc_bitmap_isequal(wanted, found)) {
        topology_list_set(list, sizeof list, found);
        return error_set(error, "bound a thread to PU %u, but read back that it is bound to PUs %s", pu, list);
    }
    /* Some sandboxes only remember the binding. */
    if (hwloc_get_last_cpu_location(binding_topology, found, HWLOC_CPUBIND_THREAD) == 0 &&
        !hwloc_bitmap_isequal(wanted, found)) {
        topology_list_set(list, sizeof list, found);
        return error_set(error, "bound a thread to PU %u, but it runs on PU %s: bindings have no effect here", pu,
                         list);
    }
    return true;
}

static hwloc_topology_t memory_topology;
static pthread_once_t memory_once = PTHREAD_ONCE_INIT;

static void load_memory_topology(void) {
    hwloc_topology_t hwloc;
    if (hwloc_topology_init(&hwloc) != 0)
        return;
    if (hwloc_topology_load(hwloc) == 0)
        memory_topology = hwloc;
    else
        hwloc_topology_destroy(hwloc);
}

/* In `wanted` are the nodes. */
static bool bind_memory_to(hwloc_bitmap_t wanted, size_t count, hwloc_bitmap_t found, struct error *error) {
    enum { FLAGS = HWLOC_MEMBIND_THREAD | HWLOC_MEMBIND_BYNODESET };
    const hwloc_membind_policy_t policy = count == 0   ? HWLOC_MEMBIND_DEFAULT
                                          : count == 1 ? HWLOC_MEMBIND_BIND
                                                       : HWLOC_MEMBIND_INTERLEAVE;
    char list[128];
    topology_list_set(list, sizeof list, wanted);
    hwloc_membind_policy_t policy_found;
    if (hwloc_set_membind(memory_topology, wanted, policy, FLAGS | (count == 0 ? 0 : HWLOC_MEMBIND_MIGRATE)) != 0)
        return error_set_code(error, ERROR_SYSTEM, "cannot bind memory to the NUMA nodes %s: %s; %s", list,
                              strerror(errno),
                              errno == EPERM    ? "a sandbox forbids set_mempolicy"
                              : errno == ENOSYS ? "this kernel knows no NUMA nodes"
                                                : "see set_mempolicy(2)");
    if (count == 0)
        return true;
    if (hwloc_get_membind(memory_topology, found, &policy_found, FLAGS) != 0)
        return error_set_code(error, ERROR_SYSTEM, "bound memory to the NUMA nodes %s, but cannot read that back: %s",
                              list, strerror(errno));
    return (policy_found == policy && hwloc_bitmap_isequal(wanted, found)) ||
           error_set(error, "bound memory to the NUMA nodes %s, but read back another binding", list);
}

bool topology_bind_thread(unsigned pu_os_index, struct error *error) {
    (void)pthread_once(&binding_once, load_binding_topology);
    hwloc_bitmap_t wanted = hwloc_bitmap_alloc(), found = hwloc_bitmap_alloc();
    const bool ok =
        wanted != NULL && found != NULL && binding_topology != NULL
            ? bind_to(wanted, found, pu_os_index, error)
            : error_set_code(error, ERROR_MEMORY, "cannot bind a thread to PU %u: out of memory", pu_os_index);
    hwloc_bitmap_free(wanted);
    hwloc_bitmap_free(found);
    return ok;
}

bool topology_bind_memory(const unsigned *nodes, size_t count, struct error *error) {
    (void)pthread_once(&memory_once, load_memory_topology);
    hwloc_bitmap_t wanted = hwloc_bitmap_alloc(), found = hwloc_bitmap_alloc();
    bool ready = wanted != NULL && found != NULL && memory_topology != NULL;
    for (size_t i = 0; ready && i < count; i++)
        ready = hwloc_bitmap_set(wanted, nodes[i]) == 0;
    if (ready && count == 0)
        ready = hwloc_bitmap_copy(wanted, hwloc_topology_get_topology_nodeset(memory_topology)) == 0;
    const bool ok = ready ? bind_memory_to(wanted, count, found, error)
                          : error_set_code(error, ERROR_MEMORY, "cannot bind memory: out of memory");
    hwloc_bitmap_free(wanted);
    hwloc_bitmap_free(found);
    return ok;
}
