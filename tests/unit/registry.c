/* What comes through the door of the registry, and what is refused with which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "minimal.h"
#include "registry/contract.h"
#include "registry/registry.h"

static void refuses(const struct ctx_strategy *strategy, const char *words) {
    struct error error = {.text = ""};
    assert_false(contract_check(strategy, &error));
    if (strstr(error.text, words) == NULL)
        fail_msg("found the message \"%s\", wanted \"%s\" in it", error.text, words);
}

static void accepts_the_built_in_ones_in_order(void **state) {
    (void)state;
    struct error error;
    struct registry registry;
    assert_true(registry_init(&registry, &error));
    assert_non_null(registry_find(&registry, "none"));
    assert_non_null(registry_find(&registry, "floor"));
    assert_null(registry_find(&registry, "nothing"));
    for (size_t i = 1; i < registry.count; i++) {
        const struct ctx_strategy *before = registry.entries[i - 1].strategy, *after = registry.entries[i].strategy;
        bool reference_before = before->traits & CTX_TRAIT_REFERENCE,
             reference_after = after->traits & CTX_TRAIT_REFERENCE;
        assert_true(reference_before <= reference_after);
        assert_true(reference_before != reference_after || strcmp(before->name, after->name) < 0);
    }
    registry_free(&registry);
}

static void a_worker_registers_what_it_is_asked_for(void **state) {
    (void)state;
    struct error error;
    struct registry registry;
    assert_true(registry_init_only(&registry, "tls", &error));
    assert_int_equal(registry.count, 1);
    assert_non_null(registry_find(&registry, "tls"));
    registry_free(&registry);
    assert_true(registry_init_only(&registry, "nothing", &error)); /* perhaps a plug-in, which is loaded next */
    assert_int_equal(registry.count, 0);
    registry_free(&registry);
}

static void refuses_broken_descriptors(void **state) {
    (void)state;
    const struct ctx_strategy good = {MINIMAL_STRATEGY("minimal")};
    struct error error;
    assert_true(contract_check(&good, &error));

    struct ctx_strategy bad = good;
    bad.abi = 99;
    refuses(&bad, "found ABI 99, wanted ");
    bad = good, bad.struct_size = 12;
    refuses(&bad, "found a descriptor of 12 bytes, wanted");
    bad = good, bad.name = NULL;
    refuses(&bad, "has no name");
    bad = good, bad.name = "Upper Case";
    refuses(&bad, "\"Upper Case\"; wanted at most 31 lower-case letters");
    bad = good, bad.name = "";
    refuses(&bad, "\"\"; wanted");
    bad = good, bad.summary = "two\nlines";
    refuses(&bad, "strategy minimal: the strategy's summary is missing or too long");
    bad = good, bad.kernel_count = 0;
    refuses(&bad, "found no kernels");
    bad = good, bad.kernels = NULL;
    refuses(&bad, "found no kernels");
    bad = good, bad.traits = 1u << 30;
    refuses(&bad, "unknown traits 0x40000000");
    bad = good, bad.scenario_count = 3;
    refuses(&bad, "found 3 scenarios at NULL");
    bad = good, bad.yardstick.label = "Two Words";
    refuses(&bad, "strategy minimal: its yardstick is called \"Two Words\"");
    bad = good, bad.yardstick.legend = "";
    refuses(&bad, "the legend of its yardstick is missing");
}

/* What a scenario says of reports and of strategies is checked as the rest is. */
static void refuses_broken_statements(void **state) {
    (void)state;
    struct ctx_condition inner = {"inner", 1, NULL, NULL}, outer = {"outer", 2, &inner, "outer"};
    struct ctx_scenario scenario = {.name = "plain", .summary = "plain", .condition = &outer};
    struct ctx_strategy strategy = {MINIMAL_STRATEGY("minimal"), .scenarios = &scenario, .scenario_count = 1};
    struct error error;
    assert_true(contract_check(&strategy, &error));
    inner.title = NULL;
    refuses(&strategy, "scenario 0: the title of its condition is missing");
    inner = (struct ctx_condition){"inner", 2, &outer, NULL}; /* a circle, above all */
    refuses(&strategy, "found a condition of order 2 that includes one of order 2, wanted a lower one");
    scenario = (struct ctx_scenario){.name = "plain", .summary = "plain", .implied = {.reason = ""}};
    refuses(&strategy, "the reason of its rule is missing");
    scenario.implied = (struct ctx_rule){.expected = (enum ctx_expected)9, .reason = "why"};
    refuses(&strategy, "its rule expects 9");
}

