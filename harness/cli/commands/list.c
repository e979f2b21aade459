#include "base/display.h"
#include "base/message.h"
#include "cli/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/list_json.h"
#include "cli/traits.h"
#include "plan/suite.h"

enum { LIST_INDENT = 19 };

/* Lines of a list: a name on the left, and lines on the right that are wrapped to the width. */
static void print_entry(FILE *out, const char *name, const char *text) {
    int length = fprintf(out, "  %s", name);
    text_print_wrapped(out, length < 0 ? 0 : (size_t)length, LIST_INDENT, text);
}

__attribute__((format(printf, 2, 3))) static void print_line(FILE *out, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    text_print_wrapped(out, 0, LIST_INDENT, text);
}

static void append(char *text, size_t size, const char *separator, const char *more) {
    size_t used = strlen(text);
    (void)snprintf(text + used, size - used, "%s%s", used == 0 ? "" : separator, more);
}

/* The stores of a strategy's or a workload's kernels, where there are others than the common one. */
static void print_stores(FILE *out, const struct registry *registry, const struct ctx_strategy *only,
                         const char *workload) {
    struct text_names stores = {0};
    char names[256];
    bool complete = true;
    for (size_t i = 0; i < registry->count; i++) {
        const struct ctx_strategy *strategy = registry->entries[i].strategy;
        for (size_t j = 0; j < strategy->kernel_count; j++) {
            const struct ctx_kernel *kernel = &strategy->kernels[j];
            if ((only == NULL || only == strategy) && kernel->store != NULL &&
                (workload == NULL || strcmp(kernel->workload->name, workload) == 0))
                complete = complete && text_names_add(&stores, kernel->store);
        }
    }
    text_names_join(&stores, names, sizeof names);
    if (complete && stores.count > 0)
        print_line(out, "stores: %s", names);
    text_names_free(&stores);
}

static void print_strategy(FILE *out, const struct registry *registry, const struct registry_entry *entry) {
    const struct ctx_strategy *strategy = entry->strategy;
    char traits[512] = "";
    for (size_t i = 0; i < TRAIT_COUNT; i++) {
        if ((strategy->traits & trait_words[i].trait) != 0)
            append(traits, sizeof traits, ", ", trait_words[i].words);
    }
    print_entry(out, strategy->name, strategy->summary);
    if (traits[0] != '\0')
        print_line(out, "%s", traits);
    print_stores(out, registry, strategy, NULL);
    if (entry->plugin != NULL && !entry->own)
        print_line(out, "from %s", entry->plugin);
    if (entry->peer != NULL)
        print_line(out, "a peer, in %s", entry->peer->runtime);
    const char *reason = entry->peer != NULL ? peer_missing(entry->peer) : registry_unavailable(entry, NULL);
    if (reason != NULL)
        print_line(out, "not available here: %s", reason);
}

static void print_parameter(FILE *out, const struct ctx_parameter *parameter) {
    char values[256] = "";
    for (uint32_t i = 0; i < parameter->default_count; i++) {
        char value[16];
        (void)snprintf(value, sizeof value, "%u", parameter->defaults[i]);
        append(values, sizeof values, ",", value);
    }
    print_line(out, "%s=%s (%u to %u): %s", parameter->name, values, parameter->min, parameter->max,
               parameter->summary);
}

static void print_workload(FILE *out, const struct registry *registry, const struct ctx_workload *workload) {
    print_entry(out, workload->name, workload->summary);
    for (size_t i = 0; i < CTX_PARAMETERS_MAX && workload->parameters[i].name != NULL; i++)
        print_parameter(out, &workload->parameters[i]);
    print_stores(out, registry, NULL, workload->name);
    if (workload->threads_max == 0)
        print_line(out, "threads: %u or more", workload->threads_min);
    else if (workload->threads_max > workload->threads_min)
        print_line(out, "threads: %u to %u", workload->threads_min, workload->threads_max);
    else
        print_line(out, "threads: %u", workload->threads_min);
}

/* The numbers of threads whose placements differ in kind. */
static const struct {
    unsigned thread_count;
    const char *heading;
} placement_kinds[] = {{1, "1 thread"}, {2, "2 threads"}, {3, "more threads"}};
enum { PLACEMENT_KIND_COUNT = sizeof placement_kinds / sizeof placement_kinds[0] };

