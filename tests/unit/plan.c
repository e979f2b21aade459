/* Which cases a plan has, and in which order, on machines that hwloc makes up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/plan_fixture.h"
#include "minimal.h"

static const char *const machine = "synthetic:package:2 l3:1 core:2 pu:2"; /* 8 PUs */

#define PARAMETER(title, highest, ...)                                                                                 \
    {                                                                                                                  \
        .name = (title), .summary = "for tests", .max = (highest), .defaults = {__VA_ARGS__},                          \
        .default_count = sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t)                                          \
    }

#define WORKLOAD(title, from, to, ...)                                                                                 \
    {                                                                                                                  \
        .name = (title), .summary = "for tests", .operation = "nothing", .threads_min = (from), .threads_max = (to),   \
        .checksum = minimal_checksum, __VA_ARGS__                                                                      \
    }

static const struct ctx_workload many =
    WORKLOAD("many", 1, 0, .parameters = {PARAMETER("depth", 100, 0, 1, 16), PARAMETER("up", 9, 0, 8)});
static const struct ctx_workload single = WORKLOAD("single", 1, 1, .communicates = false);
static const struct ctx_workload pair = WORKLOAD("pair", 2, 2, .communicates = true);

static const struct ctx_kernel all_kernels[] = {
    {.workload = &many, .form = CTX_FORM_THROUGHPUT, .run = minimal_run},
    {.workload = &many, .form = CTX_FORM_LATENCY, .run = minimal_run},
    {.workload = &single, .form = CTX_FORM_THROUGHPUT, .run = minimal_run},
    {.workload = &pair, .form = CTX_FORM_THROUGHPUT, .run = minimal_run},
};

static const char *never(void) {
    return "it is only a test";
}

#define STRATEGY(title, which, count, check)                                                                           \
    { MINIMAL_HEAD(title), .traits = (which), .kernels = all_kernels, .kernel_count = (count), .unavailable = (check) }

static const struct ctx_strategy strategies[] = {
    STRATEGY("plain", 0, 4, NULL),
    STRATEGY("walker", CTX_TRAIT_READS_STACK, 4, NULL),
    STRATEGY("partial", 0, 1, NULL),
    STRATEGY("absent", 0, 4, never),
    STRATEGY("none", CTX_TRAIT_REFERENCE | CTX_TRAIT_NO_CONTEXT, 4, NULL),
    STRATEGY("walk-floor", CTX_TRAIT_REFERENCE | CTX_TRAIT_READS_STACK, 2, NULL),
};

static bool plan_on(struct fixture *fixture, const char *spec) {
    return fixture_plan(fixture, strategies, sizeof strategies / sizeof strategies[0], spec);
}

/* The strategies of this test have none of the workloads that the suite "default" names. */
static void choose_all_workloads(struct options *options) {
    if (options->workloads == NULL)
        options->workloads = "*";
}

static bool make(struct fixture *fixture, const char *spec, int argc, char **argv) {
    *fixture = (struct fixture){.notes = NULL};
    assert_true(options_parse(&fixture->options, all_commands, argc, argv, &fixture->error));
    choose_all_workloads(&fixture->options);
    return plan_on(fixture, spec);
}

#define MAKE(fixture, spec, ...)                                                                                       \
    make(fixture, spec, (int)(sizeof((char *[]){"bench", __VA_ARGS__}) / sizeof(char *)),                              \
         (char *[]){"bench", __VA_ARGS__})

static void parameters_vary_one_at_a_time(void **state) {
    (void)state;
    struct fixture f;
    assert_true(MAKE(&f, machine, "--strategy=plain", "--workload=many", "--threads=1"));
    assert_int_equal(count_cases(&f.plan, "*plain/*"), 2 * (1 + 2 + 1)); /* forms x (base, two depths, one up) */
    assert_int_equal(count_cases(&f.plan, "*plain/many/depth:0/up:0/throughput*"), 1);
    assert_int_equal(count_cases(&f.plan, "*plain/many/depth:16/up:0/latency*"), 1);
    assert_int_equal(count_cases(&f.plan, "*plain/many/depth:0/up:8/latency*"), 1);
    assert_int_equal(count_cases(&f.plan, "*depth:16/up:8*"), 0);
    unmake(&f);
}