static void refuses_broken_kernels(void **state) {
    (void)state;
    struct ctx_kernel kernels[2] = {minimal_kernels[0], minimal_kernels[0]};
    struct ctx_strategy strategy = {MINIMAL_STRATEGY("minimal")};
    strategy.kernels = kernels;
    strategy.kernel_count = 2;
    refuses(&strategy, "workload minimal: found two kernels of the same form");
    strategy.kernel_count = 1;
    kernels[0].run = NULL;
    refuses(&strategy, "workload minimal: run is NULL");
    kernels[0].workload = NULL;
    refuses(&strategy, "kernel 0: found no workload");
    kernels[0] = (struct ctx_kernel){.workload = &minimal_workload, .form = (enum ctx_form)7, .run = minimal_run};
    refuses(&strategy, "found form 7");
    kernels[0] = (struct ctx_kernel){.workload = &minimal_workload, .run = minimal_run, .store = "flat"};
    refuses(&strategy, "workload minimal: the store flat has no proof");
    kernels[0].store = "Flat";
    refuses(&strategy, "the store is called \"Flat\"");
}

static void refuses_broken_workloads(void **state) {
    (void)state;
    struct ctx_workload workload = minimal_workload;
    const struct ctx_kernel kernel = {.workload = &workload, .run = minimal_run};
    struct ctx_strategy strategy = {MINIMAL_STRATEGY("minimal")};
    strategy.kernels = &kernel;

    workload.checksum = NULL;
    refuses(&strategy, "workload minimal: checksum is NULL");
    workload = minimal_workload, workload.threads_min = 0;
    refuses(&strategy, "threads_min is 0");
    workload = minimal_workload, workload.threads_min = 2;
    refuses(&strategy, "threads_max is 1 and threads_min 2");
    workload = minimal_workload, workload.operation = NULL;
    refuses(&strategy, "its operation is missing");
    workload = minimal_workload, workload.role = CTX_ROLE_COUNT;
    char found[32];
    snprintf(found, sizeof found, "found role %d", CTX_ROLE_COUNT);
    refuses(&strategy, found);
    workload = minimal_workload, workload.section = &(const struct ctx_section){"By Depth", "By depth", 1};
    refuses(&strategy, "its section is called \"By Depth\"");
    workload = minimal_workload, workload.threads_section = &(const struct ctx_section){"threads", NULL, 1};
    refuses(&strategy, "the title of its section is missing");
    workload = minimal_workload, workload.requires = CTX_SCENARIO_NEST;
    refuses(&strategy, "found no scenarios for the proofs 0x1");
}

static void refuses_broken_parameters(void **state) {
    (void)state;
    const struct ctx_parameter good = {
        .name = "size", .summary = "how much", .min = 1, .max = 9, .defaults = {1, 4}, .default_count = 2};
    struct ctx_workload workload = minimal_workload;
    const struct ctx_kernel kernel = {.workload = &workload, .run = minimal_run};
    struct ctx_strategy strategy = {MINIMAL_STRATEGY("minimal")};
    strategy.kernels = &kernel;
    struct error error;

    workload.parameters[0] = good;
    assert_true(contract_check(&strategy, &error));
    workload.parameters[1] = good;
    refuses(&strategy, "parameter size: found two parameters of this name");
    workload.parameters[1] = (struct ctx_parameter){.name = NULL};
    workload.parameters[0].default_count = 0;
    refuses(&strategy, "parameter size: found no default values");
    workload.parameters[0] = good, workload.parameters[0].defaults[1] = 10;
    refuses(&strategy, "found 10 among the default values, wanted 1 to 9");
    workload.parameters[0] = good, workload.parameters[0].defaults[1] = 1;
    refuses(&strategy, "found 1 twice among the default values");
    workload.parameters[0] = good, workload.parameters[0].default_count = 1000;
    refuses(&strategy, "found 1000 default values, wanted at most 8");
    workload.parameters[0] = good, workload.parameters[0].min = 10;
    refuses(&strategy, "found the range 10 to 9");
}

