/*
 * Placements on many machines: the exact lists, and the properties that they must have, checked against hwloc itself.
 * Then wrong input, restricted machines, binding, and the drawing.
 */
#include <errno.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <hwloc.h>

#include "machine/topology.h"

/* What a machine must give: "name pu pu ..." for each placement, closest first. */
struct machine {
    const char *spec; /* a file of tests/data/topology if it ends in .xml */
    const char *one, *two, *three, *four;
};

static const struct machine machines[] = {
    /* Hyper-threads, one L3. */
    {"package:1 numa:1 l3:1 l2:4 core:1 pu:2", "pu 0", "same-pu 0 0; smt 0 1; l3 0 2", "compact 0 1 2; scatter 0 2 4",
     "compact 0 1 2 3; scatter 0 2 4 6"},
    /* No hyper-threads, one L3. */
    {"synthetic:package:1 numa:1 l3:1 l2:4 core:1 pu:1", "pu 0", "same-pu 0 0; l3 0 1", "compact 0 1 2",
     "compact 0 1 2 3"},
    /* Several L3 in a package, with hyper-threads, and two packages. */
    {"package:2 numa:1 l3:2 core:2 pu:2", "pu 0", "same-pu 0 0; smt 0 1; l3 0 2; numa 0 4; machine 0 8",
     "compact 0 1 2; scatter 0 8 4", "compact 0 1 2 3; scatter 0 8 4 12"},
    /* Several NUMA nodes in a package. */
    {"synthetic:package:2 numa:2 l3:2 core:4 pu:2", "pu 0",
     "same-pu 0 0; smt 0 1; l3 0 2; numa 0 8; package 0 16; machine 0 32", "compact 0 1 2; scatter 0 32 16",
     "compact 0 1 2 3; scatter 0 32 16 48"},
    /* An L2 shared by pairs of cores. */
    {"package:1 l3:1 l2:2 core:2 pu:1", "pu 0", "same-pu 0 0; l2 0 1; l3 0 2", "compact 0 1 2", "compact 0 1 2 3"},
    /* Two packages whose memory is interleaved: the node is wider than a package. Siblings numbered as by Linux. */
    {"package:2 core:2 pu:2(indexes=0,4,2,6,1,5,3,7)", "pu 0", "same-pu 0 0; smt 0 4; package 0 2; numa 0 1",
     "compact 0 4 2; scatter 0 1 2", "compact 0 4 2 6; scatter 0 1 2 3"},
    /* Two packages to a node. */
    {"numa:2 package:2 core:2 pu:1", "pu 0", "same-pu 0 0; package 0 1; numa 0 2; machine 0 4",
     "compact 0 1 2; scatter 0 4 2", "compact 0 1 2 3; scatter 0 4 2 6"},
    /* One L3 cut into two NUMA nodes. */
    {"package:1 l3:1 numa:2 core:2 pu:1", "pu 0", "same-pu 0 0; numa 0 1; l3 0 2", "compact 0 1 2", "compact 0 1 2 3"},
    /* Two sorts of memory at each package, and one beside both. */
    {"[numa] package:2 [numa] [numa] core:2 pu:1", "pu 0", "same-pu 0 0; numa 0 1; machine 0 2", "compact 0 1 2",
     "compact 0 1 2 3"},
    /* Nothing is known but the number of PUs. */
    {"pu:4", "pu 0", "same-pu 0 0; numa 0 1", "compact 0 1 2", "compact 0 1 2 3"},
    {"pu:1", "pu 0", "same-pu 0 0", "", ""},
    {"core:1 pu:2(indexes=3,1)", "pu 1", "same-pu 1 1; smt 1 3", "", ""},
    /* Pairs are of the fast cores where these can make one. */
    {"hybrid.xml", "pu-kind0 4; pu-kind1 0", "same-pu 0 0; smt 0 1; l2 4 5; l3 0 2", "compact 0 1 2; scatter 0 2 4",
     "compact 0 1 2 3; scatter 0 2 4 8"},
    {"hybrid-unknown-kinds.xml", "pu-kind0 4; pu-kind1 0", "same-pu 0 0; smt 0 1; l2 4 5; l3 0 2",
     "compact 0 1 2; scatter 0 2 4", "compact 0 1 2 3; scatter 0 2 4 8"},
    {"efficient-outside-l3.xml", "pu-kind0 2; pu-kind1 0", "same-pu 0 0; l2 2 3; l3 0 1; numa 0 2",
     "compact 0 1 2; scatter 0 2 3", "compact 0 1 2 3"},
    {"sibling-offline.xml", "pu-kind0 2; pu-kind1 0", "same-pu 0 0; smt 0 4; l3 0 1", "compact 0 4 1; scatter 0 1 2",
     "compact 0 4 1 5; scatter 0 1 2 3"},
    {"unequal-l3.xml", "pu-kind0 2; pu-kind1 0", "same-pu 0 0; smt 0 4; l3 0 1; numa 0 2",
     "compact 0 4 1; scatter 0 2 1", "compact 0 4 1 5; scatter 0 2 1 3"},
    {"uneven-packages.xml", "pu-kind0 4; pu-kind1 0", "same-pu 0 0; l3 0 1; package 4 5; machine 0 4",
     "compact 0 1 2; scatter 0 4 5", "compact 0 1 2 3; scatter 0 4 5 1"},
    {"unequal-memory.xml", "pu 0", "same-pu 0 0; smt 0 1; numa 0 2; machine 0 6", "compact 0 1 2; scatter 0 6 12",
     "compact 0 1 2 3; scatter 0 6 12 2"},
    {"restricted.xml", "pu 1", "same-pu 1 1; smt 1 9; numa 1 2; machine 1 6", "compact 1 9 2; scatter 1 6 2",
     "compact 1 9 2 6"},
    {"restricted-to-one.xml", "pu 3", "same-pu 3 3", "", ""},
};
enum { MACHINE_COUNT = sizeof machines / sizeof machines[0] };

