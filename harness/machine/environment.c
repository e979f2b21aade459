#include "machine/environment.h"
#include "base/hash.h"

#include <ctype.h>
#include <gnu/libc-version.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <glob.h>

#include "base/processor.h"
#include "base/utf8.h"
#include "machine/counters.h"
#include "source_revision.h"

static const struct environment_library libraries[] = {
    {"hwloc", BUILD_HWLOC_VERSION},
    {"benchmark", BUILD_BENCHMARK_VERSION},
    {"libunwind", BUILD_UNWIND_VERSION},
    {"jansson", BUILD_JANSSON_VERSION},
};

static bool same_text(const char *a, const char *b) {
    return strcmp(a, b) == 0;
}

static void copy_text(char *to, size_t size, const char *from) {
    (void)snprintf(to, size, "%s", from);
}

/* The first line of root/path, without white space at its ends. False when there is none to read. */
static bool read_line(const char *root, const char *path, char *line, size_t size) {
    char full_path[512];
    (void)snprintf(full_path, sizeof full_path, "%s%s", root, path);
    line[0] = '\0';
    FILE *file = fopen(full_path, "re");
    if (file == NULL)
        return false;
    bool read = fgets(line, (int)size, file) != NULL;
    (void)fclose(file);
    size_t length = strlen(line);
    while (length > 0 && isspace((unsigned char)line[length - 1]))
        line[--length] = '\0';
    return read && length > 0;
}

/* The number in root/path, or -1: the facts read so are never negative. */
static double read_number(const char *root, const char *path) {
    char line[64];
    if (!read_line(root, path, line, sizeof line))
        return -1;
    char *end;
    double value = strtod(line, &end);
    return end != line && *end == '\0' && isfinite(value) && value >= 0 ? value : -1;
}

/* The value of the first line "name : value" of /proc/cpuinfo; empty if there is none. */
static void read_cpuinfo(const char *root, const char *name, char *value, size_t size) {
    char path[512], line[4096];
    value[0] = '\0';
    (void)snprintf(path, sizeof path, "%s/proc/cpuinfo", root);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return;
    size_t name_length = strlen(name);
    while (value[0] == '\0' && fgets(line, sizeof line, file) != NULL) {
        const char *rest = line + name_length;
        if (strncmp(line, name, name_length) != 0 || rest[strspn(rest, " \t")] != ':')
            continue;
        rest += strspn(rest, " \t:");
        copy_text(value, size, rest);
        value[strcspn(value, "\n")] = '\0';
    }
    (void)fclose(file);
}

static void read_host(struct environment *environment) {
    struct utsname name;
    if (uname(&name) != 0)
        return;
    copy_text(environment->host, sizeof environment->host, name.nodename);
    (void)snprintf(environment->kernel, sizeof environment->kernel, "%.60s %.60s", name.sysname, name.release);
    copy_text(environment->architecture, sizeof environment->architecture, name.machine);
}

/* The governors of all PUs, each once. */
static void read_governor(struct environment *environment, const char *root) {
    char pattern[512];
    (void)snprintf(pattern, sizeof pattern, "%s/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor", root);
    glob_t found;
    if (glob(pattern, 0, NULL, &found) != 0)
        return;
    char *governor = environment->governor;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char name[32];
        size_t length = strlen(governor);
        if (!read_line("", found.gl_pathv[i], name, sizeof name) || strstr(governor, name) != NULL)
            continue;
        (void)snprintf(governor + length, sizeof environment->governor - length, "%s%s", length > 0 ? "," : "", name);
    }
    globfree(&found);
}

static void read_switches(struct environment *environment, const struct topology_facts *facts, const char *root) {
    double no_turbo = read_number(root, "/sys/devices/system/cpu/intel_pstate/no_turbo");
    environment->turbo = no_turbo >= 0 ? no_turbo < 1 : (int)read_number(root, "/sys/devices/system/cpu/cpufreq/boost");

    environment->smt = (int)read_number(root, "/sys/devices/system/cpu/smt/active");
    if (environment->smt < 0 && facts->core_count > 0)
        environment->smt = facts->pu_count > facts->core_count;

    environment->aslr = (int)read_number(root, "/proc/sys/kernel/randomize_va_space");
    int persona = personality(0xffffffff); /* asks without changing */
    if (persona != -1 && (persona & ADDR_NO_RANDOMIZE) != 0)
        environment->aslr = 0;
}