static void given_values_replace_a_sweep_and_its_base(void **state) {
    (void)state;
    struct fixture f;
    assert_true(
        MAKE(&f, machine, "--strategy=plain", "--workload=many", "--threads=1", "--depth=7,9", "--parameter=up=3"));
    assert_int_equal(count_cases(&f.plan, "*plain/*"), 2 * 2);
    assert_int_equal(count_cases(&f.plan, "*plain/many/depth:7/up:3/*"), 2);
    assert_int_equal(count_cases(&f.plan, "*plain/many/depth:9/up:3/*"), 2);
    unmake(&f);
}

static void threads_are_swept_with_parameters_at_their_base(void **state) {
    (void)state;
    struct fixture f;
    assert_true(MAKE(&f, machine, "--strategy=plain", "--workload=many"));
    assert_int_equal(count_cases(&f.plan, "*/threads:1/*"), 2 * 2 * 4); /* strategies x forms x parameters */
    assert_true(count_cases(&f.plan, "*/threads:2/*") > 0);
    assert_int_equal(count_cases(&f.plan, "*/threads:2/*"),
                     count_cases(&f.plan, "*/depth:0/up:0/throughput/threads:2/*") * 2);
    assert_int_equal(count_cases(&f.plan, "*/same-pu*"), 0); /* they do not communicate */
    assert_true(count_cases(&f.plan, "*/threads:8/*") > 0);
    assert_int_equal(count_cases(&f.plan, "*/threads:4/*"), 0);
    unmake(&f);
}

/* Only who asks for it gets more threads than PUs: by default twice as many, or what --threads names. */
static void more_threads_than_pus_are_for_those_that_want_them(void **state) {
    (void)state;
    static const struct ctx_workload crowded = WORKLOAD("crowded", 1, 0, .oversubscribes = true);
    static const struct ctx_kernel kernel = {.workload = &crowded, .run = minimal_run};
    static const struct ctx_strategy strategy = {MINIMAL_HEAD("crowd"), .kernels = &kernel, .kernel_count = 1};
    struct fixture f = {.notes = NULL};
    char *words[] = {(char *)"bench", (char *)"--workload=crowded"};
    assert_true(options_parse(&f.options, all_commands, 2, words, &f.error));
    assert_true(registry_add(&f.registry, &strategy, NULL, &f.error));
    f.topology = topology_load(machine, &f.error);
    assert_non_null(f.topology);
    assert_true(plan_make(&f.plan, &f.options, &f.registry, f.topology, NULL, &f.error));
    assert_int_equal(count_cases(&f.plan, "*/threads:16/oversubscribed*"), 1);
    assert_int_equal(count_cases(&f.plan, "*/threads:9/*"), 0);
    assert_int_equal(count_cases(&f.plan, "*/threads:1/*"), 1);
    assert_int_equal(count_cases(&f.plan, "*/threads:64/*"), 0);
    plan_free(&f.plan);
    f.options.threads = (struct parameter_choice){.values = {64}, .count = 1};
    assert_true(plan_make(&f.plan, &f.options, &f.registry, f.topology, NULL, &f.error));
    assert_int_equal(count_cases(&f.plan, "*/threads:64/oversubscribed*"), 1);
    unmake(&f);
    assert_false(MAKE(&f, machine, "--strategy=plain", "--workload=many", "--threads=9"));
    assert_non_null(strstr(f.error.text, "workload many is left out"));
    unmake(&f);
}

static void threads_that_are_named_vary_all_parameters(void **state) {
    (void)state;
    struct fixture f;
    assert_true(MAKE(&f, machine, "--strategy=plain", "--workload=many", "--threads=2", "--placement=smt"));
    assert_int_equal(count_cases(&f.plan, "*plain/*"), 2 * 4);
    assert_int_equal(count_cases(&f.plan, "*/threads:2/smt*"), f.plan.case_count);
    unmake(&f);
}