static void refuses_other_work_under_the_same_name(void **state) {
    (void)state;
    struct ctx_workload workload = minimal_workload;
    const struct ctx_kernel kernel = {.workload = &workload, .run = minimal_run};
    const struct ctx_strategy known = {MINIMAL_STRATEGY("known")};
    struct ctx_strategy newcomer = {MINIMAL_STRATEGY("newcomer")};
    newcomer.kernels = &kernel;
    struct error error;
    struct registry registry = {0};
    assert_true(registry_add(&registry, &known, NULL, &error));

    workload.revision = 2;
    assert_false(registry_add(&registry, &newcomer, NULL, &error));
    assert_non_null(strstr(error.text, "found revision 2 of the workload minimal, wanted 1 as known has"));
    workload.revision = 1;
    workload.parameters[0] =
        (struct ctx_parameter){.name = "size", .summary = "how much", .max = 9, .defaults = {1}, .default_count = 1};
    assert_false(registry_add(&registry, &newcomer, NULL, &error));
    assert_non_null(strstr(error.text, "other parameters of the workload minimal than known has"));
    assert_int_equal(registry.count, 1);
    workload = minimal_workload;
    assert_true(registry_add(&registry, &newcomer, NULL, &error));
    assert_false(registry_add(&registry, &newcomer, NULL, &error));
    assert_non_null(strstr(error.text, "second strategy called newcomer"));
    assert_int_equal(registry.count, 2);
    registry_free(&registry);
}

static const struct {
    const char *file, *words;
} bad_plugins[] = {
    {"wrong_abi.so", "build it against this program's strategy.h"},
    {"wrong_size.so", "bytes, wanted"},
    {"missing_entry.so", "found no symbol ctx_strategy_entry, wanted"},
    {"duplicate_name.so", "found a second strategy called none, wanted another name"},
    {"crash_when_loaded.so", "crashes when loaded: signal 11"},
    {"exit_when_loaded.so", "ends the program when loaded, with exit status 7"},
    {"no_such_file.so", "No such file"},
};

static void refuses_bad_plugins_and_goes_on(void **state) {
    (void)state;
    struct error error;
    struct registry registry;
    assert_true(registry_init(&registry, &error));
    size_t count = registry.count;
    for (size_t i = 0; i < sizeof bad_plugins / sizeof bad_plugins[0]; i++) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s/%s", TEST_PLUGINS, bad_plugins[i].file);
        assert_false(registry_load_plugin(&registry, path, &error));
        assert_non_null(strstr(error.text, path));
        if (strstr(error.text, bad_plugins[i].words) == NULL)
            fail_msg("found the message \"%s\", wanted \"%s\" in it", error.text, bad_plugins[i].words);
        assert_int_equal(registry.count, count);
    }
    assert_true(registry_load_plugin(&registry, TEST_PLUGINS "/well_formed.so", &error));
    assert_int_equal(registry.count, count + 1);
    assert_string_equal(registry_find(&registry, "well-formed")->plugin, TEST_PLUGINS "/well_formed.so");
    registry_free(&registry);
}

static void names_each_workload_once(void **state) {
    (void)state;
    struct error error;
    struct registry registry;
    assert_true(registry_init(&registry, &error));
    size_t count;
    const struct ctx_workload **workloads = registry_workloads(&registry, &count, &error);
    assert_non_null(workloads);
    assert_true(count > 0);
    for (size_t i = 1; i < count; i++)
        assert_true(strcmp(workloads[i - 1]->name, workloads[i]->name) < 0);
    free(workloads);
    registry_free(&registry);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_the_built_in_ones_in_order),
        cmocka_unit_test(a_worker_registers_what_it_is_asked_for),
        cmocka_unit_test(refuses_broken_descriptors),
        cmocka_unit_test(refuses_broken_statements),
        cmocka_unit_test(refuses_broken_kernels),
        cmocka_unit_test(refuses_broken_workloads),
        cmocka_unit_test(refuses_broken_parameters),
        cmocka_unit_test(refuses_other_work_under_the_same_name),
        cmocka_unit_test(refuses_bad_plugins_and_goes_on),
        cmocka_unit_test(names_each_workload_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
