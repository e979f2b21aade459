/*
 * Which placements a machine has. Pure: works on the plain model of a topology.
 */
#include <stdlib.h>
#include <string.h>

#include "base/placements.h"
#include "machine/topology_model.h"

static const struct {
    const char *name, *meaning;
} pair_names[SHARE_COUNT] = {
    [SHARE_CORE] = {PLACEMENT_SMT, "one core"},         [SHARE_L2] = {PLACEMENT_L2, "an L2 cache"},
    [SHARE_L3] = {PLACEMENT_L3, "an L3 cache"},         [SHARE_NUMA] = {PLACEMENT_NUMA, "a NUMA node"},
    [SHARE_PACKAGE] = {PLACEMENT_PACKAGE, "a package"}, [SHARE_MACHINE] = {PLACEMENT_MACHINE, "nothing closer"},
};

/* What the search works on. */
struct search {
    struct topology *topology;
    struct pu *usable; /* the allowed PUs in logical order */
    size_t usable_count;
    enum share closest_first[SHARE_COUNT];
    size_t placement_count;       /* found so far */
    unsigned *next_pu;            /* free room in the topology's placement_pus */
    size_t id_count;              /* the numbers that a core, an L2, ... can have, 0 included */
    unsigned *crowd[SHARE_COUNT]; /* PUs counted in each core, L2, ... */
    bool *taken;                  /* usable PUs that scatter has used up */
    size_t *scatter_ranks;        /* the places in `usable` of those in scatter's order */
};

static void clear_crowd(const struct search *search) {
    memset(search->crowd[0], 0, SHARE_COUNT * search->id_count * sizeof *search->crowd[0]);
}

/* The most PUs that one core, one L2, ... has on this machine, whether we may use them or not. */
static unsigned extent(const struct search *search, enum share share) {
    unsigned widest = 0;
    for (size_t i = 0; i < search->topology->facts.pus_present; i++) {
        const unsigned id = search->topology->pus[i].shares[share];
        if (id != 0 && ++search->crowd[share][id] > widest)
            widest = search->crowd[share][id];
    }
    return widest;
}

/*
 * Orders the things that can be shared from the narrowest to the widest of this machine. Mostly that is their order in
 * the enum; but a NUMA node may be wider than a package (where the firmware interleaves two packages' memory) or
 * narrower than an L3 (sub-NUMA clusters of one cache).
 */
static void order_shares(struct search *search) {
    unsigned extents[SHARE_COUNT];
    clear_crowd(search);
    for (enum share share = 0; share < SHARE_COUNT; share++) {
        extents[share] = extent(search, share);
        size_t at = share;
        for (; at > 0 && extents[search->closest_first[at - 1]] > extents[share]; at--)
            search->closest_first[at] = search->closest_first[at - 1];
        search->closest_first[at] = share;
    }
}

static void add(struct search *search, const char *name, unsigned thread_count, const unsigned *pus) {
    search->topology->placements[search->placement_count++] =
        (struct placement){.name = name, .thread_count = thread_count, .pus = pus};
}