static void pairs_run_in_every_placement(void **state) {
    (void)state;
    struct fixture f;
    assert_true(MAKE(&f, machine, "--strategy=plain", "--workload=pair"));
    const struct placement *placements;
    size_t count = topology_placements(f.topology, 2, &placements);
    assert_true(count >= 3);
    assert_int_equal(count_cases(&f.plan, "*plain/pair/*"), count);
    assert_int_equal(count_cases(&f.plan, "*plain/pair/throughput/threads:2/same-pu*"), 1);
    unmake(&f);
}

static void references_stand_beside_what_was_chosen(void **state) {
    (void)state;
    struct fixture f;
    assert_true(MAKE(&f, machine, "--strategy=plain"));
    assert_int_equal(count_cases(&f.plan, "*none/*"), count_cases(&f.plan, "*plain/*"));
    assert_int_equal(count_cases(&f.plan, "*walk-floor/*"), 0);
    unmake(&f);

    assert_true(MAKE(&f, machine, "--strategy=walker"));
    assert_int_equal(count_cases(&f.plan, "*walk-floor/*"), count_cases(&f.plan, "*walker/many/*"));
    unmake(&f);

    assert_true(MAKE(&f, machine, "--strategy=partial"));
    assert_int_equal(count_cases(&f.plan, "*none/*"), count_cases(&f.plan, "*partial/*"));
    assert_int_equal(count_cases(&f.plan, "*latency*"), 0);
    assert_non_null(strstr(f.notes, "strategy partial has no kernel for the workload pair"));
    unmake(&f);

    assert_true(MAKE(&f, machine, "--strategy=none")); /* chosen itself: all its kernels */
    assert_int_equal(count_cases(&f.plan, "*none/single/*"), 1);
    unmake(&f);
}

/* Two stores of one workload, and a strategy that has only the first. */
static const char *prove_nothing(void) {
    return NULL;
}

static const struct ctx_workload stored = WORKLOAD("stored", 1, 1, .parameters = {PARAMETER("depth", 100, 0, 1)});
static const struct ctx_kernel stored_kernels[] = {
    {.workload = &stored, .run = minimal_run, .store = "chain", .prove = prove_nothing},
    {.workload = &stored, .run = minimal_run, .store = "flat", .prove = prove_nothing},
};
static const struct ctx_kernel stored_reference_kernels[] = {{.workload = &stored, .run = minimal_run}};
static const struct ctx_strategy stored_strategies[] = {
    {MINIMAL_HEAD("both"), .kernels = stored_kernels, .kernel_count = 2},
    {MINIMAL_HEAD("one"), .kernels = stored_kernels, .kernel_count = 1},
    {MINIMAL_HEAD("floor"), .traits = CTX_TRAIT_REFERENCE, .kernels = stored_reference_kernels, .kernel_count = 1},
};

static bool make_stored(struct fixture *fixture, const char *store) {
    char option[64], *words[] = {(char *)"bench", option, (char *)"--workload=stored"};
    (void)snprintf(option, sizeof option, "--store=%s", store);
    *fixture = (struct fixture){.notes = NULL};
    assert_true(options_parse(&fixture->options, all_commands, 3, words, &fixture->error));
    for (size_t i = 0; i < sizeof stored_strategies / sizeof stored_strategies[0]; i++)
        assert_true(registry_add(&fixture->registry, &stored_strategies[i], NULL, &fixture->error));
    fixture->topology = topology_load(machine, &fixture->error);
    assert_non_null(fixture->topology);
    size_t size;
    FILE *notes = open_memstream(&fixture->notes, &size);
    assert_non_null(notes);
    const bool made =
        plan_make(&fixture->plan, &fixture->options, &fixture->registry, fixture->topology, notes, &fixture->error);
    assert_int_equal(fclose(notes), 0);
    return made;
}