/* The nominal clock. Where nothing scales it, the current one is the nominal one. */
static void read_clock(struct environment *environment, const char *root) {
    double khz = read_number(root, "/sys/devices/system/cpu/cpu0/cpufreq/base_frequency");
    const char *at = strchr(environment->cpu_model, '@');
    double ghz = 0;
    if (khz > 0) {
        environment->mhz = khz / 1000;
    } else if (at != NULL && sscanf(at, "@ %lfGHz", &ghz) == 1 && ghz > 0) {
        environment->mhz = ghz * 1000;
    } else if (environment->governor[0] == '\0') {
        char current[64];
        read_cpuinfo(root, "cpu MHz", current, sizeof current);
        double mhz = strtod(current, NULL);
        environment->mhz = isfinite(mhz) && mhz > 0 ? mhz : -1;
    }
}

static void read_virtualisation(struct environment *environment, const char *root) {
    char *name = environment->virtualisation;
    size_t size = sizeof environment->virtualisation;
    char flags[4096];
    read_cpuinfo(root, "flags", flags, sizeof flags);
    if (strstr(flags, " hypervisor") != NULL) {
        const char *presented = processor_hypervisor();
        copy_text(name, size, presented[0] == '\0' ? "unknown hypervisor" : presented);
    } else if (!read_line(root, "/sys/hypervisor/type", name, size)) {
        char vendor[64];
        if (read_line(root, "/sys/class/dmi/id/sys_vendor", vendor, sizeof vendor) && same_text(vendor, "QEMU"))
            copy_text(name, size, "qemu");
    }
}

static void read_container(struct environment *environment, const char *root) {
    static const char *const marks[][2] = {{"/run/.containerenv", "podman"}, {"/.dockerenv", "docker"}};
    if (read_line(root, "/run/systemd/container", environment->container, sizeof environment->container))
        return;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s%s", root, marks[i][0]);
        if (access(path, F_OK) == 0) {
            copy_text(environment->container, sizeof environment->container, marks[i][1]);
            return;
        }
    }
}

/* CPUs that the quota in one directory of a control group allows; infinity if it sets none. */
static double read_group_quota(const char *root, const char *directory) {
    char path[768], line[64];
    double quota, period;
    (void)snprintf(path, sizeof path, "%s/cpu.max", directory); /* version 2: "max 100000" or "50000 100000" */
    if (read_line(root, path, line, sizeof line) && sscanf(line, "%lf %lf", &quota, &period) == 2 && period > 0)
        return quota / period;
    (void)snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", directory); /* version 1: -1 or microseconds */
    quota = read_number(root, path);
    (void)snprintf(path, sizeof path, "%s/cpu.cfs_period_us", directory);
    period = read_number(root, path);
    return quota > 0 && period > 0 ? quota / period : INFINITY;
}

/* The least quota from a group up to its hierarchy's root: each of them limits us. */
static double read_hierarchy_quota(const char *root, const char *mount, const char *group) {
    char directory[512];
    (void)snprintf(directory, sizeof directory, "%s%s", mount, group);
    double least = INFINITY;
    for (;;) {
        least = fmin(least, read_group_quota(root, directory));
        char *slash = strrchr(directory, '/');
        if (slash == NULL || slash < directory + strlen(mount))
            return least;
        *slash = '\0';
    }
}

static void read_quota(struct environment *environment, const char *root) {
    char path[512], line[512];
    (void)snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return;
    double least = INFINITY;
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL;
        if (group == NULL)
            continue;
        *group++ = '\0';
        controllers++;
        if (controllers[0] == '\0')
            least = fmin(least, read_hierarchy_quota(root, "/sys/fs/cgroup", group));
        else if (same_text(controllers, "cpu") || strstr(controllers, "cpu,") || strstr(controllers, ",cpu"))
            least = fmin(least, read_hierarchy_quota(root, "/sys/fs/cgroup/cpu", group));
    }
    (void)fclose(file);
    if (isfinite(least))
        (void)snprintf(environment->quota, sizeof environment->quota, "%.2f CPUs", least);
}