static bool is_xml(const char *spec) {
    return strstr(spec, ".xml") != NULL;
}

/* The spec as topology_load wants it. */
static const char *full_spec(const char *spec) {
    static char path[512];
    if (!is_xml(spec))
        return spec;
    (void)snprintf(path, sizeof path, "%s/topology/%s", TEST_DATA, spec);
    return path;
}

static struct topology *load(const char *spec) {
    struct error error = {0};
    struct topology *topology = topology_load(spec != NULL ? full_spec(spec) : NULL, &error);
    if (topology == NULL)
        fail_msg("%s: %s", spec != NULL ? spec : "this machine", error.text);
    return topology;
}

static void expect_placements(const struct topology *topology, const char *spec, unsigned thread_count,
                              const char *wanted) {
    char found[512] = "";
    size_t length = 0;
    const struct placement *placements;
    const size_t count = topology_placements(topology, thread_count, &placements);
    for (size_t i = 0; i < count; i++) {
        length +=
            (size_t)snprintf(found + length, sizeof found - length, "%s%s", i > 0 ? "; " : "", placements[i].name);
        assert_int_equal(placements[i].thread_count, thread_count);
        for (unsigned thread = 0; thread < thread_count; thread++)
            length += (size_t)snprintf(found + length, sizeof found - length, " %u", placements[i].pus[thread]);
    }
    if (strcmp(found, wanted) != 0)
        fail_msg("%s with %u threads: found '%s', wanted '%s'", spec, thread_count, found, wanted);
}

static void test_exact_placements(void **state) {
    (void)state;
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        const struct machine *machine = &machines[i];
        struct topology *topology = load(machine->spec);
        expect_placements(topology, machine->spec, 0, "");
        expect_placements(topology, machine->spec, 1, machine->one);
        expect_placements(topology, machine->spec, 2, machine->two);
        const unsigned pu_count = topology_facts(topology)->pu_count;
        if (pu_count >= 3)
            expect_placements(topology, machine->spec, 3, machine->three);
        if (pu_count >= 4)
            expect_placements(topology, machine->spec, 4, machine->four);
        expect_placements(topology, machine->spec, topology_threads_max(topology) + 1, "");
        expect_placements(topology, machine->spec, UINT_MAX, "");
        assert_false(topology_is_here(topology));
        topology_free(topology);
    }
}

/* The oracle: what two PUs share, asked of hwloc object by object. */

static hwloc_topology_t load_oracle(const char *spec) {
    hwloc_topology_t hwloc;
    assert_int_equal(hwloc_topology_init(&hwloc), 0);
    assert_int_equal(hwloc_topology_set_flags(hwloc, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED), 0);
    const char *const prefix = "synthetic:";
    if (is_xml(spec))
        assert_int_equal(hwloc_topology_set_xml(hwloc, full_spec(spec)), 0);
    else
        assert_int_equal(hwloc_topology_set_synthetic(
                             hwloc, strncmp(spec, prefix, strlen(prefix)) == 0 ? spec + strlen(prefix) : spec),
                         0);
    assert_int_equal(hwloc_topology_load(hwloc), 0);
    return hwloc;
}

/* The names of what two PUs can share, in the order of preference where two are the same set of PUs. */
static const char *const share_names[] = {"smt", "l2", "l3", "numa", "package", "machine"};
enum { SHARES = sizeof share_names / sizeof share_names[0], NUMA = 3 };

/* The narrowest NUMA node that a PU is local to. */
static hwloc_const_bitmap_t numa_cpuset(hwloc_topology_t hwloc, unsigned pu) {
    hwloc_const_bitmap_t nearest = NULL;
    for (hwloc_obj_t node = NULL; (node = hwloc_get_next_obj_by_type(hwloc, HWLOC_OBJ_NUMANODE, node)) != NULL;) {
        if (hwloc_bitmap_isset(node->cpuset, pu) &&
            (nearest == NULL || hwloc_bitmap_weight(node->cpuset) < hwloc_bitmap_weight(nearest)))
            nearest = node->cpuset;
    }
    return nearest;
}

