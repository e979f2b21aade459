/* Turns hwloc's objects into plain data (topology_model.h): the parts of the machine, kinds of cores, facts. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/placements.h"
#include "base/utf8.h"
#include "machine/topology_hwloc.h"

/* Copies text of unknown origin: runs of blanks and control characters become one blank; cut where it does not fit. */
static void copy_text(char *to, size_t size, const char *from) {
    size_t length = 0;
    for (; *from != '\0' && length + 1 < size; from++) {
        const bool blank = (unsigned char)*from <= ' ' || *from == 0x7f;
        if (!blank)
            to[length++] = *from;
        else if (length > 0 && to[length - 1] != ' ')
            to[length++] = ' ';
    }
    if (*from != '\0') { /* cut: leave no part of a UTF-8 character behind */
        while (length > 0 && ((unsigned char)to[length - 1] & 0xc0) == 0x80)
            length--;
        if (length > 0 && ((unsigned char)to[length - 1] & 0x80) != 0)
            length--;
    }
    while (length > 0 && to[length - 1] == ' ')
        length--;
    to[length] = '\0';
}

/* The same of a path, which need not be UTF-8. */
static void copy_path(char *to, size_t size, const char *path) {
    char *escaped = utf8_escaped(path);
    copy_text(to, size, escaped != NULL ? escaped : "a file");
    free(escaped);
}

enum { CACHE_LEVELS = 5 };

#define KIND_UNKNOWN UINT_MAX

/* What a core is. Cores that differ here are of different kinds, and these are ranked by the first difference. */
struct signature {
    uint64_t hwloc_kind;                /* 0 where hwloc knows of no kinds */
    uint64_t pus;                       /* of the core */
    uint64_t cache_bytes[CACHE_LEVELS]; /* by level; level 1 is the data cache */
};

/* What the walk through hwloc's objects knows at one of them: all that encloses it. */
struct enclosing {
    unsigned shares[SHARE_COUNT];
    unsigned numa_os_index;
    struct signature signature;
};

struct builder {
    hwloc_topology_t hwloc;
    hwloc_const_bitmap_t allowed;
    struct topology *topology;
    struct signature *signatures; /* of each PU */
    size_t node_count, pu_count;  /* so far */
    unsigned share_counts[SHARE_COUNT];
};

/* hwloc's types that mean something to us; others, as groups and instruction caches, are passed through. */
struct part {
    hwloc_obj_type_t type;
    enum node_type node;
    enum share share; /* SHARE_COUNT: sharing it has no name */
};

static const struct part *find_part(hwloc_obj_type_t type) {
    static const struct part parts[] = {
        {HWLOC_OBJ_MACHINE, NODE_MACHINE, SHARE_MACHINE}, {HWLOC_OBJ_PACKAGE, NODE_PACKAGE, SHARE_PACKAGE},
        {HWLOC_OBJ_DIE, NODE_DIE, SHARE_COUNT},           {HWLOC_OBJ_L5CACHE, NODE_CACHE, SHARE_COUNT},
        {HWLOC_OBJ_L4CACHE, NODE_CACHE, SHARE_COUNT},     {HWLOC_OBJ_L3CACHE, NODE_CACHE, SHARE_L3},
        {HWLOC_OBJ_L2CACHE, NODE_CACHE, SHARE_L2},        {HWLOC_OBJ_L1CACHE, NODE_CACHE, SHARE_COUNT},
        {HWLOC_OBJ_CORE, NODE_CORE, SHARE_CORE},          {HWLOC_OBJ_PU, NODE_PU, SHARE_COUNT},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].type == type)
            return &parts[i];
    }
    return NULL;
}

static struct node *open_node(struct builder *builder, enum node_type type, hwloc_obj_t object) {
    struct node *node = &builder->topology->nodes[builder->node_count++];
    *node = (struct node){.type = type, .os_index = object->os_index, .first_pu = builder->pu_count};
    return node;
}

static void close_node(struct builder *builder, size_t index) {
    struct node *node = &builder->topology->nodes[index];
    node->subtree = builder->node_count - index;
    node->pu_count = builder->pu_count - node->first_pu;
}

static void enclose(struct builder *builder, struct enclosing *enclosing, enum share share) {
    enclosing->shares[share] = ++builder->share_counts[share];
}

