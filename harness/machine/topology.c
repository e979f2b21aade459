/*
 * Topology through hwloc, which no other file includes: loads what the machine is, turns it into plain data at once
 * (topology_model.h), and binds threads.
 *
 * hwloc leaves out what we may not use, or it shows everything and marks what is allowed. We ask for the latter and
 * take the affinity of the process off it ourselves, since a result has to say what the machine is as well as which
 * part of it was used. That is what HWLOC_TOPOLOGY_FLAG_RESTRICT_TO_CPUBINDING would do, with one loading, not two.
 */
#include "machine/topology.h"

#include <errno.h>
#include <fcntl.h>
#include <hwloc.h>
#include <hwloc/linux.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/placements.h"
#include "base/utf8.h"
#include "machine/topology_model.h"

/*
 * No distances and memory attributes: nobody reads them. No changes of binding: hwloc's x86 discovery would visit each
 * PU in turn, those outside our affinity too, to learn from cpuid what Linux has told already.
 */
static const unsigned long load_flags = HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED |
                                        HWLOC_TOPOLOGY_FLAG_DONT_CHANGE_BINDING | HWLOC_TOPOLOGY_FLAG_NO_DISTANCES |
                                        HWLOC_TOPOLOGY_FLAG_NO_MEMATTRS;

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

/* Loading. */

static bool configure(hwloc_topology_t hwloc) {
    return hwloc_topology_set_flags(hwloc, load_flags) == 0 &&
           hwloc_topology_set_cache_types_filter(hwloc, HWLOC_TYPE_FILTER_KEEP_ALL) == 0 &&
           hwloc_topology_set_icache_types_filter(hwloc, HWLOC_TYPE_FILTER_KEEP_ALL) == 0;
}

/* Are there as many PUs as the machine says that it has, each its own? hwloc believes XML that contradicts itself. */
static bool is_sound(hwloc_topology_t hwloc) {
    hwloc_const_bitmap_t present = hwloc_topology_get_topology_cpuset(hwloc);
    for (hwloc_obj_t pu = NULL; (pu = hwloc_get_next_obj_by_type(hwloc, HWLOC_OBJ_PU, pu)) != NULL;) {
        if (hwloc_bitmap_weight(pu->cpuset) != 1 || !hwloc_bitmap_isset(pu->cpuset, pu->os_index) ||
            hwloc_get_pu_obj_by_os_index(hwloc, pu->os_index) != pu)
            return false;
    }
    return hwloc_bitmap_weight(present) == hwloc_get_nbobjs_by_type(hwloc, HWLOC_OBJ_PU);
}

/*
 * How many PUs a synthetic description has, or TOPOLOGY_PUS_MAX + 1 if it has more: hwloc takes minutes and gigabytes
 * to build millions. Multiplies the counts "8", "core:8"; what stands in brackets has no PUs.
 */
static unsigned long synthetic_pu_count(const char *description) {
    unsigned long product = 1;
    for (const char *at = description; *at != '\0';) {
        if (*at == '[' || *at == '(') {
            at += strcspn(at, *at == '[' ? "]" : ")");
            continue;
        }
        const bool starts_count = at == description || strchr(" :\t\n", at[-1]) != NULL;
        if (!starts_count || *at < '0' || *at > '9') {
            at++;
            continue;
        }
        char *end;
        const unsigned long count = strtoul(at, &end, 10);
        if (count > TOPOLOGY_PUS_MAX || product * count > TOPOLOGY_PUS_MAX)
            return TOPOLOGY_PUS_MAX + 1;
        product *= count;
        at = end;
    }
    return product;
}

static bool not_understood(const char *spec, struct error *error) {
    return error_set(
        error,
        "'%s' is no topology that hwloc understands; wanted is an XML file as `lstopo FILE.xml` writes it, "
        "or counts from the machine inwards that end with PUs, as in "
        "'synthetic:package:2 numa:2 l3:2 core:4 pu:2'",
        spec);
}

static bool set_synthetic(hwloc_topology_t hwloc, const char *description, struct error *error) {
    if (synthetic_pu_count(description) > TOPOLOGY_PUS_MAX)
        return error_set(error, "the topology '%s' has more than %d PUs, the most that one may have", description,
                         TOPOLOGY_PUS_MAX);
    return hwloc_topology_set_synthetic(hwloc, description) == 0 || not_understood(description, error);
}