/* The PUs of the thing of this sort that both belong to; NULL if there is none. */
static hwloc_const_bitmap_t shared_cpuset(hwloc_topology_t hwloc, size_t share, unsigned a, unsigned b) {
    static const hwloc_obj_type_t types[] = {HWLOC_OBJ_CORE,     HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L3CACHE,
                                             HWLOC_OBJ_NUMANODE, HWLOC_OBJ_PACKAGE, HWLOC_OBJ_MACHINE};
    if (share == NUMA) {
        hwloc_const_bitmap_t of_a = numa_cpuset(hwloc, a), of_b = numa_cpuset(hwloc, b);
        return of_a != NULL && of_b != NULL && hwloc_bitmap_isequal(of_a, of_b) ? of_a : NULL;
    }
    hwloc_obj_t one = hwloc_get_pu_obj_by_os_index(hwloc, a), other = hwloc_get_pu_obj_by_os_index(hwloc, b);
    hwloc_obj_t of_one = hwloc_get_ancestor_obj_by_type(hwloc, types[share], one);
    return of_one != NULL && of_one == hwloc_get_ancestor_obj_by_type(hwloc, types[share], other) ? of_one->cpuset
                                                                                                  : NULL;
}

static const char *closest_name(hwloc_topology_t hwloc, unsigned a, unsigned b) {
    const char *name = NULL;
    int fewest = 0;
    for (size_t share = 0; share < SHARES; share++) {
        hwloc_const_bitmap_t shared = shared_cpuset(hwloc, share, a, b);
        if (shared != NULL && (name == NULL || hwloc_bitmap_weight(shared) < fewest)) {
            name = share_names[share];
            fewest = hwloc_bitmap_weight(shared);
        }
    }
    return name;
}

static void expect_bound(const char *spec, const char *wanted) {
    struct error error;
    struct topology *topology = topology_load(spec, &error);
    assert_non_null(topology);
    char found[512] = "";
    size_t length = 0;
    const struct placement *bound;
    const size_t count = topology_bound_placements(topology, &bound);
    for (size_t i = 0; i < count; i++) {
        length += (size_t)snprintf(found + length, sizeof found - length, "%s%s %u-%u", i > 0 ? "; " : "",
                                   bound[i].name, bound[i].pus[0], bound[i].pus[1]);
        for (unsigned node = 0; node < bound[i].memory_node_count; node++)
            length += (size_t)snprintf(found + length, sizeof found - length, " %u", bound[i].memory_nodes[node]);
        assert_ptr_equal(strchr(bound[i].name, '@') + 1, strstr(bound[i].name, bound[i].memory));
        assert_memory_equal(bound[i].name, bound[i].shares, strlen(bound[i].shares));
    }
    if (strcmp(found, wanted) != 0)
        fail_msg("%s: found \"%s\", wanted \"%s\"", spec, found, wanted);
    topology_free(topology);
}

/* "name pu-pu node ...": only two threads of different NUMA nodes. */
static void test_placements_with_memory_bound(void **state) {
    (void)state;
    expect_bound("package:2 core:2 pu:2(indexes=0,4,2,6,1,5,3,7)", "");
    expect_bound("pu:4", "");
    expect_bound("numa:2(indexes=5,3) package:2 core:2 pu:1",
                 "machine@producer 0-4 5; machine@consumer 0-4 3; machine@interleaved 0-4 5 3");
    expect_bound("package:1 l3:1 numa:2 core:2 pu:1", "l3@producer 0-2 0; l3@consumer 0-2 1; l3@interleaved 0-2 0 1");
    expect_bound("package:2 numa:2 core:2 pu:1",
                 "package@producer 0-2 0; package@consumer 0-2 1; "
                 "package@interleaved 0-2 0 1; machine@producer 0-4 0; "
                 "machine@consumer 0-4 2; machine@interleaved 0-4 0 2");
    /* Ordinary memory, not the other sort beside it; nor the node that belongs to the whole machine. */
    expect_bound("[numa] package:2 [numa] [numa] core:2 pu:1",
                 "machine@producer 0-2 0; machine@consumer 0-2 2; machine@interleaved 0-2 0 2");
}

static bool has_placement(const struct placement *placements, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(placements[i].name, name) == 0)
            return true;
    }
    return false;
}

/* Each representative is as close as its name says, each name appears once, and each pair of PUs has its name. */
static void test_pairs_are_as_close_as_named(void **state) {
    (void)state;
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        struct topology *topology = load(machines[i].spec);
        hwloc_topology_t hwloc = load_oracle(machines[i].spec);
        const struct placement *placements, *all;
        const size_t count = topology_placements(topology, 2, &placements);
        for (size_t j = 0; j < count; j++) {
            assert_false(has_placement(placements, j, placements[j].name));
            if (strcmp(placements[j].name, "same-pu") == 0)
                assert_int_equal(placements[j].pus[0], placements[j].pus[1]);
            else
                assert_string_equal(placements[j].name,
                                    closest_name(hwloc, placements[j].pus[0], placements[j].pus[1]));
        }
        const unsigned pu_count = topology_facts(topology)->pu_count;
        if (pu_count > 1)
            assert_true(topology_placements(topology, pu_count, &all) > 0);
        for (unsigned a = 0; pu_count > 2 && a < pu_count; a++) {
            for (unsigned b = a + 1; b < pu_count; b++)
                assert_true(has_placement(placements, count, closest_name(hwloc, all->pus[a], all->pus[b])));
        }
        hwloc_topology_destroy(hwloc);
        topology_free(topology);
    }
}