static void add_pu(struct builder *builder, hwloc_obj_t object, const struct enclosing *enclosing) {
    struct pu *pu = &builder->topology->pus[builder->pu_count];
    pu->os_index = object->os_index;
    pu->allowed = hwloc_bitmap_isset(builder->allowed, object->os_index) != 0;
    pu->kind = KIND_UNKNOWN;
    memcpy(pu->shares, enclosing->shares, sizeof pu->shares);
    pu->numa_os_index = enclosing->numa_os_index;
    const int hwloc_kind = hwloc_cpukinds_get_by_cpuset(builder->hwloc, object->cpuset, 0);
    struct signature *signature = &builder->signatures[builder->pu_count];
    *signature = enclosing->signature;
    signature->hwloc_kind = hwloc_kind < 0 ? 0 : (uint64_t)hwloc_kind;
    builder->pu_count++;
}

static void enter(struct builder *builder, hwloc_obj_t object, const struct part *part, struct enclosing *enclosing) {
    struct node *node = open_node(builder, part->node, object);
    if (part->share != SHARE_COUNT)
        enclose(builder, enclosing, part->share);
    if (part->node == NODE_CACHE) {
        node->level = object->attr->cache.depth;
        node->bytes = object->attr->cache.size;
        if (node->level < CACHE_LEVELS)
            enclosing->signature.cache_bytes[node->level] = node->bytes;
    } else if (part->node == NODE_CORE) {
        enclosing->signature.pus = (uint64_t)hwloc_bitmap_weight(object->cpuset);
    } else if (part->node == NODE_PU) {
        add_pu(builder, object, enclosing);
    }
}

/* Opens the NUMA nodes in a list of memory objects, those behind memory-side caches too. */
static void enter_memory(struct builder *builder, hwloc_obj_t memory, struct enclosing *enclosing) {
    for (; memory != NULL; memory = memory->next_sibling) {
        if (memory->type == HWLOC_OBJ_NUMANODE) {
            open_node(builder, NODE_NUMA, memory)->bytes = memory->attr->numanode.local_memory;
            enclose(builder, enclosing, SHARE_NUMA);
        }
        enter_memory(builder, memory->memory_first_child, enclosing);
    }
}

/* The first NUMA node of an object's memory, which hwloc takes for its ordinary one, be it behind a memory-side cache.
 */
static hwloc_obj_t first_node(hwloc_obj_t memory) {
    while (memory != NULL && memory->type != HWLOC_OBJ_NUMANODE)
        memory = memory->memory_first_child;
    return memory;
}

/*
 * Walks an object and all below. hwloc hangs NUMA nodes beside the tree of processors, at the object whose PUs are
 * local to them; here they enclose that object's children. A PU belongs to the nearest of them: where memory of several
 * sorts hangs at one object (DRAM and HBM), these count as one thing to share.
 */
static void walk(struct builder *builder, hwloc_obj_t object, struct enclosing enclosing) {
    const size_t first_opened = builder->node_count;
    const struct part *part = find_part(object->type);
    if (part != NULL)
        enter(builder, object, part, &enclosing);
    hwloc_obj_t memory = first_node(object->memory_first_child);
    if (memory != NULL)
        enclosing.numa_os_index = memory->os_index;
    enter_memory(builder, object->memory_first_child, &enclosing);
    const size_t end_opened = builder->node_count;
    for (hwloc_obj_t child = object->first_child; child != NULL; child = child->next_sibling)
        walk(builder, child, enclosing);
    for (size_t node = first_opened; node < end_opened; node++)
        close_node(builder, node);
}

static int compare(uint64_t a, uint64_t b) {
    return (a > b) - (a < b);
}

static int compare_signatures(const struct signature *a, const struct signature *b) {
    int order = compare(a->hwloc_kind, b->hwloc_kind);
    if (order == 0)
        order = compare(a->pus, b->pus);
    for (size_t level = 0; order == 0 && level < CACHE_LEVELS; level++)
        order = compare(a->cache_bytes[level], b->cache_bytes[level]);
    return order;
}