static void stores_are_cases_of_their_own(void **state) {
    (void)state;
    struct fixture f;
    assert_true(make_stored(&f, "*"));
    assert_int_equal(count_cases(&f.plan, "*both/stored/*"), 2);
    assert_int_equal(count_cases(&f.plan, "*both+flat/stored/*"), 2);
    assert_int_equal(count_cases(&f.plan, "*one/stored/*"), 2);
    assert_int_equal(count_cases(&f.plan, "*one+*"), 0);
    assert_int_equal(count_cases(&f.plan, "*floor/stored/*"), 2); /* one yardstick for all stores */
    assert_non_null(strstr(f.notes, "store flat is left out for those that cannot keep values so: one"));
    unmake(&f);
}

static void stores_can_be_chosen(void **state) {
    (void)state;
    struct fixture f;
    assert_true(make_stored(&f, "fl*"));
    assert_int_equal(count_cases(&f.plan, "*both+flat/stored/*"), 2);
    assert_int_equal(count_cases(&f.plan, "*both/*"), 0);
    assert_int_equal(count_cases(&f.plan, "*floor/*"), 2);
    assert_non_null(strstr(f.notes, "strategy one has the workload stored with none of the stores --store=fl*"));
    unmake(&f);
    assert_false(make_stored(&f, "flut"));
    assert_non_null(strstr(f.error.text, "--store: "));
    assert_non_null(strstr(f.error.text, "flat"));
    unmake(&f);
}

static void the_unavailable_is_left_out_with_its_reason(void **state) {
    (void)state;
    struct fixture f;
    assert_true(MAKE(&f, machine, "--strategy=*"));
    assert_int_equal(count_cases(&f.plan, "*absent/*"), 0);
    assert_non_null(strstr(f.notes, "strategy absent is left out: it is only a test"));
    unmake(&f);

    assert_true(MAKE(&f, machine, "--threads=1"));
    assert_int_equal(count_cases(&f.plan, "*/pair/*"), 0);
    assert_non_null(strstr(f.notes, "workload pair is left out: it takes 2 threads"));
    unmake(&f);
}

static void an_empty_plan_says_why(void **state) {
    (void)state;
    struct fixture f;
    assert_false(MAKE(&f, machine, "--strategy=absent", "--workload=single"));
    assert_non_null(strstr(f.error.text, "nothing is left to measure: strategy absent is left out: it is only a test"));
    unmake(&f);
    assert_false(MAKE(&f, machine, "--workload=pair", "--threads=1"));
    assert_non_null(strstr(f.error.text, "nothing is left to measure: workload pair is left out"));
    unmake(&f);
}

static const struct {
    const char *option, *words;
} wrong[] = {
    {"--strategy=plian", "--strategy: no strategy is called \"plian\"; did you mean \"plain\"?"},
    {"--workload=singel", "--workload: no workload is called \"singel\"; did you mean \"single\"?"},
    {"--placement=smtt", "did you mean \"smt\"?"},
    {"--depth=-1", "parameter depth: found -1; the workload many takes 0 to 100"},
    {"--depth=1000000000000", "parameter depth: found 1000000000000; the workload many takes 0 to 100"},
    {"--parameter=dpeth=1", "did you mean \"depth\"?"},
    {"--threads=65",
     "--threads: found 65, wanted at most 64 (two for each PU, but 64 on any machine); there are 8 PUs"},
    {"--executions=100000", "more than the 3000000"},
};

static void what_does_not_exist_is_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct fixture f;
        assert_false(MAKE(&f, machine, (char *)wrong[i].option));
        if (strstr(f.error.text, wrong[i].words) == NULL)
            fail_msg("%s: found the message \"%s\", wanted \"%s\" in it", wrong[i].option, f.error.text,
                     wrong[i].words);
        assert_null(f.plan.cases);
        unmake(&f);
    }
}

static void every_case_is_executed_once_a_round(void **state) {
    (void)state;
    struct fixture f;
    assert_true(MAKE(&f, machine, "--executions=4", "--seed=5"));
    assert_int_equal(f.plan.step_count, f.plan.case_count * 4);
    bool *seen = calloc(f.plan.case_count, sizeof *seen);
    assert_non_null(seen);
    for (size_t round = 0; round < 4; round++) {
        memset(seen, 0, f.plan.case_count * sizeof *seen);
        for (size_t i = 0; i < f.plan.case_count; i++) {
            const struct plan_step *step = &f.plan.steps[round * f.plan.case_count + i];
            assert_int_equal(step->execution, round);
            assert_true(step->case_index < f.plan.case_count && !seen[step->case_index]);
            seen[step->case_index] = true;
        }
    }
    free(seen);
    unmake(&f);
}