/* Load and steal: what others took. */
static void read_competition(struct environment *environment, const char *root) {
    char line[512];
    double *load = environment->load_average;
    if (!read_line(root, "/proc/loadavg", line, sizeof line) ||
        sscanf(line, "%lf %lf %lf", &load[0], &load[1], &load[2]) != 3)
        load[0] = load[1] = load[2] = -1;

    double ticks[8], all = 0; /* user nice system idle iowait irq softirq steal */
    if (!read_line(root, "/proc/stat", line, sizeof line) ||
        sscanf(line, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", &ticks[0], &ticks[1], &ticks[2], &ticks[3], &ticks[4],
               &ticks[5], &ticks[6], &ticks[7]) != 8)
        return;
    for (size_t i = 0; i < 8; i++)
        all += ticks[i];
    environment->steal_percent = all > 0 ? 100 * ticks[7] / all : -1;
}

/* A separator behind it: "a" + "bc" is not "ab" + "c". */
static uint64_t hash_fact(uint64_t hash, const char *text) {
    return hash_bytes(hash_text(hash, text), "\n", 1);
}

/*
 * Only what stays the same at boot, and whatever affinity, user or container the run has: so nothing of the topology
 * that a cpuset could hide, no host name, no microcode, and none of the files that only root may read.
 */
static void make_fingerprint(struct environment *environment, const struct topology_facts *facts, const char *root) {
    static const char *const cpu_facts[] = {"vendor_id",       "cpu family", "model",       "model name",  "stepping",
                                            "CPU implementer", "CPU part",   "CPU variant", "CPU revision"};
    static const char *const files[] = {"/etc/machine-id", "/sys/class/dmi/id/sys_vendor",
                                        "/sys/class/dmi/id/product_name"};
    char value[256] = "";
    uint64_t hash = hash_fact(HASH_BASIS, environment->architecture);
    for (size_t i = 0; i < sizeof cpu_facts / sizeof *cpu_facts; i++) {
        read_cpuinfo(root, cpu_facts[i], value, sizeof value);
        hash = hash_fact(hash, value);
    }
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        (void)read_line(root, files[i], value, sizeof value);
        hash = hash_fact(hash, value);
    }
    (void)snprintf(value, sizeof value, "%u", facts->pus_present);
    hash = hash_fact(hash, value);
    hash = hash_fact(hash, environment->virtualisation);
    (void)snprintf(environment->fingerprint, sizeof environment->fingerprint, "%016" PRIx64, hash);
}

static void describe_build(struct environment *environment) {
#ifdef __clang__
    copy_text(environment->compiler, sizeof environment->compiler, __VERSION__); /* names itself */
#else
    copy_text(environment->compiler, sizeof environment->compiler, "gcc " __VERSION__);
#endif
#ifdef __OPTIMIZE__
    environment->optimised = true;
#endif
    copy_text(environment->compiler_flags, sizeof environment->compiler_flags, BUILD_COMPILER_FLAGS);
    environment->sanitised = strstr(BUILD_COMPILER_FLAGS, "-fsanitize") != NULL;
    copy_text(environment->build_type, sizeof environment->build_type, BUILD_TYPE);
    copy_text(environment->source_revision, sizeof environment->source_revision, BUILD_SOURCE_REVISION);
    utf8_escape(environment->source_revision_absent, sizeof environment->source_revision_absent,
                BUILD_SOURCE_REVISION_ABSENT);
    copy_text(environment->version, sizeof environment->version, BUILD_VERSION);

    memcpy(environment->libraries, libraries, sizeof libraries);
    environment->library_count = sizeof libraries / sizeof *libraries;
    environment->libraries[environment->library_count++] =
        (struct environment_library){"glibc", gnu_get_libc_version()};
}

__attribute__((format(printf, 2, 3))) static void warn(struct environment *environment, const char *format, ...) {
    if (environment->warning_count == ENVIRONMENT_WARNINGS_MAX)
        return;
    va_list args;
    va_start(args, format);
    char warning[sizeof environment->warnings[0]];
    (void)vsnprintf(warning, sizeof warning, format, args);
    va_end(args);
    utf8_escape(environment->warnings[environment->warning_count++], sizeof warning, warning);
}