enum { XML_TRIAL_SECONDS = 10 };

/* Reads a whole file, a pipe too. NULL with errno set; otherwise freed by the caller. */
static char *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return NULL;
    char *text = NULL;
    size_t room = 0, length = 0;
    for (size_t got = 1; got > 0; length += got) {
        if (length == room) {
            char *const larger = realloc(text, room += (size_t)64 * 1024);
            if (larger == NULL)
                break;
            text = larger;
        }
        got = fread(text + length, 1, room - length, file);
    }
    const int reason = ferror(file) != 0 ? errno : feof(file) != 0 ? 0 : ENOMEM;
    (void)fclose(file);
    if (reason == 0) {
        *size = length;
        return text;
    }
    free(text);
    errno = reason;
    return NULL;
}

_Noreturn static void try_xml_in_child(const char *xml, int size) {
    /* A crash shall end it, whatever handlers it inherits, and leave no trace. */
    static const int ends[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        (void)signal(ends[i], SIG_DFL);
    const struct rlimit no_core = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &no_core);
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC); /* not closed: what hwloc opens would get its number */
    (void)dup2(nowhere, STDERR_FILENO);
    (void)alarm(XML_TRIAL_SECONDS);
    hwloc_topology_t hwloc;
    const bool ok = hwloc_topology_init(&hwloc) == 0 && configure(hwloc) &&
                    hwloc_topology_set_xmlbuffer(hwloc, xml, size) == 0 && hwloc_topology_load(hwloc) == 0;
    _exit(ok ? EXIT_SUCCESS : EXIT_FAILURE);
}

/*
 * Whether hwloc can load this XML. hwloc 2.9 crashes on some that is well-formed but makes no sense (a PU without
 * a complete_cpuset), and leaks on some that ends early: so a child tries first.
 */
static bool is_xml_loadable(const char *xml, int size) {
    const pid_t child = fork();
    if (child == 0)
        try_xml_in_child(xml, size);
    int status = EXIT_SUCCESS; /* where we may not have a child, we go on without */
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return status == EXIT_SUCCESS;
}

/* The first number of the version in <topology version="3.0">; 0 if there is none. */
static unsigned xml_version(const char *xml, size_t size) {
    static const char element[] = "<topology", attribute[] = "version=\"";
    const char *const end = xml + size;
    const char *tag = memmem(xml, size, element, strlen(element));
    const char *close = tag != NULL ? memchr(tag, '>', (size_t)(end - tag)) : NULL;
    const char *at = close != NULL ? memmem(tag, (size_t)(close - tag), attribute, strlen(attribute)) : NULL;
    unsigned version = 0;
    for (at = at != NULL ? at + strlen(attribute) : end; at < end && *at >= '0' && *at <= '9' && version < 100; at++)
        version = 10 * version + (unsigned)(*at - '0');
    return version;
}

/* hwloc reads no XML of a later major version than its own, and says nothing of that. */
static bool xml_not_understood(const char *path, const char *xml, size_t size, struct error *error) {
    const unsigned found = xml_version(xml, size), ours = hwloc_get_api_version() >> 16;
    if (found <= ours)
        return not_understood(path, error);
    return error_set(
        error,
        "'%s' was written by hwloc %u, and hwloc %u, which this program uses, does not read that; write it "
        "again where it comes from with `lstopo --export-xml-flags v%u FILE.xml`",
        path, found, ours, ours);
}

/* hwloc says EINVAL whatever is wrong with a file: so we read it, which tells what cannot be read from nonsense. */
static bool set_xml(hwloc_topology_t hwloc, const char *path, struct error *error) {
    size_t size = 0;
    char *const xml = read_file(path, &size);
    if (xml == NULL)
        return error_set(error, "cannot read the topology '%s': %s", path, strerror(errno));
    const bool ok = size > 0 && size < INT_MAX && is_xml_loadable(xml, (int)size) &&
                    hwloc_topology_set_xmlbuffer(hwloc, xml, (int)size) == 0;
    const bool good = ok || xml_not_understood(path, xml, size, error);
    free(xml);
    return good;
}