static void the_seed_settles_the_order(void **state) {
    (void)state;
    struct fixture a, b, c;
    assert_true(MAKE(&a, machine, "--seed=5"));
    assert_true(MAKE(&b, machine, "--seed=5"));
    assert_true(MAKE(&c, machine, "--seed=6"));
    size_t size = a.plan.step_count * sizeof *a.plan.steps;
    assert_int_equal(a.plan.seed, 5);
    assert_memory_equal(a.plan.steps, b.plan.steps, size);
    assert_int_equal(a.plan.step_count, c.plan.step_count);
    assert_memory_not_equal(a.plan.steps, c.plan.steps, size);
    unmake(&a), unmake(&b), unmake(&c);
}

static int compare_names(const void *a, const void *b) {
    return strcmp(a, b);
}

static void names_are_unique(void **state) {
    (void)state;
    struct fixture f;
    assert_true(MAKE(&f, machine, "--depth=3,2,3,2", "--threads=2,1,2"));
    char(*names)[CASE_NAME_MAX] = calloc(f.plan.case_count, sizeof *names);
    assert_non_null(names);
    for (size_t i = 0; i < f.plan.case_count; i++)
        case_name(&f.plan.cases[i], names[i]);
    qsort(names, f.plan.case_count, sizeof *names, compare_names);
    for (size_t i = 1; i < f.plan.case_count; i++)
        assert_string_not_equal(names[i - 1], names[i]);
    free(names);
    unmake(&f);
}

/* A plan after a suite with these cases. */
static bool make_suite(struct fixture *fixture, const char *cases, int argc, char **argv) {
    char text[1024];
    int length = snprintf(text, sizeof text, "{\"ctxbench_suite\": 1, \"cases\": [%s]}", cases);
    *fixture = (struct fixture){.notes = NULL};
    assert_true(options_parse(&fixture->options, all_commands, argc, argv, &fixture->error));
    suite_free(fixture->options.suite); /* and with it the stores that it named */
    fixture->options.stores = "*";
    fixture->options.suite = suite_parse("mine", text, (size_t)length, &fixture->error);
    if (fixture->options.suite == NULL)
        fail_msg("%s", fixture->error.text);
    return plan_on(fixture, machine);
}

#define MAKE_SUITE(fixture, cases, ...)                                                                                \
    make_suite(fixture, cases, (int)(sizeof((char *[]){"bench", __VA_ARGS__}) / sizeof(char *)),                       \
               (char *[]){"bench", __VA_ARGS__})

static void a_suite_leaves_the_others_to_one_case(void **state) {
    (void)state;
    struct fixture f;
    assert_true(MAKE_SUITE(&f,
                           "{\"workload\": \"many\", \"form\": \"latency\", \"threads\": 1}, "
                           "{\"workload\": \"others\"}, {\"workload\": \"pair\", \"placement\": \"same-pu\"}",
                           "--strategy=plain"));
    assert_int_equal(count_cases(&f.plan, "*plain/many/*"), count_cases(&f.plan, "*/latency/threads:1/*") / 2);
    assert_int_equal(count_cases(&f.plan, "*plain/pair/*"), 1);
    assert_int_equal(count_cases(&f.plan, "*plain/single/*"), 1);
    unmake(&f);
    assert_true(MAKE_SUITE(&f, "{\"workload\": \"*\"}, {\"workload\": \"others\"}", "--strategy=plain"));
    assert_true(count_cases(&f.plan, "*plain/single/*") == 1); /* nobody else is left */
    unmake(&f);
}

