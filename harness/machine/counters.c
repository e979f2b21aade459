#include "machine/counters.h"

#include <errno.h>
#include <limits.h>
#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
    enum sample_quantity quantity;
    uint64_t config; /* of PERF_TYPE_HARDWARE */
} table[COUNTER_COUNT] = {
    [COUNTER_MINOR_FAULTS] = {SAMPLE_MINOR_FAULTS, 0},
    [COUNTER_MAJOR_FAULTS] = {SAMPLE_MAJOR_FAULTS, 0},
    [COUNTER_CYCLES] = {SAMPLE_CYCLES, PERF_COUNT_HW_CPU_CYCLES},
    [COUNTER_INSTRUCTIONS] = {SAMPLE_INSTRUCTIONS, PERF_COUNT_HW_INSTRUCTIONS},
    [COUNTER_BRANCH_MISSES] = {SAMPLE_BRANCH_MISSES, PERF_COUNT_HW_BRANCH_MISSES},
    [COUNTER_CACHE_MISSES] = {SAMPLE_CACHE_MISSES, PERF_COUNT_HW_CACHE_MISSES},
};

enum sample_quantity counter_quantity(enum counter counter) {
    return table[counter].quantity;
}

/* The calling thread's, wherever it runs. User mode only: that is what an unprivileged user may count. */
static int open_event(uint64_t config) {
    struct perf_event_attr attributes = {
        .type = PERF_TYPE_HARDWARE,
        .size = sizeof attributes,
        .config = config,
        .read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
        .exclude_kernel = 1,
        .exclude_hv = 1,
    };
    return (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

uint64_t counters_value(const uint64_t read[static 3]) {
    return read[1] > 0 && read[1] == read[2] ? read[0] : COUNTER_UNKNOWN;
}

static uint64_t read_event(int event) {
    uint64_t values[3];
    return event >= 0 && read(event, values, sizeof values) == (ssize_t)sizeof values ? counters_value(values)
                                                                                      : COUNTER_UNKNOWN;
}

static void read_faults(uint64_t counts[static COUNTER_COUNT]) {
    struct rusage usage;
    const int failed = getrusage(RUSAGE_THREAD, &usage);
    counts[COUNTER_MINOR_FAULTS] = failed != 0 ? COUNTER_UNKNOWN : (uint64_t)usage.ru_minflt;
    counts[COUNTER_MAJOR_FAULTS] = failed != 0 ? COUNTER_UNKNOWN : (uint64_t)usage.ru_majflt;
}

void counters_start(struct counters *counters) {
    for (int i = 0; i < COUNTER_COUNT; i++)
        counters->events[i] = i < COUNTER_FIRST_OF_PROCESSOR ? -1 : open_event(table[i].config);
    read_faults(counters->before);
    for (int i = COUNTER_FIRST_OF_PROCESSOR; i < COUNTER_COUNT; i++)
        counters->before[i] = read_event(counters->events[i]);
}

void counters_stop(struct counters *counters, uint64_t counts[static COUNTER_COUNT]) {
    for (int i = COUNTER_FIRST_OF_PROCESSOR; i < COUNTER_COUNT; i++) {
        counts[i] = read_event(counters->events[i]);
        if (counters->events[i] >= 0)
            (void)close(counters->events[i]);
    }
    read_faults(counts);
    for (int i = 0; i < COUNTER_COUNT; i++) {
        const bool known = counts[i] != COUNTER_UNKNOWN && counters->before[i] != COUNTER_UNKNOWN;
        counts[i] = known ? counts[i] - counters->before[i] : COUNTER_UNKNOWN;
    }
}

void counters_explain(int failure, int paranoid, char *reason, size_t size) {
    const char *why = failure == EACCES || failure == EPERM ? "a setting or a sandbox forbids it"
                      : failure == ENOENT || failure == EOPNOTSUPP || failure == ENODEV
                          ? "this processor, or the virtual machine, offers none"
                      : failure == ENOSYS ? "this kernel has no such call"
                                          : "see perf_event_open(2)";
    char setting[64] = "";
    if (paranoid != INT_MIN)
        (void)snprintf(setting, sizeof setting, "; perf_event_paranoid is %d", paranoid);
    (void)snprintf(reason, size, "perf_event_open: %s: %s%s", strerror(failure), why, setting);
}

static int read_paranoid(void) {
    FILE *file = fopen("/proc/sys/kernel/perf_event_paranoid", "re");
    int paranoid = INT_MIN;
    if (file != NULL && fscanf(file, "%d", &paranoid) != 1)
        paranoid = INT_MIN;
    if (file != NULL)
        (void)fclose(file);
    return paranoid;
}

void counters_absence(char *reason, size_t size) {
    const int event = open_event(PERF_COUNT_HW_INSTRUCTIONS), failure = errno;
    reason[0] = '\0';
    if (event >= 0)
        (void)close(event);
    else
        counters_explain(failure, read_paranoid(), reason, size);
}