/* More threads than PUs: once all PUs have one, the first get another. */
static void test_oversubscription(void **state) {
    (void)state;
    struct topology *four = load("pu:4"), *one = load("pu:1"), *two = load("core:1 pu:2(indexes=3,1)"),
                    *hundred = load("pu:100");
    expect_placements(four, "pu:4", 5, "oversubscribed 0 1 2 3 0");
    expect_placements(four, "pu:4", 8, "oversubscribed 0 1 2 3 0 1 2 3");
    expect_placements(four, "pu:4", 9, "oversubscribed 0 1 2 3 0 1 2 3 0");
    assert_int_equal(topology_threads_max(four), TOPOLOGY_THREADS_ANYWHERE);
    expect_placements(four, "pu:4", TOPOLOGY_THREADS_ANYWHERE + 1, "");
    assert_int_equal(topology_threads_max(hundred), 200);
    expect_placements(two, "two PUs", 3, "oversubscribed 1 3 1");
    expect_placements(one, "pu:1", 2, "same-pu 0 0");
    expect_placements(one, "pu:1", 3, "oversubscribed 0 0 0");
    topology_free(four);
    topology_free(one);
    topology_free(two);
    topology_free(hundred);
}

static unsigned count_packages(hwloc_topology_t hwloc, const struct placement *placement) {
    unsigned count = 0;
    for (hwloc_obj_t package = NULL;
         (package = hwloc_get_next_obj_by_type(hwloc, HWLOC_OBJ_PACKAGE, package)) != NULL;) {
        bool used = false;
        for (unsigned thread = 0; thread < placement->thread_count; thread++)
            used = used || hwloc_bitmap_isset(package->cpuset, placement->pus[thread]);
        count += used;
    }
    return count;
}

static void add_all(hwloc_bitmap_t set, const struct placement *placement) {
    for (unsigned thread = 0; thread < placement->thread_count; thread++) {
        assert_false(hwloc_bitmap_isset(set, placement->pus[thread]));
        hwloc_bitmap_set(set, placement->pus[thread]);
    }
}

/* Groups have as many PUs as threads, all of them allowed; scatter is another set, and one on no fewer packages. */
static void test_groups(void **state) {
    (void)state;
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        struct topology *topology = load(machines[i].spec);
        hwloc_topology_t hwloc = load_oracle(machines[i].spec);
        hwloc_bitmap_t compact = hwloc_bitmap_alloc(), scatter = hwloc_bitmap_alloc();
        for (unsigned threads = 3; threads <= topology_facts(topology)->pu_count; threads++) {
            const struct placement *placements;
            const size_t count = topology_placements(topology, threads, &placements);
            assert_in_range(count, 1, 2);
            assert_string_equal(placements[0].name, "compact");
            hwloc_bitmap_zero(compact);
            add_all(compact, &placements[0]);
            assert_true(hwloc_bitmap_isincluded(compact, hwloc_topology_get_allowed_cpuset(hwloc)));
            if (count == 1)
                continue;
            assert_string_equal(placements[1].name, "scatter");
            hwloc_bitmap_zero(scatter);
            add_all(scatter, &placements[1]);
            assert_true(hwloc_bitmap_isincluded(scatter, hwloc_topology_get_allowed_cpuset(hwloc)));
            assert_false(hwloc_bitmap_isequal(compact, scatter));
            assert_true(count_packages(hwloc, &placements[1]) >= count_packages(hwloc, &placements[0]));
        }
        hwloc_bitmap_free(compact);
        hwloc_bitmap_free(scatter);
        hwloc_topology_destroy(hwloc);
        topology_free(topology);
    }
}

static void test_facts(void **state) {
    (void)state;
    struct topology *topology = load("restricted.xml");
    const struct topology_facts *facts = topology_facts(topology);
    assert_non_null(strstr(facts->source, "restricted.xml"));
    assert_string_equal(facts->cpu_model, "Example 9000");
    assert_int_equal(facts->package_count, 2);
    assert_int_equal(facts->numa_node_count, 2);
    assert_int_equal(facts->core_count, 3);
    assert_int_equal(facts->pu_count, 4);
    assert_int_equal(facts->pus_present, 16);
    assert_int_equal(facts->core_kind_count, 1);
    assert_true(facts->restricted);
    assert_string_equal(facts->allowed_pus, "1-2,6,9");
    topology_free(topology);

    topology = load("hybrid.xml");
    facts = topology_facts(topology);
    assert_false(facts->restricted);
    assert_int_equal(facts->core_count, 10);
    assert_int_equal(facts->core_kind_count, 2);
    const struct topology_cache wanted[] = {
        {"Data", 48 << 10, 1, 2},   {"Data", 32 << 10, 1, 1},     {"Unified", 1280 << 10, 2, 2},
        {"Unified", 2 << 20, 2, 4}, {"Unified", 12 << 20, 3, 12},
    };
    assert_int_equal(facts->cache_count, sizeof wanted / sizeof wanted[0]);
    for (size_t i = 0; i < facts->cache_count; i++) {
        assert_string_equal(facts->caches[i].type, wanted[i].type);
        assert_int_equal(facts->caches[i].level, wanted[i].level);
        assert_int_equal(facts->caches[i].size_bytes, wanted[i].size_bytes);
        assert_int_equal(facts->caches[i].num_sharing, wanted[i].num_sharing);
    }
    topology_free(topology);
}