/* Only where two threads hand something on, on different nodes; with every parameter at its base. */
static void memory_is_an_axis_where_there_are_several_nodes(void **state) {
    (void)state;
    struct fixture f;
    assert_true(MAKE(&f, "synthetic:numa:2 core:2 pu:1", "--strategy=plain", "--workload=pair,many"));
    assert_int_equal(count_cases(&f.plan, "*plain/pair/throughput/threads:2/machine@producer*"), 1);
    assert_int_equal(count_cases(&f.plan, "*plain/pair/throughput/threads:2/machine@consumer*"), 1);
    assert_int_equal(count_cases(&f.plan, "*plain/pair/throughput/threads:2/machine@interleaved*"), 1);
    assert_int_equal(count_cases(&f.plan, "*@*"), 2 * 3); /* of plain and none */
    assert_string_equal(f.plan.memory_stays.text, "");
    unmake(&f);
    assert_true(MAKE(&f, "synthetic:numa:2 core:2 pu:1", "--strategy=plain", "--workload=pair", "--placement=*@con*"));
    assert_int_equal(count_cases(&f.plan, "*plain/*"), 1);
    unmake(&f);
    assert_true(MAKE(&f, "synthetic:package:2 core:2 pu:1", "--strategy=plain", "--workload=pair"));
    assert_int_equal(count_cases(&f.plan, "*@*"), 0);
    assert_non_null(strstr(f.plan.memory_stays.text, "no two PUs belong to different NUMA nodes"));
    unmake(&f);
    assert_true(MAKE(&f, "synthetic:package:2 core:2 pu:1", "--strategy=plain", "--workload=single"));
    assert_string_equal(f.plan.memory_stays.text, ""); /* nothing is handed on */
    unmake(&f);
}

static void a_suite_names_cases(void **state) {
    (void)state;
    struct fixture f;
    assert_true(
        MAKE_SUITE(&f,
                   "{\"workload\": \"many\", \"form\": \"latency\", \"parameters\": {\"depth\": [3, 5]}, "
                   "\"threads\": [1, 4, 64]}, {\"workload\": \"pair\", \"placement\": [\"closest\", \"farthest\"]}",
                   "--strategy=plain"));
    assert_int_equal(count_cases(&f.plan, "*plain/many/*"), (2 + 1) * (1 + 2)); /* threads 4: compact and scatter */
    assert_int_equal(count_cases(&f.plan, "*/throughput/threads:1/*"), 0);
    assert_int_equal(count_cases(&f.plan, "*plain/many/depth:5/up:8*"), 0);
    assert_int_equal(count_cases(&f.plan, "*plain/pair/*"), 2);
    assert_int_equal(count_cases(&f.plan, "*plain/pair/throughput/threads:2/same-pu*"), 1);
    assert_int_equal(count_cases(&f.plan, "*plain/pair/throughput/threads:2/numa*"), 1);
    assert_int_equal(count_cases(&f.plan, "*single/*"), 0);
    assert_int_equal(count_cases(&f.plan, "*none/*"), count_cases(&f.plan, "*plain/*"));
    unmake(&f);
}

static void cases_that_overlap_are_measured_once(void **state) {
    (void)state;
    struct fixture f;
    assert_true(MAKE_SUITE(&f,
                           "{\"workload\": \"*\"}, {\"workload\": \"many\", \"parameters\": {\"depth\": [0, 16, 99]}, "
                           "\"threads\": 1}",
                           "--strategy=plain"));
    assert_int_equal(count_cases(&f.plan, "*plain/many/depth:0/up:0/latency/threads:1/pu*"), 1);
    assert_int_equal(count_cases(&f.plan, "*plain/many/depth:99/up:0/latency/threads:1/pu*"), 1);
    assert_int_equal(count_cases(&f.plan, "*plain/single/*"), 1);
    unmake(&f);
}