/* One placement per kind of core: its first PU, which is where the pairs below begin, too. */
static void find_singles(struct search *search) {
    const struct topology *topology = search->topology;
    topology->placement_starts[1] = search->placement_count;
    for (unsigned kind = 0; kind < topology->facts.core_kind_count; kind++) {
        for (size_t i = 0; i < search->usable_count; i++) {
            if (search->usable[i].kind == kind) {
                add(search, topology->kinds[kind].placement, 1, search->next_pu);
                *search->next_pu++ = search->usable[i].os_index;
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
    search->topology->placement_starts[2] = search->placement_count;
    for (size_t i = 0; i < search->usable_count; i++) {
        const struct pu *a = &search->usable[i];
        keep_better(&same_pu, a, a);
        for (size_t j = i + 1; j < search->usable_count; j++)
            keep_better(&best[closest_share(search, a, &search->usable[j])], a, &search->usable[j]);
    }
    add_pair(search, PLACEMENT_SAME_PU, &same_pu);
    for (size_t i = 0; i < SHARE_COUNT; i++)
        add_pair(search, pair_names[search->closest_first[i]].name, &best[search->closest_first[i]]);
}

/* Is a's neighbourhood less crowded than b's, seen from the widest thing inwards? */
static bool is_lonelier(const struct search *search, const struct pu *a, const struct pu *b) {
    for (size_t i = SHARE_COUNT; i-- > 0;) {
        const enum share share = search->closest_first[i];
        const unsigned crowd_a = search->crowd[share][a->shares[share]];
        const unsigned crowd_b = search->crowd[share][b->shares[share]];
        if (crowd_a != crowd_b)
            return crowd_a < crowd_b;
    }
    return false;
}

/*
 * Orders all usable PUs so that any number of them from the front is spread as evenly as it can be: the next one is
 * always taken from the least crowded package, in that from the least crowded NUMA node, and so on.
 */
static void scatter(const struct search *search, unsigned *order) {
    clear_crowd(search);
    for (size_t n = 0; n < search->usable_count; n++) {
        size_t next = SIZE_MAX;
        for (size_t i = 0; i < search->usable_count; i++) {
            if (!search->taken[i] &&
                (next == SIZE_MAX || is_lonelier(search, &search->usable[i], &search->usable[next])))
                next = i;
        }
        search->taken[next] = true;
        search->scatter_ranks[n] = next;
        order[n] = search->usable[next].os_index;
        for (enum share share = 0; share < SHARE_COUNT; share++) {
            const unsigned id = search->usable[next].shares[share];
            search->crowd[share][id] += id != 0; /* who belongs to nothing crowds nobody */
        }
    }
}

/*
 * Placements of three threads and more. Compact and scatter are one order each, of which n threads take the first n.
 * Beyond the PUs, compact begins again from the front: no PU has two threads more than another. Their sets are equal
 * when the first n of scatter all are among the first n in logical order.
 */
static void find_groups(struct search *search) {
    struct topology *topology = search->topology;
    const size_t threads_max = topology->placement_thread_max;
    unsigned *const compact_order = search->next_pu, *const scatter_order = compact_order + threads_max;
    for (size_t i = 0; i < threads_max; i++)
        compact_order[i] = search->usable[i % search->usable_count].os_index;
    scatter(search, scatter_order);

    size_t rank_max = 0;
    for (unsigned n = 1; n <= search->usable_count; n++) {
        if (search->scatter_ranks[n - 1] > rank_max)
            rank_max = search->scatter_ranks[n - 1];
        if (n < 3)
            continue;
        topology->placement_starts[n] = search->placement_count;
        add(search, PLACEMENT_COMPACT, n, compact_order);
        if (rank_max >= n)
            add(search, PLACEMENT_SCATTER, n, scatter_order);
    }
    for (size_t n = search->usable_count + 1; n <= threads_max; n++) {
        if (n < 3)
            continue;
        topology->placement_starts[n] = search->placement_count;
        add(search, PLACEMENT_OVERSUBSCRIBED, (unsigned)n, compact_order);
    }
    topology->placement_starts[threads_max + 1] = search->placement_count;
}

/* Makes room for the placements, which the topology keeps, and for the search. False when out of memory. */
static bool begin_search(struct search *search) {
    struct topology *topology = search->topology;
    const size_t kinds = topology->facts.core_kind_count, pus = topology->facts.pu_count;
    const size_t pairs = 1 + SHARE_COUNT; /* same-pu and the shares */
    const size_t threads_max = 2 * pus > TOPOLOGY_THREADS_ANYWHERE ? 2 * pus : TOPOLOGY_THREADS_ANYWHERE;
    topology->placement_thread_max = (unsigned)threads_max;
    topology->placements = calloc(kinds + pairs + pus + threads_max, sizeof *topology->placements);
    topology->placement_starts = calloc(threads_max + 2, sizeof *topology->placement_starts);
    topology->placement_pus = calloc(kinds + 2 * pairs + pus + threads_max, sizeof *topology->placement_pus);
    search->next_pu = topology->placement_pus;
    search->usable = calloc(pus, sizeof *search->usable);
    search->taken = calloc(pus, sizeof *search->taken);
    search->scatter_ranks = calloc(pus, sizeof *search->scatter_ranks);
    search->id_count = topology->facts.pus_present + (size_t)1;
    unsigned *const counts = calloc(SHARE_COUNT * search->id_count, sizeof *counts);
    for (enum share share = 0; counts != NULL && share < SHARE_COUNT; share++)
        search->crowd[share] = counts + share * search->id_count;
    return topology->placements != NULL && topology->placement_starts != NULL && topology->placement_pus != NULL &&
           search->usable != NULL && search->taken != NULL && search->scatter_ranks != NULL && counts != NULL;
}

static void end_search(struct search *search) {
    free(search->usable);
    free(search->taken);
    free(search->scatter_ranks);
    free(search->crowd[0]);
}

static void take_usable(struct search *search) {
    for (size_t i = 0; i < search->topology->facts.pus_present; i++) {
        if (search->topology->pus[i].allowed)
            search->usable[search->usable_count++] = search->topology->pus[i];
    }
}

bool topology_find_placements(struct topology *topology) {
    struct search search = {.topology = topology};
    const bool ok = begin_search(&search);
    if (ok) {
        take_usable(&search);
        order_shares(&search);
        find_singles(&search);
        find_pairs(&search);
        find_groups(&search);
    }
    end_search(&search);
    return ok;
}

unsigned topology_threads_max(const struct topology *topology) {
    return topology->placement_thread_max;
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

/* What belongs to a pair beside its placement, in one block with all others. */
struct pair_storage {
    unsigned pus[2];
    char name[sizeof "pu4294967295-pu4294967295"];
};

static void fill_pair(struct placement *placement, struct pair_storage *storage, const struct search *search,
                      const struct pu *a, const struct pu *b) {
    storage->pus[0] = a->os_index;
    storage->pus[1] = b->os_index;
    (void)snprintf(storage->name, sizeof storage->name, "pu%u-pu%u", a->os_index, b->os_index);
    *placement = (struct placement){
        .name = storage->name,
        .thread_count = 2,
        .pus = storage->pus,
        .shares = pair_names[closest_share(search, a, b)].name,
    };
}

static void fill_pairs(const struct search *search, struct placement *placements, struct pair_storage *storage) {
    for (size_t i = 0; i < search->usable_count; i++) {
        for (size_t j = i + 1; j < search->usable_count; j++)
            fill_pair(placements++, storage++, search, &search->usable[i], &search->usable[j]);
    }
}

/* What a search needs to tell how close PUs are, without the room for placements. False when out of memory. */
static bool begin_comparison(struct search *search) {
    const size_t pus = search->topology->facts.pus_present;
    search->id_count = pus + 1;
    search->usable = calloc(pus, sizeof *search->usable);
    unsigned *const counts = calloc(SHARE_COUNT * search->id_count, sizeof *counts);
    for (enum share share = 0; share < SHARE_COUNT; share++)
        search->crowd[share] = counts == NULL ? NULL : counts + share * search->id_count;
    if (search->usable == NULL || counts == NULL)
        return false;
    take_usable(search);
    order_shares(search);
    return true;
}

struct placement *topology_all_pairs(const struct topology *topology, size_t count_max, size_t *count,
                                     struct error *error) {
    const size_t pus = topology->facts.pu_count;
    *count = pus * (pus - 1) / 2;
    if (*count > count_max) {
        (void)error_set(error,
                        "%zu PUs make %zu pairs, and a plan has room for %zu; name fewer PUs, as taskset(1) does", pus,
                        *count, count_max);
        return NULL;
    }
    struct search search = {.topology = (struct topology *)(uintptr_t)topology}; /* which is only read */
    struct placement *const placements = calloc(*count + 1, sizeof(struct placement) + sizeof(struct pair_storage));
    const bool ready = placements != NULL && begin_comparison(&search);
    if (ready)
        fill_pairs(&search, placements, (struct pair_storage *)(placements + *count));
    else
        (void)error_set_code(error, ERROR_MEMORY, "out of memory for %zu pairs of PUs", *count);
    free(search.usable);
    free(search.crowd[0]);
    if (ready)
        return placements;
    free(placements);
    return NULL;
}

const char *topology_placement_meaning(const struct placement *placement) {
    if (strcmp(placement->name, PLACEMENT_SAME_PU) == 0)
        return "one PU, by turns";
    if (strcmp(placement->name, PLACEMENT_OVERSUBSCRIBED) == 0)
        return "PUs, by turns";
    for (enum share share = 0; share < SHARE_COUNT; share++) {
        if (strcmp(placement->name, pair_names[share].name) == 0)
            return pair_names[share].meaning;
    }
    return "";
}