static void test_long_lists_are_cut_at_a_comma(void **state) {
    (void)state;
    char spec[4096] = "pu:400(indexes=0";
    for (unsigned i = 1; i < 400; i++)
        (void)snprintf(spec + strlen(spec), sizeof spec - strlen(spec), i < 399 ? ",%u" : ",%u)", 2 * i);
    struct topology *topology = load(spec);
    const char *const list = topology_facts(topology)->allowed_pus;
    assert_true(strncmp(list, "0,2,4,", 6) == 0);
    assert_string_equal(list + strlen(list) - 4, ",...");
    assert_int_equal((list[strlen(list) - 5] - '0') % 2, 0);
    topology_free(topology);
}

/* Wrong input. */

static void expect_refusal(const char *spec, const char *wanted) {
    struct error error = {0};
    struct topology *topology = topology_load(spec, &error);
    if (topology != NULL || strstr(error.text, wanted) == NULL)
        fail_msg("'%s': found '%s', wanted '%s'", spec, topology != NULL ? "no error" : error.text, wanted);
}

static void test_refusals(void **state) {
    (void)state;
    static const char nonsense[] = "no topology that hwloc understands";
    expect_refusal("", nonsense);
    expect_refusal("synthetic:", nonsense);
    expect_refusal("synthetic:package:2", nonsense);
    expect_refusal("synthetic:socks:2 pu:2", nonsense);
    expect_refusal("package:0 pu:2", nonsense);
    expect_refusal("package:-1 pu:2", nonsense);
    expect_refusal("pu:2 core:2", nonsense);
    expect_refusal("machine.txt", nonsense);
    expect_refusal("pu:8193", "8192");
    expect_refusal("1000000 1000000 1000000 1000000", "8192");
    expect_refusal("package:18446744073709551617 pu:1", "8192");
    expect_refusal("/nonexistent/machine.xml", strerror(ENOENT));
    expect_refusal(TEST_DATA, strerror(EISDIR));
    expect_refusal("/dev/null", nonsense);
}

/* A copy of a good file that tests may spoil. */
struct copy {
    char path[64], text[16384];
    size_t size;
    int descriptor;
};

static void open_copy(struct copy *copy, const char *spec) {
    FILE *file = fopen(full_spec(spec), "r");
    assert_non_null(file);
    copy->size = fread(copy->text, 1, sizeof copy->text - 1, file);
    copy->text[copy->size] = '\0';
    assert_int_equal(fclose(file), 0);
    (void)snprintf(copy->path, sizeof copy->path, "/tmp/ctxbench-topology-XXXXXX");
    copy->descriptor = mkstemp(copy->path);
    assert_true(copy->descriptor >= 0);
}

static void write_copy(const struct copy *copy, const char *text, size_t size) {
    assert_int_equal(ftruncate(copy->descriptor, 0), 0);
    assert_int_equal(pwrite(copy->descriptor, text, size, 0), (ssize_t)size);
}

static void close_copy(const struct copy *copy) {
    assert_int_equal(close(copy->descriptor), 0);
    assert_int_equal(unlink(copy->path), 0);
}

static void test_files_that_end_early(void **state) {
    (void)state;
    struct copy copy;
    open_copy(&copy, "restricted-to-one.xml");
    for (size_t size = 0; size < copy.size - strlen("</topology>\n"); size += 41) {
        write_copy(&copy, copy.text, size);
        expect_refusal(copy.path, copy.path);
    }
    write_copy(&copy, copy.text, copy.size);
    topology_free(load(copy.path));
    close_copy(&copy);
}

/* hwloc 2.9 crashes on the first of these, refuses the second, and believes the others. */
static void test_files_that_make_no_sense(void **state) {
    (void)state;
    static const struct {
        const char *part, *nonsense;
    } changes[] = {
        {"cpuset=\"0x00000004\" complete_cpuset=\"0x00000004\"", "cpuset=\"0x00000004\""},
        {"cpuset=\"0x00000004\" complete_cpuset=\"0x00000004\"", ""},
        {"<object type=\"PU\" os_index=\"2\"", "<object type=\"PU\" os_index=\"7\""},
        {"<object type=\"PU\" os_index=\"2\"", "<object type=\"PU\" os_index=\"0\""},
        {"<object type=\"PU\" os_index=\"2\"", "<object type=\"Die\" os_index=\"2\""},
    };
    struct copy copy;
    open_copy(&copy, "restricted-to-one.xml");
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        const char *const part = strstr(copy.text, changes[i].part);
        assert_non_null(part);
        char text[sizeof copy.text];
        const int size = snprintf(text, sizeof text, "%.*s%s%s", (int)(part - copy.text), copy.text,
                                  changes[i].nonsense, part + strlen(changes[i].part));
        write_copy(&copy, text, (size_t)size);
        expect_refusal(copy.path, copy.path);
    }
    close_copy(&copy);
}

/* What follows changes the process: it is done in a child, whose failed assertions are its exit status. */

static void in_child(void (*check)(void)) {
    (void)fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        check();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            (void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                                      \
            _exit(1);                                                                                                  \
        }                                                                                                              \
    } while (0)

static void check_unreadable_file(void) {
    char path[] = "/tmp/ctxbench-topology-XXXXXX";
    const int descriptor = mkstemp(path);
    CHECK(descriptor >= 0 && fchmod(descriptor, 0) == 0);
    const bool is_root = geteuid() == 0; /* to whom nothing is unreadable */
    CHECK(!is_root || seteuid(65534) == 0);
    struct error error = {0};
    CHECK(topology_load(path, &error) == NULL);
    CHECK(strstr(error.text, path) != NULL && strstr(error.text, strerror(EACCES)) != NULL);
    CHECK(!is_root || seteuid(0) == 0);
    CHECK(unlink(path) == 0);
}