static void the_command_line_goes_before_the_suite(void **state) {
    (void)state;
    static const char cases[] =
        "{\"workload\": \"many\", \"parameters\": {\"depth\": [3, 5]}, \"threads\": 2, "
        "\"placement\": \"smt\"}, {\"workload\": \"pair\"}";
    struct fixture f;
    assert_true(MAKE_SUITE(&f, cases, "--strategy=plain", "--workload=many,single", "--depth=7"));
    assert_int_equal(count_cases(&f.plan, "*plain/many/depth:7/up:0/latency/threads:2/smt*"), 1);
    assert_int_equal(count_cases(&f.plan, "*plain/many/depth:3*"), 0);
    assert_int_equal(count_cases(&f.plan, "*pair/*"), 0);
    assert_int_equal(count_cases(&f.plan, "*plain/single/*"), 1); /* which the suite does not have */
    unmake(&f);
    assert_true(MAKE_SUITE(&f, cases, "--strategy=plain", "--workload=many", "--threads=1", "--placement=pu"));
    assert_int_equal(count_cases(&f.plan, "*/threads:1/pu*"), f.plan.case_count);
    unmake(&f);
}

static void what_a_suite_names_and_is_not_there_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *cases, *words;
    } wrong_cases[] = {
        {"{\"workload\": \"single\"}, {\"workload\": \"mnay\"}",
         "suite mine: cases[1].workload: no workload is called \"mnay\"; did you mean \"many\"?"},
        {"{\"workload\": \"many\", \"parameters\": {\"dpeth\": 1}}",
         "suite mine: cases[0]: no parameter of the chosen workloads is called \"dpeth\"; did you mean \"depth\"?"},
        {"{\"workload\": \"many\", \"parameters\": {\"depth\": 101}}",
         "suite mine: cases[0]: parameter depth: found 101; the workload many takes 0 to 100"},
        {"{\"workload\": \"single\", \"parameters\": {\"depth\": 1}}, {\"workload\": \"many\"}",
         "suite mine: cases[0]: no parameter of the chosen workloads is called \"depth\""},
        {"{\"workload\": \"pair\", \"threads\": 64}", "the suite names no such number"},
        {"{\"workload\": \"pair\", \"placement\": \"l2\"}", "the placement l2 has no place for 2 threads on 8 PUs"},
    };
    for (size_t i = 0; i < sizeof wrong_cases / sizeof wrong_cases[0]; i++) {
        struct fixture f;
        assert_false(MAKE_SUITE(&f, wrong_cases[i].cases, "--strategy=plain"));
        if (strstr(f.error.text, wrong_cases[i].words) == NULL)
            fail_msg("%s: found \"%s\", wanted \"%s\" in it", wrong_cases[i].cases, f.error.text, wrong_cases[i].words);
        unmake(&f);
    }
}

static void all_pairs_are_those_of_the_machine(void **state) {
    (void)state;
    struct fixture f;
    assert_true(MAKE(&f, machine, "--strategy=plain", "--workload=pair,many", "--placement=all-pairs"));
    assert_int_equal(count_cases(&f.plan, "*plain/pair/throughput/threads:2/pu*"), 8 * 7 / 2);
    assert_int_equal(count_cases(&f.plan, "*plain/pair/throughput/threads:2/pu2-pu7*"), 1);
    assert_int_equal(count_cases(&f.plan, "*/threads:1/*"), 0);
    unmake(&f);
    assert_true(MAKE(&f, machine, "--strategy=plain", "--workload=pair", "--placement=smt,all-pairs"));
    assert_int_equal(count_cases(&f.plan, "*plain/pair/*"), 1 + 8 * 7 / 2);
    unmake(&f);
    assert_true(MAKE(&f, machine, "--strategy=plain", "--workload=pair", "--placement=*"));
    assert_int_equal(count_cases(&f.plan, "*threads:2/pu*"), 0); /* a glob does not mean it */
    unmake(&f);
    assert_false(MAKE(&f, machine, "--strategy=plain", "--workload=single", "--placement=all-pairs"));
    unmake(&f);
    assert_false(
        MAKE(&f, "synthetic:package:8 core:128 pu:2", "--strategy=plain", "--workload=pair", "--placement=all-pairs"));
    assert_non_null(strstr(f.error.text, "placement all-pairs: 2048 PUs make 2096128 pairs"));
    unmake(&f);
}

static void one_pu_is_enough(void **state) {
    (void)state;
    struct fixture f;
    assert_true(MAKE(&f, "synthetic:package:1 core:1 pu:1", "--strategy=plain"));
    assert_true(count_cases(&f.plan, "*plain/many/*") > 0);
    assert_int_equal(count_cases(&f.plan, "*/threads:2/*"), count_cases(&f.plan, "*/same-pu*"));
    unmake(&f);
}

