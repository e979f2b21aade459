/*
 * A run that never took place, for tests of the result file and of its readers: a few strategies and workloads, their
 * plan, a machine, and times with known relations between them. Deterministic.
 */
#ifndef CTXBENCH_RESULTS_FIXTURE_H
#define CTXBENCH_RESULTS_FIXTURE_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "session/results.h"

enum { FIXTURE_CASES_MAX = 512, FIXTURE_SAMPLES = 5 };

static const struct ctx_section fixture_section = {"reading", "Reading", 2}, fixture_threads = {"places", "Places", 1};
static const struct ctx_workload fixture_get = {
    .name = "get",
    .operation = "read",
    .revision = 1,
    .role = CTX_ROLE_READ,
    .overview = 1,
    .section = &fixture_section,
    .threads_section = &fixture_threads,
    .parameters = {{.name = "depth", .max = 1024, .section = &fixture_section}, {.name = "up", .max = 8}},
};
static const struct ctx_workload fixture_with = {
    .name = "with", .operation = "scope", .revision = 2, .parameters = {{.name = "keys", .max = 16}}};
static const struct ctx_workload fixture_spawn = {.name = "spawn", .operation = "thread", .revision = 1};

static const struct ctx_kernel fixture_kernels[] = {
    {.workload = &fixture_get, .form = CTX_FORM_THROUGHPUT},
    {.workload = &fixture_get, .form = CTX_FORM_LATENCY},
    {.workload = &fixture_with, .form = CTX_FORM_THROUGHPUT},
    {.workload = &fixture_spawn, .form = CTX_FORM_LATENCY},
};

/* Times in ns: base for one operation, more for each frame of depth. */
struct fixture_strategy {
    struct ctx_strategy descriptor;
    double base_ns, frame_ns;
};

/* An argument fails in one of them; two decide one condition, of which one decides another, too. */
static const struct ctx_condition fixture_easy = {"Nothing in the way", 1, NULL, NULL};
static const struct ctx_condition fixture_hard = {"Something in the way", 2, &fixture_easy, "hard"};
static const struct ctx_scenario fixture_scenarios[] = {
    {.name = "hard",
     .summary = "is hard",
     .condition = &fixture_hard,
     .implied = {.having = CTX_TRAIT_EXPLICIT_ARGUMENT, .expected = CTX_FAILS, .reason = "it is too hard"}},
    {.name = "easy", .summary = "is easy", .condition = &fixture_easy},
    {.name = "aside", .summary = "decides nothing"},
};
enum { FIXTURE_SCENARIO_COUNT = sizeof fixture_scenarios / sizeof *fixture_scenarios };

static const struct fixture_strategy fixture_strategies[] = {
    {{.name = "explicit",
      .traits = CTX_TRAIT_EXPLICIT_ARGUMENT,
      .kernels = fixture_kernels,
      .scenarios = fixture_scenarios,
      .scenario_count = FIXTURE_SCENARIO_COUNT},
     1.5,
     0.001},
    {{.name = "stacktag",
      .traits = CTX_TRAIT_READS_STACK,
      .kernels = fixture_kernels,
      .scenarios = fixture_scenarios,
      .scenario_count = FIXTURE_SCENARIO_COUNT},
     3,
     0.6},
    {{.name = "floor",
      .traits = CTX_TRAIT_REFERENCE,
      .kernels = fixture_kernels,
      .yardstick = {"floor", "times the least that could do the work", 1}},
     1,
     0.001},
    {{.name = "none",
      .traits = CTX_TRAIT_REFERENCE | CTX_TRAIT_NO_CONTEXT,
      .kernels = fixture_kernels,
      .yardstick = {"none", "times the same work without a context", 2}},
     0.5,
     0.001},
    {{.name = "walk-floor",
      .traits = CTX_TRAIT_REFERENCE | CTX_TRAIT_READS_STACK,
      .kernels = fixture_kernels,
      .yardstick = {"walk", "times a bare walk over the same frames", 3}},
     2,
     0.5},
};
enum { FIXTURE_STRATEGY_COUNT = sizeof fixture_strategies / sizeof fixture_strategies[0] };

static const unsigned fixture_pus[] = {0, 1};
static const struct placement fixture_placements[] = {
    {.name = "pu", .thread_count = 1, .pus = fixture_pus},
    {.name = "l3",
     .thread_count = 2,
     .pus = fixture_pus,
     .memory = "interleaved",
     .memory_nodes = {0, 1},
     .memory_node_count = 2},
};