static bool set_source(hwloc_topology_t hwloc, const char *spec, struct error *error) {
    static const char synthetic[] = "synthetic:";
    if (spec == NULL)
        return true;
    if (strncmp(spec, synthetic, strlen(synthetic)) == 0)
        return set_synthetic(hwloc, spec + strlen(synthetic), error);
    const size_t length = strlen(spec);
    if ((length >= 4 && strcasecmp(spec + length - 4, ".xml") == 0) || access(spec, F_OK) == 0)
        return set_xml(hwloc, spec, error);
    return set_synthetic(hwloc, spec, error);
}

static bool load(hwloc_topology_t hwloc, const char *spec, struct error *error) {
    if (!configure(hwloc))
        return error_set(error, "hwloc %#x refuses our settings: %s; wanted is hwloc %#x or newer",
                         hwloc_get_api_version(), strerror(errno), HWLOC_API_VERSION);
    if (!set_source(hwloc, spec, error))
        return false;
    const char *const name = spec != NULL ? spec : "this machine";
    if (hwloc_topology_load(hwloc) != 0)
        return error_set(error, "hwloc cannot load the topology of %s: %s; it reads /sys/devices/system and /proc",
                         name, strerror(errno));
    const int pu_count = hwloc_get_nbobjs_by_type(hwloc, HWLOC_OBJ_PU);
    if (pu_count < 1 || pu_count > TOPOLOGY_PUS_MAX)
        return error_set(error, "the topology of %s has %d PUs; wanted are 1 to %d", name, pu_count, TOPOLOGY_PUS_MAX);
    return is_sound(hwloc) || error_set(error,
                                        "the topology of %s contradicts itself: its PUs and its cpusets do not "
                                        "fit together",
                                        name);
}

/* Takes off `allowed` what the calling thread, and so each worker process that it starts, may not use. */
static bool apply_affinity(hwloc_topology_t hwloc, hwloc_bitmap_t allowed, hwloc_bitmap_t scratch,
                           struct error *error) {
    /* Asked first, since hwloc 2.9 takes any refusal for a set too small, and tries larger ones until memory is out. */
    cpu_set_t probe;
    const bool refused = sched_getaffinity(0, sizeof probe, &probe) != 0 && errno != EINVAL;
    if (refused || hwloc_get_cpubind(hwloc, scratch, HWLOC_CPUBIND_THREAD) != 0)
        return error_set(error,
                         "cannot read which PUs this process may use: sched_getaffinity says %s; a sandbox may "
                         "forbid it",
                         strerror(errno));
    (void)hwloc_bitmap_and(allowed, allowed, scratch);
    return true;
}

/* The PUs that we may use. NULL with *error set; otherwise freed by the caller. */
static hwloc_bitmap_t allowed_pus(hwloc_topology_t hwloc, struct error *error) {
    hwloc_bitmap_t allowed = hwloc_bitmap_dup(hwloc_topology_get_allowed_cpuset(hwloc));
    hwloc_bitmap_t scratch = hwloc_bitmap_alloc();
    bool ok = allowed != NULL && scratch != NULL;
    if (!ok)
        (void)error_set(error, "out of memory while reading the topology");
    if (ok && hwloc_topology_is_thissystem(hwloc))
        ok = apply_affinity(hwloc, allowed, scratch, error);
    if (ok) {
        (void)hwloc_bitmap_and(allowed, allowed, hwloc_topology_get_topology_cpuset(hwloc));
        ok = !hwloc_bitmap_iszero(allowed) || error_set(error, "the topology has no PU that this process may use");
    }
    hwloc_bitmap_free(scratch);
    if (ok)
        return allowed;
    hwloc_bitmap_free(allowed);
    return NULL;
}

/* The plain model. */

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

/* Facts. */

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

static void list_pus(char *list, size_t size, hwloc_const_bitmap_t pus) {
    static const char ellipsis[] = ",...";
    const int length = hwloc_bitmap_list_snprintf(list, size, pus);
    if (length < 0 || (size_t)length < size)
        return;
    list[size - sizeof ellipsis] = '\0';
    char *const comma = strrchr(list, ',');
    (void)snprintf(comma, sizeof ellipsis, "%s", ellipsis);
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
    list_pus(facts->allowed_pus, sizeof facts->allowed_pus, builder->allowed);
    find_cpu_model(builder->hwloc, facts);
    find_caches(builder->hwloc, facts);
}

