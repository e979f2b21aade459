/*
 * Has hwloc load a topology: this machine's, that of an XML file, or a synthetic one.
 *
 * hwloc leaves out what we may not use, or it shows everything and marks what is allowed. We ask for the latter and
 * take the affinity of the process off it ourselves, since a result has to say what the machine is as well as which
 * part of it was used. That is what HWLOC_TOPOLOGY_FLAG_RESTRICT_TO_CPUBINDING would do, with one loading, not two.
 */
#include "machine/topology_hwloc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * No distances and memory attributes: nobody reads them. No changes of binding: hwloc's x86 discovery would visit each
 * PU in turn, those outside our affinity too, to learn from cpuid what Linux has told already.
 */
static const unsigned long load_flags = HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED |
                                        HWLOC_TOPOLOGY_FLAG_DONT_CHANGE_BINDING | HWLOC_TOPOLOGY_FLAG_NO_DISTANCES |
                                        HWLOC_TOPOLOGY_FLAG_NO_MEMATTRS;

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
        return error_set_code(error, ERROR_SYSTEM, "cannot read the topology '%s': %s", path, strerror(errno));
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

bool topology_hwloc_load(hwloc_topology_t hwloc, const char *spec, struct error *error) {
    if (!configure(hwloc))
        return error_set_code(error, ERROR_SYSTEM, "hwloc %#x refuses our settings: %s; wanted is hwloc %#x or newer",
                              hwloc_get_api_version(), strerror(errno), HWLOC_API_VERSION);
    if (!set_source(hwloc, spec, error))
        return false;
    const char *const name = spec != NULL ? spec : "this machine";
    if (hwloc_topology_load(hwloc) != 0)
        return error_set_code(error, ERROR_SYSTEM,
                              "hwloc cannot load the topology of %s: %s; it reads /sys/devices/system and /proc", name,
                              strerror(errno));
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
        return error_set_code(error, ERROR_SYSTEM,
                              "cannot read which PUs this process may use: sched_getaffinity says %s; a sandbox may "
                              "forbid it",
                              strerror(errno));
    (void)hwloc_bitmap_and(allowed, allowed, scratch);
    return true;
}

hwloc_bitmap_t topology_hwloc_allowed(hwloc_topology_t hwloc, struct error *error) {
    hwloc_bitmap_t allowed = hwloc_bitmap_dup(hwloc_topology_get_allowed_cpuset(hwloc));
    hwloc_bitmap_t scratch = hwloc_bitmap_alloc();
    bool ok = allowed != NULL && scratch != NULL;
    if (!ok)
        (void)error_set_code(error, ERROR_MEMORY, "out of memory while reading the topology");
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