static const char *core_type(hwloc_topology_t hwloc, const struct signature *signature) {
    unsigned info_count = 0;
    struct hwloc_info_s *infos = NULL;
    if (hwloc_cpukinds_get_info(hwloc, (unsigned)signature->hwloc_kind, NULL, NULL, &info_count, &infos, 0) != 0)
        return "";
    for (unsigned i = 0; i < info_count; i++) {
        if (strcmp(infos[i].name, "CoreType") == 0)
            return infos[i].value;
    }
    return "";
}

/* The lowest signature among PUs whose kind is not known yet; NULL if all are known. */
static const struct signature *next_signature(const struct builder *builder) {
    const struct signature *lowest = NULL;
    for (size_t i = 0; i < builder->pu_count; i++) {
        if (builder->topology->pus[i].kind == KIND_UNKNOWN &&
            (lowest == NULL || compare_signatures(&builder->signatures[i], lowest) < 0))
            lowest = &builder->signatures[i];
    }
    return lowest;
}

static void add_kind(const struct builder *builder, const struct signature *signature) {
    struct topology *topology = builder->topology;
    const unsigned kind = topology->facts.core_kind_count++;
    copy_text(topology->kinds[kind].type, sizeof topology->kinds[kind].type, core_type(builder->hwloc, signature));
    (void)snprintf(topology->kinds[kind].placement, sizeof topology->kinds[kind].placement, "pu-kind%u", kind);
    for (size_t i = 0; i < builder->pu_count; i++) {
        if (compare_signatures(&builder->signatures[i], signature) == 0)
            topology->pus[i].kind = kind;
    }
}

/*
 * Sorts the cores into kinds: by what hwloc was told (core types, capacities, frequencies), which it ranks by
 * performance; and by what can be seen: how many PUs a core has and how large its caches are. The second matters where
 * nobody told hwloc anything (virtual machines, descriptions), and where one hwloc kind is two: a core whose sibling
 * is offline, one L3 larger than the other, efficient cores outside the L3. Kinds are those of the whole machine, so
 * that their names stay the same when we may only use a part of it.
 */
static void find_kinds(const struct builder *builder) {
    struct topology *topology = builder->topology;
    for (const struct signature *next; (next = next_signature(builder)) != NULL;)
        add_kind(builder, next);
    if (topology->facts.core_kind_count == 1)
        (void)snprintf(topology->kinds[0].placement, sizeof topology->kinds[0].placement, "%s", PLACEMENT_PU);
}

/* Sorts by asking hwloc for the PU behind each OS index in turn. */
static void sort_by_os_index(struct builder *builder) {
    hwloc_const_bitmap_t present = hwloc_topology_get_topology_cpuset(builder->hwloc);
    size_t *next = builder->topology->by_os_index;
    for (int pu = -1; (pu = hwloc_bitmap_next(present, pu)) >= 0;)
        *next++ = hwloc_get_pu_obj_by_os_index(builder->hwloc, (unsigned)pu)->logical_index;
}

static bool build_model(struct builder *builder) {
    struct topology *topology = builder->topology;
    size_t object_count = (size_t)hwloc_get_nbobjs_by_type(builder->hwloc, HWLOC_OBJ_NUMANODE);
    for (int depth = 0; depth < hwloc_topology_get_depth(builder->hwloc); depth++)
        object_count += hwloc_get_nbobjs_by_depth(builder->hwloc, depth);
    const size_t pu_count = topology->facts.pus_present;
    topology->nodes = calloc(object_count, sizeof *topology->nodes);
    topology->pus = calloc(pu_count, sizeof *topology->pus);
    topology->kinds = calloc(pu_count, sizeof *topology->kinds);
    topology->by_os_index = calloc(pu_count, sizeof *topology->by_os_index);
    builder->signatures = calloc(pu_count, sizeof *builder->signatures);
    if (topology->nodes == NULL || topology->pus == NULL || topology->kinds == NULL || topology->by_os_index == NULL ||
        builder->signatures == NULL)
        return false;
    sort_by_os_index(builder);
    walk(builder, hwloc_get_root_obj(builder->hwloc), (struct enclosing){0});
    find_kinds(builder);
    return true;
}

static unsigned count_allowed(const struct builder *builder, hwloc_obj_type_t type) {
    unsigned count = 0;
    for (hwloc_obj_t object = NULL; (object = hwloc_get_next_obj_by_type(builder->hwloc, type, object)) != NULL;)
        count += hwloc_bitmap_intersects(object->cpuset, builder->allowed) != 0;
    return count;
}