static void test_unreadable_file(void **state) {
    (void)state;
    in_child(check_unreadable_file);
}

/* The PUs that this test may use. */
static cpu_set_t affinity(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    return set;
}

static unsigned last_pu(void) {
    const cpu_set_t set = affinity();
    unsigned last = 0;
    for (unsigned pu = 0; pu < CPU_SETSIZE; pu++) {
        if (CPU_ISSET(pu, &set))
            last = pu;
    }
    return last;
}

static void read_kind(const char *spec, char kind[static 17]) {
    struct error error;
    struct topology *topology = topology_load(spec, &error);
    assert_non_null(topology);
    assert_int_equal(strlen(topology_facts(topology)->kind), 16);
    (void)snprintf(kind, 17, "%s", topology_facts(topology)->kind);
    topology_free(topology);
}

static void check_restricted_affinity(void) {
    const unsigned pu = last_pu();
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(pu, &set);
    char whole[17];
    read_kind(NULL, whole);
    CHECK(sched_setaffinity(0, sizeof set, &set) == 0);
    struct error error = {0};
    struct topology *topology = topology_load(NULL, &error);
    CHECK(topology != NULL);
    const struct topology_facts *facts = topology_facts(topology);
    CHECK(strcmp(facts->kind, whole) == 0);
    char list[16];
    (void)snprintf(list, sizeof list, "%u", pu);
    CHECK(strcmp(facts->allowed_pus, list) == 0);
    CHECK(facts->pu_count == 1 && facts->core_count == 1);
    CHECK(facts->restricted == (facts->pus_present > 1));
    const struct placement *placements;
    CHECK(topology_placements(topology, 1, &placements) == 1 && placements->pus[0] == pu);
    CHECK(topology_placements(topology, 2, &placements) == 1 && strcmp(placements->name, "same-pu") == 0);
    topology_free(topology);
    const cpu_set_t after = affinity(); /* loading has not moved us */
    CHECK(CPU_EQUAL(&set, &after));
}

static void test_restricted_affinity(void **state) {
    (void)state;
    in_child(check_restricted_affinity);
}

static void check_replaced_machine(void) {
    CHECK(setenv("HWLOC_SYNTHETIC", "package:3 pu:5", 1) == 0);
    struct error error = {0};
    struct topology *topology = topology_load(NULL, &error);
    CHECK(topology != NULL);
    CHECK(!topology_is_here(topology));
    CHECK(topology_facts(topology)->pu_count == 15);
    CHECK(strcmp(topology_facts(topology)->source, "this machine") != 0);
    topology_free(topology);
}

static void test_machine_replaced_by_environment(void **state) {
    (void)state;
    in_child(check_replaced_machine);
}

/* Makes one system call fail with EPERM from now on, as a sandbox does. False where that cannot be done. */
static bool forbid(unsigned call) {
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof program / sizeof program[0], program};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

static void check_forbidden_binding(void) {
    struct error error = {0};
    CHECK(forbid(SYS_sched_setaffinity));
    CHECK(!topology_bind_thread(last_pu(), &error));
    CHECK(strstr(error.text, strerror(EPERM)) != NULL);
}

static void check_forbidden_affinity(void) {
    struct error error = {0};
    CHECK(forbid(SYS_sched_getaffinity));
    CHECK(topology_load(NULL, &error) == NULL);
    CHECK(strstr(error.text, "sched_getaffinity") != NULL);
}

static void test_sandbox(void **state) {
    (void)state;
    in_child(check_forbidden_binding);
    in_child(check_forbidden_affinity);
}

/* Binding. */

static void test_this_machine(void **state) {
    (void)state;
    struct topology *topology = load(NULL);
    const struct topology_facts *facts = topology_facts(topology);
    assert_true(topology_is_here(topology));
    assert_string_equal(facts->source, "this machine");
    const cpu_set_t set = affinity();
    assert_int_equal(facts->pu_count, CPU_COUNT(&set));
    assert_true(facts->pus_present >= facts->pu_count);
    topology_free(topology);
}

enum { BINDERS = 8, BINDINGS = 50 };

static void *bind_repeatedly(void *failures) {
    const cpu_set_t set = affinity();
    for (unsigned i = 0; i < BINDINGS; i++) {
        for (unsigned pu = 0; pu < CPU_SETSIZE; pu++) {
            if (!CPU_ISSET(pu, &set))
                continue;
            struct error error = {0};
            const bool bound = topology_bind_thread(pu, &error);
            const cpu_set_t now = affinity();
            *(unsigned *)failures +=
                !bound || CPU_COUNT(&now) != 1 || !CPU_ISSET(pu, &now) || sched_getcpu() != (int)pu;
        }
    }
    return NULL;
}

static void test_binding_from_many_threads(void **state) {
    (void)state;
    pthread_t threads[BINDERS];
    unsigned failures[BINDERS] = {0};
    for (unsigned i = 0; i < BINDERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, bind_repeatedly, &failures[i]), 0);
    for (unsigned i = 0; i < BINDERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(failures[i], 0);
    }
}

