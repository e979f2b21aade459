/*
 * A strategy for tests whose kernels each go wrong in one way, but for "well", which does what it should. Each is a
 * workload of its own, so that a test can choose.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "strategy.h"

static uint64_t well(const struct ctx_job *job) {
    return job->iterations;
}

static uint64_t crash(const struct ctx_job *job) {
    raise(SIGSEGV);
    return job->iterations;
}

static uint64_t give_up(const struct ctx_job *job) {
    fprintf(stderr, "faults.c: assertion \"%llu is enough\" failed\n", (unsigned long long)job->iterations);
    abort();
}

static uint64_t hang(const struct ctx_job *job) {
    while (job->iterations > 0)
        pause();
    return 0;
}

static uint64_t leave(const struct ctx_job *job) {
    _exit(job->iterations > 0 ? 3 : 0);
}

static char *volatile kept; /* or the compiler sees that nobody needs the memory */

/*
 * Takes memory until there is no more, and gives up then, as most programs do. Needs a limit on addresses, which memory
 * that is never touched uses up as well, and at once: to touch a GiB takes seconds, and longer on a busy machine. Ends
 * by itself anyway.
 */
static uint64_t take_memory(const struct ctx_job *job) {
    enum { STEP_BYTES = 1 << 20, STEPS_MAX = 4096 };
    for (int i = 0; i < STEPS_MAX; i++) {
        char *step = malloc(STEP_BYTES);
        if (step == NULL)
            abort();
        kept = step;
    }
    return job->iterations;
}

/* As a debugging printf would. */
static uint64_t print(const struct ctx_job *job) {
    printf("in the kernel\n");
    return job->iterations;
}

static uint64_t flood(const struct ctx_job *job) {
    while (job->iterations > 0 && fputs("all work and no play\n", stdout) >= 0)
        ;
    return 0;
}

/* What reads like an answer, in front of the worker's own. */
static uint64_t forge(const struct ctx_job *job) {
    static const char answer[] = "{\"protocol\":3,\"case\":\"another\",\"outcome\":\"ok\"}\n";
    return job->iterations + (write(STDOUT_FILENO, answer, strlen(answer)) < 0);
}

static uint64_t cheat(const struct ctx_job *job) {
    return job->iterations + 1;
}

/* Leaves a process behind that holds the pipes open. */
static uint64_t litter(const struct ctx_job *job) {
    if (fork() == 0) {
        for (;;)
            pause();
    }
    return job->iterations;
}

/* Goes wrong only when it is asked for more than a first try: after a good start. */
static uint64_t crash_late(const struct ctx_job *job) {
    if (job->iterations > 1)
        raise(SIGBUS);
    return job->iterations;
}

static uint64_t operations_done(const struct ctx_job *job, uint32_t traits) {
    (void)traits;
    return job->iterations;
}

static const char *does_not_hold(void) {
    return "found the outer value, wanted the inner one";
}

#define WORKLOAD(id, title, what)                                                                                      \
    static const struct ctx_workload id##_workload = {                                                                 \
        .name = (title),                                                                                               \
        .summary = (what),                                                                                             \
        .operation = "operation",                                                                                      \
        .revision = 1,                                                                                                 \
        .threads_min = 1,                                                                                              \
        .threads_max = 1,                                                                                              \
        .checksum = operations_done,                                                                                   \
    }

WORKLOAD(well, "fault-none", "does what it should");
WORKLOAD(crash, "fault-crash", "ends by a signal");
WORKLOAD(give_up, "fault-abort", "fails an assertion");
WORKLOAD(hang, "fault-hang", "never comes back");
WORKLOAD(leave, "fault-exit", "exits early");
WORKLOAD(take_memory, "fault-memory", "takes all memory there is");
WORKLOAD(print, "fault-print", "prints where the answer belongs");
WORKLOAD(flood, "fault-flood", "prints without end");
WORKLOAD(forge, "fault-forge", "writes an answer of its own");
WORKLOAD(cheat, "fault-checksum", "does not do the work");
WORKLOAD(litter, "fault-litter", "leaves a process behind");
WORKLOAD(crash_late, "fault-late", "ends by a signal after a good start");

static const struct ctx_workload unproved_workload = {
    .name = "fault-unproved",
    .summary = "rests on what does not hold",
    .operation = "operation",
    .revision = 1,
    .requires = CTX_SCENARIO_NEST,
    .threads_min = 1,
    .threads_max = 1,
    .checksum = operations_done,
};

static const struct ctx_scenario scenarios[] = {
    {.id = CTX_SCENARIO_NEST, .name = "nest", .summary = "nested override and restore", .run = does_not_hold},
};

static const struct ctx_kernel kernels[] = {
    {.workload = &well_workload, .run = well},       {.workload = &crash_workload, .run = crash},
    {.workload = &give_up_workload, .run = give_up}, {.workload = &hang_workload, .run = hang},
    {.workload = &leave_workload, .run = leave},     {.workload = &take_memory_workload, .run = take_memory},
    {.workload = &print_workload, .run = print},     {.workload = &flood_workload, .run = flood},
    {.workload = &forge_workload, .run = forge},     {.workload = &cheat_workload, .run = cheat},
    {.workload = &litter_workload, .run = litter},   {.workload = &crash_late_workload, .run = crash_late},
    {.workload = &unproved_workload, .run = well},
};

const struct ctx_strategy CTX_STRATEGY_ENTRY = {
    .abi = CTX_STRATEGY_ABI,
    .struct_size = sizeof(struct ctx_strategy),
    .name = "faults",
    .summary = "goes wrong in every way there is",
    .kernels = kernels,
    .kernel_count = sizeof kernels / sizeof kernels[0],
    .scenarios = scenarios,
    .scenario_count = sizeof scenarios / sizeof scenarios[0],
};