/* Appends ",1,2,...,31" to an option: as many values as one takes. */
static void append_values(char *option, size_t size, int first) {
    for (int i = first + 1; i < first + PARAMETER_VALUES_MAX; i++) {
        size_t used = strlen(option);
        (void)snprintf(option + used, size - used, ",%d", i);
    }
}

static void large_plans_stay_small_in_memory(void **state) {
    (void)state;
    enum { COPIES = 30, EXECUTIONS = 20 };
    char depths[256] = "--depth=0", threads[256] = "--threads=1", names[COPIES][16];
    append_values(depths, sizeof depths, 0);
    append_values(threads, sizeof threads, 1);
    struct options options;
    struct registry registry = {0};
    struct error error;
    assert_true(
        options_parse(&options, all_commands, 4, (char *[]){"bench", depths, threads, "--executions=20"}, &error));
    choose_all_workloads(&options);
    struct ctx_strategy copies[COPIES];
    for (size_t i = 0; i < COPIES; i++) {
        (void)snprintf(names[i], sizeof names[i], "copy%zu", i);
        memcpy(&copies[i], &strategies[0], sizeof copies[i]);
        copies[i].name = names[i];
        assert_true(registry_add(&registry, &copies[i], NULL, &error));
    }
    struct topology *topology = topology_load("synthetic:package:4 numa:2 l3:2 core:8 pu:2", &error);
    assert_non_null(topology);
    struct plan plan;
    assert_true(plan_make(&plan, &options, &registry, topology, NULL, &error));
    assert_true(plan.case_count > 100000);
    assert_int_equal(plan.step_count, plan.case_count * EXECUTIONS);
    assert_true(plan.case_count * sizeof *plan.cases + plan.step_count * sizeof *plan.steps < 48u << 20);
    plan_free(&plan);
    topology_free(topology);
    registry_free(&registry);
    options_free(&options);
}

static void the_table_fits_a_terminal(void **state) {
    (void)state;
    struct fixture f;
    assert_true(MAKE(&f, machine, "--strategy=*"));
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_true(plan_print(&f.plan, &f.options, out, &f.error));
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, "walk-floor"));
    assert_non_null(strstr(text, "executions: "));
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
        assert_true(strlen(line) <= 80);
    free(text);
    unmake(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_vary_one_at_a_time),
        cmocka_unit_test(given_values_replace_a_sweep_and_its_base),
        cmocka_unit_test(threads_are_swept_with_parameters_at_their_base),
        cmocka_unit_test(more_threads_than_pus_are_for_those_that_want_them),
        cmocka_unit_test(threads_that_are_named_vary_all_parameters),
        cmocka_unit_test(pairs_run_in_every_placement),
        cmocka_unit_test(references_stand_beside_what_was_chosen),
        cmocka_unit_test(stores_are_cases_of_their_own),
        cmocka_unit_test(stores_can_be_chosen),
        cmocka_unit_test(the_unavailable_is_left_out_with_its_reason),
        cmocka_unit_test(an_empty_plan_says_why),
        cmocka_unit_test(what_does_not_exist_is_refused),
        cmocka_unit_test(every_case_is_executed_once_a_round),
        cmocka_unit_test(the_seed_settles_the_order),
        cmocka_unit_test(names_are_unique),
        cmocka_unit_test(a_suite_leaves_the_others_to_one_case),
        cmocka_unit_test(memory_is_an_axis_where_there_are_several_nodes),
        cmocka_unit_test(a_suite_names_cases),
        cmocka_unit_test(cases_that_overlap_are_measured_once),
        cmocka_unit_test(the_command_line_goes_before_the_suite),
        cmocka_unit_test(what_a_suite_names_and_is_not_there_is_refused),
        cmocka_unit_test(all_pairs_are_those_of_the_machine),
        cmocka_unit_test(one_pu_is_enough),
        cmocka_unit_test(large_plans_stay_small_in_memory),
        cmocka_unit_test(the_table_fits_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