static void print_placements(FILE *out, const struct topology *topology) {
    for (size_t i = 0; i < PLACEMENT_KIND_COUNT; i++) {
        const struct placement *placements;
        size_t count = topology_placements(topology, placement_kinds[i].thread_count, &placements);
        char names[512] = "";
        for (size_t j = 0; j < count; j++)
            append(names, sizeof names, ", ", placements[j].name);
        if (count > 0)
            print_entry(out, placement_kinds[i].heading, names);
    }
    const struct placement *bound;
    const size_t bound_count = topology_bound_placements(topology, &bound);
    char names[512] = "";
    for (size_t i = 0; i < bound_count; i++)
        append(names, sizeof names, ", ", bound[i].name);
    if (bound_count > 0)
        print_entry(out, "2, memory bound", names);
}

static void print_workload_names(FILE *out, const struct ctx_workload *const *workloads, size_t count) {
    for (size_t i = 0; i < count; i++)
        (void)fprintf(out, "%s\n", workloads[i]->name);
}

static void print_parameter_names(FILE *out, const struct ctx_workload *const *workloads, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct ctx_parameter *parameters = workloads[i]->parameters;
        for (size_t j = 0; j < CTX_PARAMETERS_MAX && parameters[j].name != NULL; j++)
            (void)fprintf(out, "%s=\n", parameters[j].name);
    }
}

static bool print_store_names(FILE *out, const struct registry *registry, struct error *error) {
    struct text_names names;
    bool complete = registry_stores(registry, &names, error);
    for (size_t i = 0; complete && i < names.count; i++)
        (void)fprintf(out, "%s\n", names.items[i]);
    text_names_free(&names);
    return complete;
}

static bool print_scenario_names(FILE *out, const struct registry *registry, struct error *error) {
    size_t count;
    const struct ctx_scenario **scenarios = registry_scenarios(registry, &count, error);
    for (size_t i = 0; scenarios != NULL && i < count; i++)
        (void)fprintf(out, "%s\n", scenarios[i]->name);
    free(scenarios);
    return scenarios != NULL;
}

static void print_placement_names(FILE *out, const struct topology *topology) {
    for (size_t i = 0; i < PLACEMENT_KIND_COUNT; i++) {
        const struct placement *placements;
        size_t count = topology_placements(topology, placement_kinds[i].thread_count, &placements);
        for (size_t j = 0; j < count; j++)
            (void)fprintf(out, "%s\n", placements[j].name);
    }
    const struct placement *bound;
    const size_t bound_count = topology_bound_placements(topology, &bound);
    for (size_t i = 0; i < bound_count; i++)
        (void)fprintf(out, "%s\n", bound[i].name);
}

/* Built-in suites are as they should be: a test loads each. */
static void print_suites(FILE *out) {
    for (const char *const *name = suite_names(); *name != NULL; name++) {
        struct error ignored;
        struct suite *suite = suite_load(*name, &ignored);
        if (suite != NULL)
            print_entry(out, suite->name, suite->summary);
        suite_free(suite);
    }
}

static void print_everything(const struct registry *registry, const struct ctx_workload *const *workloads,
                             size_t workload_count, const struct ctx_scenario *const *scenarios, size_t scenario_count,
                             FILE *out) {
    (void)fputs("Strategies\n", out);
    for (size_t i = 0; i < registry->count; i++)
        if (registry->entries[i].peer == NULL)
            print_strategy(out, registry, &registry->entries[i]);
    if (registry->peer_count > 0)
        (void)fputs("\nPeers: strategies of other runtimes, for --suite=peers, or by their names\n", out);
    for (size_t i = 0; i < registry->count; i++)
        if (registry->entries[i].peer != NULL)
            print_strategy(out, registry, &registry->entries[i]);
    (void)fputs("\nWorkloads\n", out);
    for (size_t i = 0; i < workload_count; i++)
        print_workload(out, registry, workloads[i]);
    (void)fputs("\nSuites\n", out);
    print_suites(out);
    (void)fputs("\nScenarios of conformance\n", out);
    for (size_t i = 0; i < scenario_count; i++)
        print_entry(out, scenarios[i]->name, scenarios[i]->summary);
}