/* Binding. */

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
        return error_set(error, "cannot bind a thread to PU %u: %s; %s", pu, strerror(errno),
                         errno == EINVAL  ? "no such PU is online in the cpuset of this process"
                         : errno == EPERM ? "a sandbox forbids sched_setaffinity"
                                          : "see sched_setaffinity(2)");
    if (hwloc_linux_get_tid_cpubind(binding_topology, 0, found) != 0)
        return error_set(error, "bound a thread to PU %u, but cannot read that back: %s", pu, strerror(errno));
    if (!hwloc_bitmap_isequal(wanted, found)) {
        list_pus(list, sizeof list, found);
        return error_set(error, "bound a thread to PU %u, but read back that it is bound to PUs %s", pu, list);
    }
    /* Some sandboxes only remember the binding. */
    if (hwloc_get_last_cpu_location(binding_topology, found, HWLOC_CPUBIND_THREAD) == 0 &&
        !hwloc_bitmap_isequal(wanted, found)) {
        list_pus(list, sizeof list, found);
        return error_set(error, "bound a thread to PU %u, but it runs on PU %s: bindings have no effect here", pu,
                         list);
    }
    return true;
}

/* ---- Binding memory ---- */

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
    list_pus(list, sizeof list, wanted);
    hwloc_membind_policy_t policy_found;
    if (hwloc_set_membind(memory_topology, wanted, policy, FLAGS | (count == 0 ? 0 : HWLOC_MEMBIND_MIGRATE)) != 0)
        return error_set(error, "cannot bind memory to the NUMA nodes %s: %s; %s", list, strerror(errno),
                         errno == EPERM    ? "a sandbox forbids set_mempolicy"
                         : errno == ENOSYS ? "this kernel knows no NUMA nodes"
                                           : "see set_mempolicy(2)");
    if (count == 0)
        return true;
    if (hwloc_get_membind(memory_topology, found, &policy_found, FLAGS) != 0)
        return error_set(error, "bound memory to the NUMA nodes %s, but cannot read that back: %s", list,
                         strerror(errno));
    return (policy_found == policy && hwloc_bitmap_isequal(wanted, found)) ||
           error_set(error, "bound memory to the NUMA nodes %s, but read back another binding", list);
}

/* The public functions. */

struct topology *topology_load(const char *spec, struct error *error) {
    struct topology *topology = calloc(1, sizeof *topology);
    hwloc_topology_t hwloc = NULL;
    if (topology == NULL || hwloc_topology_init(&hwloc) != 0) {
        (void)error_set(error, "out of memory while reading the topology");
        free(topology);
        return NULL;
    }
    struct builder builder = {.hwloc = hwloc, .topology = topology};
    hwloc_bitmap_t allowed = NULL;
    bool ok = load(hwloc, spec, error) && (allowed = allowed_pus(hwloc, error)) != NULL;
    if (ok) {
        builder.allowed = allowed;
        topology->here = hwloc_topology_is_thissystem(hwloc) != 0;
        find_facts(&builder, spec);
        ok =
            (build_model(&builder) && topology_find_placements(topology) && topology_find_bound_placements(topology)) ||
            error_set(error, "out of memory while reading the topology");
    }
    free(builder.signatures);
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

bool topology_bind_thread(unsigned pu_os_index, struct error *error) {
    (void)pthread_once(&binding_once, load_binding_topology);
    hwloc_bitmap_t wanted = hwloc_bitmap_alloc(), found = hwloc_bitmap_alloc();
    const bool ok = wanted != NULL && found != NULL && binding_topology != NULL
                        ? bind_to(wanted, found, pu_os_index, error)
                        : error_set(error, "cannot bind a thread to PU %u: out of memory", pu_os_index);
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
    const bool ok =
        ready ? bind_memory_to(wanted, count, found, error) : error_set(error, "cannot bind memory: out of memory");
    hwloc_bitmap_free(wanted);
    hwloc_bitmap_free(found);
    return ok;
}