static void test_binding_to_nowhere(void **state) {
    (void)state;
    const cpu_set_t before = affinity();
    static const unsigned nowhere[] = {8191, 1u << 20, UINT_MAX};
    for (size_t i = 0; i < sizeof nowhere / sizeof nowhere[0]; i++) {
        struct error error = {0};
        char number[16];
        (void)snprintf(number, sizeof number, "PU %u", nowhere[i]);
        assert_false(topology_bind_thread(nowhere[i], &error));
        assert_non_null(strstr(error.text, number));
    }
    const cpu_set_t after = affinity();
    assert_true(CPU_EQUAL(&before, &after));
}

/* The drawing. */

static char *draw(const char *spec, unsigned width) {
    char *text = NULL;
    size_t size = 0;
    struct topology *topology = load(spec);
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    topology_draw(topology, out, width);
    assert_int_equal(fclose(out), 0);
    topology_free(topology);
    return text;
}

/* Columns of the widest line; characters that go on a UTF-8 sequence take none. */
static unsigned widest_line(const char *text) {
    unsigned widest = 0, columns = 0;
    for (; *text != '\0'; text++) {
        columns = *text == '\n' ? 0 : columns + (((unsigned char)*text & 0xc0) != 0x80);
        widest = columns > widest ? columns : widest;
    }
    return widest;
}

static unsigned count_lines(const char *text) {
    unsigned lines = 0;
    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

static void test_drawings_keep_their_width(void **state) {
    (void)state;
    static const char *const locales[] = {"C", "C.UTF-8"};
    static const unsigned widths[] = {40, 41, 63, 80, 132};
    for (size_t l = 0; l < sizeof locales / sizeof locales[0]; l++) {
        assert_int_equal(setenv("LC_ALL", locales[l], 1), 0);
        for (size_t w = 0; w < sizeof widths / sizeof widths[0]; w++) {
            for (size_t i = 0; i < MACHINE_COUNT; i++) {
                char *text = draw(machines[i].spec, widths[w]);
                assert_in_range(widest_line(text), 1, widths[w]);
                assert_null(strstr(text, " \n"));
                free(text);
            }
            char *text = draw(NULL, widths[w]);
            assert_in_range(widest_line(text), 1, widths[w]);
            free(text);
        }
    }
    assert_int_equal(unsetenv("LC_ALL"), 0);
}

static void test_large_machines_fit_a_screen(void **state) {
    (void)state;
    static const char *const specs[] = {"package:2 numa:4 l3:4 core:4 pu:2",
                                        "package:2 numa:1 l3:16 core:4 pu:2",
                                        "package:1 core:256 pu:1",
                                        "numa:8 package:1 l3:1 core:32 pu:1",
                                        "pu:1024",
                                        "package:32 core:32 pu:8"};
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
        char *text = draw(specs[i], 80);
        assert_in_range(widest_line(text), 1, 80);
        assert_in_range(count_lines(text), 1, 40);
        free(text);
    }
}

static void test_words_longer_than_a_line(void **state) {
    (void)state;
    char spec[200];
    (void)snprintf(spec, sizeof spec, "pu:2(memory=%0150d)", 1);
    char *text = draw(spec, 0);
    assert_in_range(widest_line(text), 1, 40);
    free(text);
}

static void test_drawing(void **state) {
    (void)state;
    assert_int_equal(setenv("LC_ALL", "C", 1), 0);
    char *text = draw("hybrid.xml", 60);
    const char *const tree = strstr(text, "machine,");
    assert_non_null(tree);
    assert_string_equal(tree,
                        "machine, package 0, NUMA node 0 (16 GiB), L3 (12 MiB)\n"
                        "|- 2 cores of kind 1 (IntelCore) with L2 (1.25 MiB) and L1\n"
                        "|  (48 KiB)\n"
                        "|  +---+---+\n"
                        "|  | 0 | 2 |\n"
                        "|  | 1 | 3 |\n"
                        "|  +---+---+\n"
                        "|- L2 (2 MiB)\n"
                        "|  `- 4 cores of kind 0 (IntelAtom) with L1 (32 KiB)\n"
                        "|     +---+---+---+---+\n"
                        "|     | 4 | 5 | 6 | 7 |\n"
                        "|     +---+---+---+---+\n"
                        "`- L2 (2 MiB)\n"
                        "   `- 4 cores of kind 0 (IntelAtom) with L1 (32 KiB)\n"
                        "      +----+----+----+----+\n"
                        "      |  8 |  9 | 10 | 11 |\n"
                        "      +----+----+----+----+\n"
                        "\n"
                        "placements of 1 thread:\n"
                        "  pu-kind0  4\n"
                        "  pu-kind1  0\n"
                        "placements of 2 threads:\n"
                        "  same-pu  0 0  one PU, by turns\n"
                        "  smt      0 1  one core\n"
                        "  l2       4 5  an L2 cache\n"
                        "  l3       0 2  an L3 cache\n"
                        "placements of 12 threads:\n"
                        "  compact  0-11\n");
    free(text);
    text = draw("restricted.xml", 80);
    assert_non_null(strstr(text, "4 of 16 PUs (those in brackets"));
    assert_non_null(strstr(text, "| (8) |   9 |"));
    assert_non_null(strstr(text, "L3 (16 MiB): PUs 4-5, 12-13, not allowed"));
    free(text);
    text = draw("unequal-memory.xml", 80);
    assert_non_null(strstr(text, "`- 2 more like it: PUs 6-17\n"));
    free(text);
    assert_int_equal(setenv("LC_ALL", "C.UTF-8", 1), 0);
    text = draw("pu:2", 80);
    assert_non_null(strstr(text, "└─ 2 PUs\n   ┌───┬───┐\n   │ 0 │ 1 │\n   └───┴───┘\n"));
    free(text);
    assert_int_equal(unsetenv("LC_ALL"), 0);
}

