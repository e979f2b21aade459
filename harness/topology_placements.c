/*
 * Which placements a machine has. Pure: works on the plain model of a topology.
 */
#include <stdlib.h>
#include <string.h>

#include "topology_model.h"

#define SAME_PU "same-pu"
#define COMPACT "compact"
#define SCATTER "scatter"

static const struct {
    const char *name, *meaning;
} pair_names[SHARE_COUNT] = {
    [SHARE_CORE] = {"smt", "one core"},         [SHARE_L2] = {"l2", "an L2 cache"},
    [SHARE_L3] = {"l3", "an L3 cache"},         [SHARE_NUMA] = {"numa", "a NUMA node"},
    [SHARE_PACKAGE] = {"package", "a package"}, [SHARE_MACHINE] = {"machine", "nothing closer"},
};

/* Everything that the search below needs to know, so that its steps stay small. */
struct search {
    struct topology *topology;
    const struct pu **usable; /* the allowed PUs in logical order */
    size_t usable_count;
    enum share closest_first[SHARE_COUNT];
    size_t placement_count; /* found so far */
    unsigned *next_pu;      /* free room in placement_pus */
};

/* The most PUs that one core, one L2, ... has on this machine, whether we may use them or not. */
static unsigned extent(const struct topology *topology, enum share share, unsigned *counts) {
    const size_t pu_count = topology->facts.pus_present;
    memset(counts, 0, (pu_count + 1) * sizeof *counts);
    unsigned widest = 0;
    for (size_t i = 0; i < pu_count; i++) {
        const unsigned id = topology->pus[i].shares[share];
        if (id != 0 && ++counts[id] > widest)
            widest = counts[id];
    }
    return widest;
}

/*
 * Orders the things that can be shared from the narrowest to the widest of this machine. Mostly that is their order in
 * the enum; but a NUMA node may be wider than a package (where the firmware interleaves two packages' memory) or
 * narrower than an L3 (sub-NUMA clusters of one cache).
 */
static void order_shares(struct search *search, unsigned *counts) {
    unsigned extents[SHARE_COUNT];
    for (enum share share = 0; share < SHARE_COUNT; share++) {
        extents[share] = extent(search->topology, share, counts);
        size_t at = share;
        for (; at > 0 && extents[search->closest_first[at - 1]] > extents[share]; at--)
            search->closest_first[at] = search->closest_first[at - 1];
        search->closest_first[at] = share;
    }
}

static void add(struct search *search, const char *name, unsigned thread_count, const unsigned *pus) {
    search->topology->placements[search->placement_count++] = (struct placement){name, thread_count, pus};
}

/* One placement per kind of core: its first PU, which is where the pairs below begin, too. */
static void find_singles(struct search *search) {
    const struct topology *topology = search->topology;
    for (unsigned kind = 0; kind < topology->facts.core_kind_count; kind++) {
        for (size_t i = 0; i < search->usable_count; i++) {
            if (search->usable[i]->kind == kind) {
                add(search, topology->kinds[kind].placement, 1, search->next_pu);
                *search->next_pu++ = search->usable[i]->os_index;
                break;
            }
        }
    }
}

/* How good a representative a pair is: cores of one kind, so that a figure is about what they share; and fast ones. */
static unsigned preference(const struct pu *a, const struct pu *b) {
    return a->kind == b->kind ? 2 + a->kind : 1;
}

static enum share closest_share(const struct search *search, const struct pu *a, const struct pu *b) {
    for (size_t i = 0; i < SHARE_COUNT; i++) {
        const enum share share = search->closest_first[i];
        if (a->shares[share] != 0 && a->shares[share] == b->shares[share])
            return share;
    }
    return SHARE_MACHINE;
}

struct pair {
    const struct pu *pus[2];
    unsigned preference; /* 0: no such pair */
};

static void keep_better(struct pair *best, const struct pu *a, const struct pu *b) {
    const unsigned found = preference(a, b);
    if (found > best->preference)
        *best = (struct pair){{a, b}, found};
}

static void add_pair(struct search *search, const char *name, const struct pair *pair) {
    if (pair->preference == 0)
        return;
    add(search, name, 2, search->next_pu);
    *search->next_pu++ = pair->pus[0]->os_index;
    *search->next_pu++ = pair->pus[1]->os_index;
}

static void find_pairs(struct search *search) {
    struct pair same_pu = {0}, best[SHARE_COUNT] = {0};
    for (size_t i = 0; i < search->usable_count; i++) {
        const struct pu *a = search->usable[i];
        keep_better(&same_pu, a, a);
        for (size_t j = i + 1; j < search->usable_count; j++)
            keep_better(&best[closest_share(search, a, search->usable[j])], a, search->usable[j]);
    }
    add_pair(search, SAME_PU, &same_pu);
    for (size_t i = 0; i < SHARE_COUNT; i++)
        add_pair(search, pair_names[search->closest_first[i]].name, &best[search->closest_first[i]]);
}

/* Is a's neighbourhood less crowded than b's, seen from the widest thing inwards? */
static bool is_lonelier(const struct search *search, unsigned *const crowd[SHARE_COUNT], const struct pu *a,
                        const struct pu *b) {
    for (size_t i = SHARE_COUNT; i-- > 0;) {
        const enum share share = search->closest_first[i];
        const unsigned crowd_a = crowd[share][a->shares[share]], crowd_b = crowd[share][b->shares[share]];
        if (crowd_a != crowd_b)
            return crowd_a < crowd_b;
    }
    return false;
}