static char fixture_executions[] = "9";
static struct option_setting fixture_settings[] = {{"executions", fixture_executions}};

struct fixture {
    struct options options;
    struct topology_facts facts;
    struct environment environment;
    struct bench_case cases[FIXTURE_CASES_MAX];
    struct plan plan;
    struct results_entry *entries;
    size_t entry_count, next; /* the cursor of the source */
    size_t read_count;        /* how many entries it gave */
    size_t broken_after;      /* the source breaks after so many; 0: never */
    struct results results;
};

static bool fixture_rewind(void *cursor, struct error *error) {
    (void)error;
    struct fixture *fixture = cursor;
    fixture->next = 0;
    return true;
}

static enum results_next fixture_next(void *cursor, const struct results_entry **entry, struct error *error) {
    struct fixture *fixture = cursor;
    if (fixture->broken_after > 0 && fixture->next == fixture->broken_after) {
        (void)error_set(error, "the journal broke off");
        return RESULTS_BROKEN;
    }
    if (fixture->next == fixture->entry_count)
        return RESULTS_END;
    fixture->read_count++;
    *entry = &fixture->entries[fixture->next++];
    return RESULTS_ENTRY;
}

/* The k-th of a sequence without a pattern, from -1 to 1. */
static double fixture_noise(size_t k) {
    double x = sin((double)k * 12.9898) * 43758.5453;
    return 2 * (x - floor(x)) - 1;
}

static double fixture_base_ns(const struct bench_case *c) {
    const struct fixture_strategy *strategy = (const void *)c->strategy; /* its first member */
    if (c->kernel->workload == &fixture_spawn)
        return 20000 + 100 * strategy->base_ns;
    if (c->kernel->workload == &fixture_with)
        return 5 * strategy->base_ns + c->parameters[0];
    return strategy->base_ns + strategy->frame_ns * c->parameters[0];
}

static struct execution_answer fixture_answer(const struct bench_case *c, size_t seed) {
    struct execution_answer answer = execution_answer_empty();
    answer.iterations = 1000000;
    answer.sample_count = FIXTURE_SAMPLES;
    answer.thread_count = c->placement->thread_count;
    answer.pus_bound = (unsigned *)(uintptr_t)fixture_pus;
    (void)strcpy(answer.linkage, "program");
    answer.measured_ms = 50;
    answer.quantities[QUANTITY_OVERHEAD_MS] = 3.25;
    answer.quantities[QUANTITY_MEMORY_PEAK_BYTES] = 4 << 20;
    for (unsigned i = 0; i < answer.sample_count; i++) {
        const double ns =
            fixture_base_ns(c) * (1 + 0.02 * fixture_noise(seed)) * (1 + 0.005 * fixture_noise(seed * 64 + i + 1));
        const double values[SAMPLE_QUANTITIES] = {ns, ns * 0.999, 1000 * i, i, 3, 0, NAN, 1000, NAN, NAN};
        memcpy(answer.samples[i].values, values, sizeof values);
    }
    return answer;
}

static void fixture_add_case(struct fixture *fixture, size_t strategy, size_t kernel, uint32_t first, uint32_t second,
                             size_t placement) {
    const struct ctx_strategy *descriptor = &fixture_strategies[strategy].descriptor;
    fixture->cases[fixture->plan.case_count++] = (struct bench_case){
        .strategy = descriptor,
        .kernel = &descriptor->kernels[kernel],
        .parameters = {first, second},
        .placement = &fixture_placements[placement],
    };
}