static void all_pairs_name_each_pair_once(void **state) {
    (void)state;
    struct error error;
    struct topology *topology = topology_load("synthetic:package:2 l3:1 core:2 pu:2", &error);
    assert_non_null(topology);
    size_t count;
    struct placement *pairs = topology_all_pairs(topology, 1000, &count, &error);
    assert_non_null(pairs);
    assert_int_equal(count, 8 * 7 / 2);
    assert_string_equal(pairs[0].name, "pu0-pu1");
    assert_string_equal(pairs[0].shares, "smt");
    assert_string_equal(pairs[count - 1].name, "pu6-pu7");
    size_t smt = 0, l3 = 0;
    for (size_t i = 0; i < count; i++) {
        smt += strcmp(pairs[i].shares, "smt") == 0;
        l3 += strcmp(pairs[i].shares, "l3") == 0;
        assert_int_equal(pairs[i].thread_count, 2);
        assert_true(pairs[i].pus[0] < pairs[i].pus[1]);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(pairs[i].name, pairs[j].name);
    }
    assert_int_equal(smt, 4);          /* one for each core */
    assert_int_equal(l3, 2 * (6 - 2)); /* of the six pairs in a package, those of two cores */
    free(pairs);
    assert_null(topology_all_pairs(topology, 27, &count, &error));
    assert_non_null(strstr(error.text, "8 PUs make 28 pairs, and a plan has room for 27"));
    topology_free(topology);
}

static void all_pairs_keep_to_the_allowed_pus(void **state) {
    (void)state;
    struct error error;
    struct topology *topology = topology_load(TEST_DATA "/topology/restricted.xml", &error);
    assert_non_null(topology);
    size_t count;
    const size_t allowed = topology_facts(topology)->pu_count;
    struct placement *pairs = topology_all_pairs(topology, 1000, &count, &error);
    assert_non_null(pairs);
    assert_int_equal(count, allowed * (allowed - 1) / 2);
    topology_free(topology); /* which they need not */
    assert_true(count > 0 && pairs[0].pus[0] != pairs[0].pus[1]);
    free(pairs);
    topology = topology_load(TEST_DATA "/topology/restricted-to-one.xml", &error);
    assert_non_null(topology);
    pairs = topology_all_pairs(topology, 1000, &count, &error);
    assert_non_null(pairs);
    assert_int_equal(count, 0);
    free(pairs);
    topology_free(topology);
}

static void kinds_are_told_by_shape_and_processor(void **state) {
    (void)state;
    static const char *const different[] = {
        "package:1 core:4 pu:2",          "package:2 core:4 pu:1",
        "package:2 core:4 pu:2",          "package:2 l3:1 core:4 pu:2",
        "package:2 l3:2 core:4 pu:2",     "package:2 l3:1(size=8MB) core:4 pu:2",
        TEST_DATA "/topology/hybrid.xml", TEST_DATA "/topology/restricted.xml",
    };
    enum { COUNT = sizeof different / sizeof *different };
    char kinds[COUNT][17], again[17];
    for (size_t i = 0; i < COUNT; i++) {
        read_kind(different[i], kinds[i]);
        read_kind(different[i], again);
        assert_string_equal(kinds[i], again);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(kinds[i], kinds[j]);
    }
    read_kind("package:2 core:4 pu:2(indexes=0,8,1,9,2,10,3,11,4,12,5,13,6,14,7,15)", again);
    assert_string_equal(again, kinds[2]); /* however firmware numbers the PUs */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_are_told_by_shape_and_processor),
        cmocka_unit_test(all_pairs_name_each_pair_once),
        cmocka_unit_test(all_pairs_keep_to_the_allowed_pus),
        cmocka_unit_test(test_exact_placements),
        cmocka_unit_test(test_placements_with_memory_bound),
        cmocka_unit_test(test_pairs_are_as_close_as_named),
        cmocka_unit_test(test_oversubscription),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_long_lists_are_cut_at_a_comma),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_files_that_end_early),
        cmocka_unit_test(test_files_that_make_no_sense),
        cmocka_unit_test(test_unreadable_file),
        cmocka_unit_test(test_restricted_affinity),
        cmocka_unit_test(test_machine_replaced_by_environment),
        cmocka_unit_test(test_sandbox),
        cmocka_unit_test(test_this_machine),
        cmocka_unit_test(test_binding_from_many_threads),
        cmocka_unit_test(test_binding_to_nowhere),
        cmocka_unit_test(test_drawings_keep_their_width),
        cmocka_unit_test(test_large_machines_fit_a_screen),
        cmocka_unit_test(test_words_longer_than_a_line),
        cmocka_unit_test(test_drawing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