static bool print_list(const struct registry *registry, const struct topology *topology, FILE *out,
                       struct error *error) {
    size_t workload_count, scenario_count;
    const struct ctx_workload **workloads = registry_workloads(registry, &workload_count, error);
    const struct ctx_scenario **scenarios =
        workloads == NULL ? NULL : registry_scenarios(registry, &scenario_count, error);
    if (scenarios != NULL) {
        print_everything(registry, workloads, workload_count, scenarios, scenario_count, out);
        (void)fprintf(out, "\nPlacements on %s\n", topology_facts(topology)->source);
        print_placements(out, topology);
    }
    free(workloads);
    free(scenarios);
    return scenarios != NULL;
}

static bool print_names(const char *option, const struct registry *registry, const struct topology *topology, FILE *out,
                        struct error *error) {
    size_t count;
    const struct ctx_workload **workloads = registry_workloads(registry, &count, error);
    if (workloads == NULL)
        return false;
    bool known = true;
    if (strcmp(option, "strategy") == 0) {
        for (size_t i = 0; i < registry->count; i++)
            (void)fprintf(out, "%s\n", registry->entries[i].strategy->name);
    } else if (strcmp(option, "workload") == 0) {
        print_workload_names(out, workloads, count);
    } else if (strcmp(option, "parameter") == 0) {
        print_parameter_names(out, workloads, count);
    } else if (strcmp(option, "scenario") == 0) {
        known = print_scenario_names(out, registry, error);
    } else if (strcmp(option, "store") == 0) {
        known = print_store_names(out, registry, error);
    } else if (strcmp(option, "placement") == 0) {
        print_placement_names(out, topology);
    } else if (strcmp(option, "suite") == 0) {
        for (const char *const *name = suite_names(); *name != NULL; name++)
            (void)fprintf(out, "%s\n", *name);
    } else {
        known = error_set(error,
                          "--names: found \"%s\"; wanted suite, strategy, workload, store, scenario, parameter or "
                          "placement",
                          option);
    }
    free(workloads);
    return known;
}

static int list_command(const struct command_call *call) {
    struct error error;
    if (options_want_format(call->options, "json"))
        return list_print_json(call->registry, stdout, &error) ? EXIT_STATUS_OK
                                                               : message_fail(EXIT_STATUS_FAILED, &error);
    return print_list(call->registry, call->topology, stdout, &error) ? EXIT_STATUS_OK
                                                                      : message_fail(EXIT_STATUS_USAGE, &error);
}

static int names_command(const struct command_call *call) {
    struct error error;
    return print_names(call->options->names, call->registry, call->topology, stdout, &error)
               ? EXIT_STATUS_OK
               : message_fail(EXIT_STATUS_USAGE, &error);
}

static const struct command_option takes[] = {
    {.name = "plugin"},
    {.name = "topology",
     .help = "the places of another machine: hwloc's FILE.xml, or \"synthetic:package:2 core:4 pu:2\""},
    {.name = "format", .help = "how it is printed: terminal, or json, with what is expected of each strategy"},
    {.name = NULL},
};

COMMAND_FORMATS("terminal", "json")

const struct command command_list = {
    .name = "list",
    .option = "list",
    .group = COMMAND_SHOWS,
    .help = "strategies, workloads, suites, scenarios and placements",
    .options = takes,
    .format = format,
    .needs = COMMAND_NEEDS_REGISTRY,
    .examples = {{"list", "all that there is to choose from"},
                 {"list --plugin=./mine.so", "the same, with a strategy of one's own"},
                 {"list --format=json", "the same for programs, with what is expected of each strategy"}},
    .run = list_command,
};

static const struct command_option names_takes[] = {{.name = "plugin"}, {.name = "topology"}, {.name = NULL}};

/* What completes the value of an option, one a line. */
const struct command command_names = {
    .option = "names",
    .option_argument = "OPTION",
    .group = COMMAND_HIDDEN,
    .help = "print what completes an option's value",
    .options = names_takes,
    .needs = COMMAND_NEEDS_REGISTRY,
    .run = names_command,
};