/*
 * Writes all usable PUs so that any number of them from the front is spread as evenly as it can be: the next one is
 * always taken from the least crowded package, in that from the least crowded NUMA node, and so on. `ranks` receives
 * each one's place in logical order.
 */
static void scatter(const struct search *search, unsigned *const crowd[SHARE_COUNT], bool *taken, unsigned *order,
                    size_t *ranks) {
    for (size_t n = 0; n < search->usable_count; n++) {
        size_t next = SIZE_MAX;
        for (size_t i = 0; i < search->usable_count; i++) {
            if (!taken[i] && (next == SIZE_MAX || is_lonelier(search, crowd, search->usable[i], search->usable[next])))
                next = i;
        }
        taken[next] = true;
        order[n] = search->usable[next]->os_index;
        ranks[n] = next;
        for (enum share share = 0; share < SHARE_COUNT; share++) {
            const unsigned id = search->usable[next]->shares[share];
            crowd[share][id] += id != 0; /* who belongs to nothing crowds nobody */
        }
    }
}

/*
 * Placements of three threads and more. Compact and scatter are one order each, of which n threads take the first n.
 * The sets are equal when the first n of scatter all are among the first n in logical order.
 */
static void find_groups(struct search *search, const unsigned *compact_order, const unsigned *scatter_order,
                        const size_t *scatter_ranks) {
    size_t rank_max = 0;
    for (unsigned n = 1; n <= search->usable_count; n++) {
        if (scatter_ranks[n - 1] > rank_max)
            rank_max = scatter_ranks[n - 1];
        if (n < 3)
            continue;
        search->topology->placement_starts[n] = search->placement_count;
        add(search, COMPACT, n, compact_order);
        if (rank_max >= n)
            add(search, SCATTER, n, scatter_order);
    }
}

static bool find_all(struct search *search) {
    struct topology *topology = search->topology;
    const size_t ids = topology->facts.pus_present + 1u;
    unsigned *const counts = calloc(SHARE_COUNT * ids, sizeof *counts);
    bool *const taken = calloc(search->usable_count, sizeof *taken);
    size_t *const ranks = calloc(search->usable_count, sizeof *ranks);
    const bool ok = counts != NULL && taken != NULL && ranks != NULL;
    if (ok) {
        order_shares(search, counts);
        topology->placement_starts[1] = search->placement_count;
        find_singles(search);
        topology->placement_starts[2] = search->placement_count;
        find_pairs(search);

        unsigned *const compact_order = search->next_pu, *const scatter_order = compact_order + search->usable_count;
        for (size_t i = 0; i < search->usable_count; i++)
            compact_order[i] = search->usable[i]->os_index;
        unsigned *crowd[SHARE_COUNT];
        for (enum share share = 0; share < SHARE_COUNT; share++)
            crowd[share] = counts + share * ids;
        memset(counts, 0, SHARE_COUNT * ids * sizeof *counts);
        scatter(search, crowd, taken, scatter_order, ranks);
        find_groups(search, compact_order, scatter_order, ranks);
        topology->placement_starts[topology->placement_thread_max + 1] = search->placement_count;
    }
    free(counts);
    free(taken);
    free(ranks);
    return ok;
}

bool topology_find_placements(struct topology *topology) {
    const struct topology_facts *facts = &topology->facts;
    const size_t pairs = 1 + SHARE_COUNT; /* same-pu and the shares */
    topology->placement_thread_max = facts->pu_count < 2 ? 2 : facts->pu_count;
    topology->placements =
        calloc(facts->core_kind_count + pairs + 2 * (size_t)facts->pu_count, sizeof(struct placement));
    topology->placement_starts = calloc(topology->placement_thread_max + 2u, sizeof(size_t));
    topology->placement_pus =
        calloc(facts->core_kind_count + 2 * pairs + 2 * (size_t)facts->pu_count, sizeof(unsigned));

    struct search search = {.topology = topology, .next_pu = topology->placement_pus};
    search.usable = calloc(facts->pu_count, sizeof(struct pu *));
    if (topology->placements == NULL || topology->placement_starts == NULL || topology->placement_pus == NULL ||
        search.usable == NULL) {
        free(search.usable);
        return false;
    }
    for (size_t i = 0; i < facts->pus_present; i++) {
        if (topology->pus[i].allowed)
            search.usable[search.usable_count++] = &topology->pus[i];
    }
    const bool ok = find_all(&search);
    free(search.usable);
    return ok;
}

size_t topology_placements(const struct topology *topology, unsigned thread_count,
                           const struct placement **placements) {
    *placements = NULL;
    if (thread_count == 0 || thread_count > topology->placement_thread_max)
        return 0;
    const size_t start = topology->placement_starts[thread_count];
    *placements = topology->placements + start;
    return topology->placement_starts[thread_count + 1] - start;
}

const char *topology_placement_meaning(const struct placement *placement) {
    if (strcmp(placement->name, SAME_PU) == 0)
        return "one PU, by turns";
    for (enum share share = 0; share < SHARE_COUNT; share++) {
        if (strcmp(placement->name, pair_names[share].name) == 0)
            return pair_names[share].meaning;
    }
    return "";
}