static void warn_of_clock(struct environment *environment) {
    if (environment->governor[0] != '\0' && !same_text(environment->governor, "performance"))
        warn(environment, "The frequency governor is \"%s\", not \"performance\": the clock follows the load.",
             environment->governor);
    if (environment->turbo == 1)
        warn(environment, "Turbo is on: the clock depends on temperature and on what the other cores do.");
    if (environment->smt == 1)
        warn(environment, "SMT is on: work on the other thread of a core slows a measurement down.");
}

static void warn_of_build(struct environment *environment) {
    if (!environment->optimised)
        warn(environment, "This is a debug build: its figures say nothing about optimised code.");
    if (environment->sanitised)
        warn(environment, "This build runs under a sanitizer: its figures are those of the sanitizer.");
    if (environment->aslr == 0)
        warn(environment, "Address space randomisation is off: all executions share one memory layout, and its luck.");
}

/* What was put into the process, and what cannot be told of the program: figures of two such runs may not compare. */
static void warn_of_process(struct environment *environment) {
    const struct process_facts *process = &environment->process;
    if (process->preloaded[0] != '\0')
        warn(environment, "Libraries were preloaded into the program (%.200s): what they do is in the figures.",
             process->preloaded);
    if (process->sanitizer[0] != '\0' && !environment->sanitised)
        warn(environment, "A sanitizer's runtime is loaded (%s): the figures are those of the sanitizer.",
             process->sanitizer);
    else if (process->allocator[0] != '\0' && !environment->sanitised)
        warn(environment, "Memory comes from the allocator in %s, and not from the C library's.", process->allocator);
    if (process->variables[0] != '\0')
        warn(environment, "Variables change what the loader or the C library does: %.300s.", process->variables);
    if (environment->source_revision_absent[0] != '\0')
        warn(environment, "The source revision of this program is not known, so that builds cannot be told apart: %s.",
             environment->source_revision_absent);
}

static void warn_of_company(struct environment *environment, const struct topology_facts *facts) {
    /* A quarter of the PUs busy makes it likely that a bound thread meets somebody. */
    if (facts->pu_count > 0 && environment->load_average[0] > 0.25 * facts->pu_count)
        warn(environment, "The load average was %.2f on %u PUs when the run began: others compete for them.",
             environment->load_average[0], facts->pu_count);
    if (environment->virtualisation[0] != '\0')
        warn(environment, "This is a virtual machine (%s): its host can take time away without notice.",
             environment->virtualisation);
    if (environment->steal_percent >= 1)
        warn(environment, "The hypervisor has taken away %.1f %% of the processors' time since boot (steal).",
             environment->steal_percent);
    if (environment->quota[0] != '\0')
        warn(environment, "A control group limits this run to %s: threads are stopped when it is used up.",
             environment->quota);
    if (facts->restricted)
        warn(environment, "Only PUs %.60s of the machine's %u may be used (affinity or cpuset).", facts->allowed_pus,
             facts->pus_present);
}

void environment_read_machine(struct environment *environment, const struct topology_facts *facts, const char *root) {
    copy_text(environment->cpu_model, sizeof environment->cpu_model, facts->cpu_model);
    if (environment->cpu_model[0] == '\0')
        read_cpuinfo(root, "model name", environment->cpu_model, sizeof environment->cpu_model);
    environment->mhz = environment->steal_percent = -1;
    read_host(environment);
    read_governor(environment, root);
    read_switches(environment, facts, root);
    read_clock(environment, root);
    read_virtualisation(environment, root);
    read_container(environment, root);
    read_quota(environment, root);
    read_competition(environment, root);
    make_fingerprint(environment, facts, root);
}

void environment_add_warnings(struct environment *environment, const struct topology_facts *facts) {
    warn_of_build(environment);
    warn_of_process(environment);
    warn_of_clock(environment);
    warn_of_company(environment, facts);
}

void environment_capture(struct environment *environment, const struct topology_facts *facts) {
    *environment = (struct environment){0};
    (void)clock_gettime(CLOCK_REALTIME, &environment->started);
    environment_read_machine(environment, facts, "");
    counters_absence(environment->counters_absent, sizeof environment->counters_absent);
    describe_build(environment);
    process_facts_read(&environment->process);
    environment_add_warnings(environment, facts);
}