static const char *cache_type_name(hwloc_obj_cache_type_t type) {
    switch (type) {
    case HWLOC_OBJ_CACHE_DATA:
        return "Data";
    case HWLOC_OBJ_CACHE_INSTRUCTION:
        return "Instruction";
    default:
        return "Unified";
    }
}

static void add_cache(struct topology_facts *facts, hwloc_obj_t object) {
    struct topology_cache cache = {
        .level = object->attr->cache.depth,
        .size_bytes = object->attr->cache.size,
        .num_sharing = (unsigned)hwloc_bitmap_weight(object->cpuset),
    };
    (void)snprintf(cache.type, sizeof cache.type, "%s", cache_type_name(object->attr->cache.type));
    for (size_t i = 0; i < facts->cache_count; i++) {
        const struct topology_cache *known = &facts->caches[i];
        if (known->level == cache.level && known->size_bytes == cache.size_bytes &&
            known->num_sharing == cache.num_sharing && strcmp(known->type, cache.type) == 0)
            return;
    }
    if (facts->cache_count < sizeof facts->caches / sizeof facts->caches[0])
        facts->caches[facts->cache_count++] = cache;
}

/* In the order that Google Benchmark lists them: by level, data before instructions. */
static void find_caches(hwloc_topology_t hwloc, struct topology_facts *facts) {
    static const hwloc_obj_type_t types[] = {
        HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L1ICACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L2ICACHE,
        HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L3ICACHE, HWLOC_OBJ_L4CACHE, HWLOC_OBJ_L5CACHE,
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        for (hwloc_obj_t cache = NULL; (cache = hwloc_get_next_obj_by_type(hwloc, types[i], cache)) != NULL;)
            add_cache(facts, cache);
    }
}

static void find_cpu_model(hwloc_topology_t hwloc, struct topology_facts *facts) {
    hwloc_obj_t package = hwloc_get_obj_by_type(hwloc, HWLOC_OBJ_PACKAGE, 0);
    const char *model = package != NULL ? hwloc_obj_get_info_by_name(package, "CPUModel") : NULL;
    if (model == NULL)
        model = hwloc_obj_get_info_by_name(hwloc_get_root_obj(hwloc), "CPUModel");
    if (model != NULL)
        copy_text(facts->cpu_model, sizeof facts->cpu_model, model);
}

static void find_facts(const struct builder *builder, const char *spec) {
    struct topology_facts *facts = &builder->topology->facts;
    if (spec != NULL)
        copy_path(facts->source, sizeof facts->source, spec);
    else /* HWLOC_XMLFILE and its like replace the machine in every program that uses hwloc */
        (void)snprintf(facts->source, sizeof facts->source, "%s",
                       builder->topology->here ? "this machine" : "what the HWLOC_ environment variables describe");
    facts->package_count = count_allowed(builder, HWLOC_OBJ_PACKAGE);
    facts->numa_node_count = count_allowed(builder, HWLOC_OBJ_NUMANODE);
    facts->core_count = count_allowed(builder, HWLOC_OBJ_CORE);
    facts->pu_count = count_allowed(builder, HWLOC_OBJ_PU);
    if (hwloc_get_nbobjs_by_type(builder->hwloc, HWLOC_OBJ_CORE) < 1)
        facts->core_count = facts->pu_count; /* nothing is known of cores: no two PUs share one */
    facts->pus_present = (unsigned)hwloc_get_nbobjs_by_type(builder->hwloc, HWLOC_OBJ_PU);
    facts->restricted = facts->pu_count < facts->pus_present;
    topology_list_set(facts->allowed_pus, sizeof facts->allowed_pus, builder->allowed);
    find_cpu_model(builder->hwloc, facts);
    find_caches(builder->hwloc, facts);
}

bool topology_build(struct topology *topology, hwloc_topology_t hwloc, hwloc_const_bitmap_t allowed, const char *spec) {
    struct builder builder = {.hwloc = hwloc, .topology = topology, .allowed = allowed};
    find_facts(&builder, spec);
    const bool built = build_model(&builder);
    free(builder.signatures);
    return built;
}