static void fixture_add_cases(struct fixture *fixture, size_t strategy) {
    static const uint32_t depths[] = {0, 1, 4, 16, 64, 256, 1024}, keys[] = {1, 4, 16};
    for (size_t kernel = 0; kernel < 2; kernel++) {
        for (size_t i = 0; i < sizeof depths / sizeof *depths; i++)
            fixture_add_case(fixture, strategy, kernel, depths[i], 1, 0);
        fixture_add_case(fixture, strategy, kernel, 0, 8, 0);
        fixture_add_case(fixture, strategy, kernel, 16, 1, 1);
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        fixture_add_case(fixture, strategy, 2, keys[i], 0, 0);
    fixture_add_case(fixture, strategy, 3, 0, 0, 0);
}

static void fixture_describe_machine(struct fixture *fixture) {
    fixture->facts = (struct topology_facts){
        .source = "this machine",
        .package_count = 1,
        .numa_node_count = 1,
        .core_count = 2,
        .pu_count = 2,
        .pus_present = 2,
        .allowed_pus = "0-1",
        .core_kind_count = 1,
        .cpu_model = "Example CPU at 3 GHz",
        .caches = {{"Data", 1, 32768, 1}, {"Unified", 3, 33554432, 2}},
        .cache_count = 2,
    };
    fixture->environment = (struct environment){
        .host = "example",
        .kernel = "Linux 6.1.0",
        .architecture = "x86_64",
        .cpu_model = "Example CPU at 3 GHz",
        .governor = "powersave",
        .turbo = 1,
        .smt = 0,
        .aslr = 2,
        .virtualisation = "kvm",
        .container = "docker",
        .quota = "1.50 CPUs",
        .load_average = {0.5, 0.25, 0.125},
        .steal_percent = 0.5,
        .mhz = 3000,
        .compiler = "gcc 12.2.0",
        .compiler_flags = "-O2 -g",
        .build_type = "RelWithDebInfo",
        .optimised = true,
        .source_revision = "0123456789abcdef0123456789abcdef01234567-dirty",
        .version = "0.1.0",
        .libraries = {{"hwloc", "2.9.0"}, {"jansson", "2.14"}},
        .library_count = 2,
        .fingerprint = "0123456789abcdef",
        .started = {.tv_sec = 1700000000},
        .warnings = {"Turbo is on: the clock depends on temperature and on what the other cores do.",
                     "The frequency governor is \"powersave\", not \"performance\": the clock follows the load."},
        .warning_count = 2,
    };
}

/* A machine that tells nothing. */
static inline void fixture_forget_machine(struct fixture *fixture) {
    fixture->facts = (struct topology_facts){.source = "this machine", .pu_count = 1, .pus_present = 1};
    fixture->environment = (struct environment){
        .turbo = -1, .smt = -1, .aslr = -1, .load_average = {-1, -1, -1}, .steal_percent = -1, .mhz = -1};
}

/* Every case with so many executions, interleaved as a run would. Free with fixture_free. */
static void fixture_init(struct fixture *fixture, unsigned executions) {
    static char program[] = "bench", argument[] = "--strategy=*";
    static char *argv[] = {program, argument, NULL};
    static struct suite suite = {.name = "default"};
    *fixture = (struct fixture){0};
    fixture_describe_machine(fixture);
    for (size_t i = 0; i < FIXTURE_STRATEGY_COUNT; i++)
        fixture_add_cases(fixture, i);
    size_t case_count = fixture->plan.case_count;
    fixture->plan.cases = fixture->cases;
    fixture->plan.step_count = case_count * executions;
    fixture->plan.seed = UINT64_MAX;
    fixture->entries = calloc(fixture->plan.step_count, sizeof *fixture->entries);
    for (size_t k = 0; k < fixture->plan.step_count; k++) {
        size_t i = k % case_count;
        fixture->entries[k] =
            (struct results_entry){.case_index = (uint32_t)i, .execution = (uint32_t)(k / case_count)};
        fixture->entries[k].answer = fixture_answer(&fixture->cases[i], k + 1);
    }
    fixture->entry_count = fixture->plan.step_count;
    fixture->options = (struct options){
        .strategies = "*", .workloads = "*", .placements = "*", .executions = executions, .sample_seconds = 0.01};
    fixture->options.settings = (struct option_settings){.list = fixture_settings, .count = 1};
    fixture->options.suite = &suite;
    fixture->results = (struct results){
        .options = &fixture->options,
        .plan = &fixture->plan,
        .facts = &fixture->facts,
        .environment = &fixture->environment,
        .argc = 2,
        .argv = argv,
        .course = {.estimated_seconds = 30.5, .taken_seconds = 29.75},
        .source = {fixture_rewind, fixture_next, fixture},
    };
}

/* Turns the k-th execution into a failure. */
static inline void fixture_fail(struct fixture *fixture, size_t k, enum execution_outcome outcome, const char *reason) {
    fixture->entries[k].answer = execution_answer_empty();
    fixture->entries[k].answer.outcome = outcome;
    (void)snprintf(fixture->entries[k].answer.reason, sizeof fixture->entries[k].answer.reason, "%s", reason);
}

static void fixture_free(struct fixture *fixture) {
    free(fixture->entries);
}

#endif
