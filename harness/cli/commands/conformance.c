#include "base/message.h"
#include "cli/command.h"
#include "table/matrix_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/lock.h"
#include "base/text.h"
#include "data/matrix.h"
#include "machine/environment.h"
#include "plan/plan.h"
#include "registry/expectations.h"
#include "session/progress.h"
#include "session/results.h"
#include "session/trial.h"

/* The matrix in the making. */
struct conformance {
    const struct options *options;
    struct matrix_scenario *scenarios;
    size_t scenario_count;
    const struct registry_entry **entries; /* of the strategies */
    const char **strategies, **outside;
    const struct ctx_strategy **descriptors;
    size_t strategy_count;
    struct matrix_cell *cells;
    char (*found)[sizeof((struct execution_answer *)0)->reason]; /* what the cells' texts are */
    struct child_end *end;
    struct progress progress;
    double seconds_spent;
};

static bool is_proved(const struct registry_entry *entry) {
    return entry->strategy->scenario_count > 0;
}

static const struct ctx_scenario *find_scenario(const struct ctx_strategy *strategy, const char *name) {
    for (size_t i = 0; i < strategy->scenario_count; i++) {
        if (strcmp(strategy->scenarios[i].name, name) == 0)
            return &strategy->scenarios[i];
    }
    return NULL;
}

/* Of a scenario that a strategy was built without, nothing is known. */
static struct expectation expect(const struct ctx_strategy *strategy, const struct ctx_scenario *scenario) {
    return scenario != NULL ? expectation_of(strategy, scenario) : (struct expectation){SCENARIO_UNKNOWN, ""};
}

/* ---- What to try ---- */

static bool choose_scenarios(struct conformance *conformance, const struct registry *registry, struct error *error) {
    size_t count = 0;
    const struct ctx_scenario **all = registry_scenarios(registry, &count, error);
    if (all == NULL)
        return false;
    const char **names = calloc(count + 1, sizeof *names);
    bool *selected = calloc(count + 1, sizeof *selected);
    conformance->scenarios = calloc(count + 1, sizeof *conformance->scenarios);
    const bool have_room = names != NULL && selected != NULL && conformance->scenarios != NULL;
    for (size_t i = 0; i < count && have_room; i++)
        names[i] = all[i]->name;
    const bool done = have_room
                          ? text_select("scenario", conformance->options->scenarios, names, count, selected, error) ||
                                error_prefix(error, "--scenario: ")
                          : (error_set_code(error, ERROR_MEMORY, "out of memory for %zu scenarios", count), false);
    for (size_t i = 0; i < count && done; i++) {
        if (selected[i])
            conformance->scenarios[conformance->scenario_count++] =
                (struct matrix_scenario){all[i]->name, all[i]->summary, all[i]->story != NULL ? all[i]->story : ""};
    }
    free(all);
    free(names);
    free(selected);
    return done;
}

static bool choose_strategies(struct conformance *conformance, const struct registry *registry, struct error *error) {
    bool *selected = calloc(registry->count + 1, sizeof *selected);
    conformance->entries = calloc(registry->count + 1, sizeof(const struct registry_entry *));
    conformance->strategies = calloc(registry->count + 1, sizeof(const char *));
    conformance->outside = calloc(registry->count + 1, sizeof(const char *));
    conformance->descriptors = calloc(registry->count + 1, sizeof(const struct ctx_strategy *));
    bool done = selected != NULL && conformance->entries != NULL && conformance->strategies != NULL &&
                        conformance->outside != NULL && conformance->descriptors != NULL
                    ? registry_select(registry, conformance->options->strategies, selected, error) ||
                          error_prefix(error, "--strategy: ")
                    : (error_set_code(error, ERROR_MEMORY, "out of memory for %zu strategies", registry->count), false);
    for (size_t i = 0; i < registry->count && done; i++) {
        const struct registry_entry *entry = &registry->entries[i];
        if (!selected[i] || !is_proved(entry))
            continue;
        conformance->entries[conformance->strategy_count] = entry;
        conformance->descriptors[conformance->strategy_count] = entry->strategy;
        conformance->outside[conformance->strategy_count] =
            entry->peer != NULL ? "" : ctx_seen_from_outside(entry->strategy->traits);
        conformance->strategies[conformance->strategy_count++] = entry->strategy->name;
    }
    free(selected);
    if (done && conformance->strategy_count == 0)
        return error_set(error,
                         "--strategy: found only references in \"%s\", which have no context to prove; wanted a "
                         "strategy",
                         conformance->options->strategies);
    return done;
}

static bool allocate_cells(struct conformance *conformance, struct error *error) {
    const size_t count = conformance->scenario_count * conformance->strategy_count;
    conformance->cells = calloc(count, sizeof *conformance->cells);
    conformance->found = calloc(count, sizeof *conformance->found);
    conformance->end = malloc(sizeof *conformance->end);
    return (conformance->cells != NULL && conformance->found != NULL && conformance->end != NULL) ||
           error_set_code(error, ERROR_MEMORY, "out of memory for %zu cells", count);
}

/* ---- One cell ---- */

static enum scenario_outcome outcome_of(const struct execution_answer *answer) {
    switch (answer->outcome) {
    case EXECUTION_HELD:
        return SCENARIO_HELD;
    case EXECUTION_INAPPLICABLE:
        return SCENARIO_NOT_APPLICABLE;
    case EXECUTION_FAILED:
        return SCENARIO_UNKNOWN;
    default:
        return SCENARIO_BROKEN;
    }
}

static void fill_cell(struct conformance *conformance, size_t scenario_index, size_t strategy_index,
                      const struct execution_answer *answer) {
    const size_t index = scenario_index * conformance->strategy_count + strategy_index;
    const char *scenario = conformance->scenarios[scenario_index].name;
    const struct ctx_scenario *tried = find_scenario(conformance->entries[strategy_index]->strategy, scenario);
    const struct expectation expectation = expect(conformance->entries[strategy_index]->strategy, tried);
    struct matrix_cell *cell = &conformance->cells[index];
    (void)snprintf(conformance->found[index], sizeof conformance->found[index], "%s", answer->reason);
    *cell = (struct matrix_cell){
        .outcome = outcome_of(answer),
        .expected = expectation.outcome,
        .found = conformance->found[index],
        .reason = expectation.reason,
        .seconds = conformance->end->wall_seconds,
    };
    cell->as_expected =
        expectation_is_met(expectation.outcome, cell->outcome, tried != NULL && tried->run != NULL,
                           answer->outcome == EXECUTION_UNPROVED || answer->outcome == EXECUTION_ABORTED ||
                               answer->outcome == EXECUTION_EXITED);
}

/* False when interrupted. */
static bool try_cell(struct conformance *conformance, size_t scenario, size_t strategy) {
    const struct registry_entry *entry = conformance->entries[strategy];
    char name[TEXT_ITEM_MAX];
    (void)snprintf(name, sizeof name, "%s/%s", entry->strategy->name, conformance->scenarios[scenario].name);
    const size_t total = conformance->scenario_count * conformance->strategy_count;
    const size_t done = scenario * conformance->strategy_count + strategy;
    progress_step(&conformance->progress, done,
                  done == 0 ? 0 : conformance->seconds_spent / (double)done * (double)(total - done), name);
    struct execution_answer answer;
    if (!trial_of_scenario(entry, conformance->scenarios[scenario].name, &conformance->progress, conformance->end,
                           &answer))
        return false;
    conformance->seconds_spent += conformance->end->wall_seconds;
    fill_cell(conformance, scenario, strategy, &answer);
    execution_answer_clear(&answer);
    return true;
}

static bool try_all(struct conformance *conformance) {
    bool going_on = true;
    progress_start(&conformance->progress, conformance->options->quiet,
                   conformance->scenario_count * conformance->strategy_count);
    for (size_t scenario = 0; scenario < conformance->scenario_count && going_on; scenario++)
        for (size_t strategy = 0; strategy < conformance->strategy_count && going_on; strategy++)
            going_on = try_cell(conformance, scenario, strategy);
    progress_clear(&conformance->progress);
    return going_on;
}

/* ---- What is told ---- */

/* The file has no measurements: an empty plan, and nothing carried out. */
static bool rewind_nothing(void *cursor, struct error *error) {
    (void)cursor, (void)error;
    return true;
}

static enum results_next next_of_nothing(void *cursor, const struct results_entry **entry, struct error *error) {
    (void)cursor, (void)entry, (void)error;
    return RESULTS_END;
}

static bool write_file(const struct conformance *conformance, const struct matrix *matrix,
                       const struct topology *topology, int argc, char **argv, struct error *error) {
    struct environment *environment = malloc(sizeof *environment);
    if (environment == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for the facts of this machine");
    environment_capture(environment, topology_facts(topology));
    const struct plan nothing_planned = {0};
    const struct results results = {
        .options = conformance->options,
        .plan = &nothing_planned,
        .facts = topology_facts(topology),
        .environment = environment,
        .argc = argc,
        .argv = argv,
        .conformance = matrix,
        .strategies = conformance->descriptors,
        .strategy_count = conformance->strategy_count,
        .source = {.rewind = rewind_nothing, .next = next_of_nothing},
    };
    const bool written = results_write(&results, conformance->options->out, conformance->options->force, error);
    free(environment);
    return written;
}

static bool tell(const struct conformance *conformance, const struct matrix *matrix, struct error *error) {
    const struct options *options = conformance->options;
    /* A file that goes to standard output leaves no room for a table there. */
    FILE *out = options->out != NULL && strcmp(options->out, "-") == 0 ? stderr : stdout;
    if (options->quiet)
        return true;
    if (options_want_format(options, "markdown"))
        matrix_table_print_markdown(matrix, out);
    else
        matrix_table_print(matrix, out, table_style_for(out));
    return fflush(out) == 0 || error_set_code(error, ERROR_SYSTEM, "cannot write the matrix: %s", strerror(errno));
}

static int conclude(const struct conformance *conformance, const struct topology *topology, int argc, char **argv,
                    struct error *error) {
    const struct matrix matrix = {
        .strategies = conformance->strategies,
        .strategy_count = conformance->strategy_count,
        .scenarios = conformance->scenarios,
        .scenario_count = conformance->scenario_count,
        .cells = conformance->cells,
        .outside = conformance->outside,
    };
    /* The file first: it is kept, even if nobody can be told; and where it cannot be written, the matrix is told. */
    const bool written =
        conformance->options->out == NULL || write_file(conformance, &matrix, topology, argc, argv, error);
    const bool gave_up = !written && interrupt_requested();
    if (!written)
        message(stderr, "%s", error->text);
    interrupt_release(); /* nothing can be lost any more; whoever reads this may keep us waiting */
    const bool told = tell(conformance, &matrix, error);
    if (!told)
        message(stderr, "%s", error->text);
    if (!written || !told)
        return gave_up ? EXIT_STATUS_INTERRUPTED : EXIT_STATUS_FAILED;
    return matrix_count_surprises(&matrix) == 0 ? EXIT_STATUS_OK : EXIT_STATUS_FAILED;
}

/* Alone on the machine, as a run is: a million scopes on a hundred threads would disturb one. */
static int carry_out(struct conformance *conformance, const struct topology *topology, int argc, char **argv,
                     struct error *error) {
    int lock = -1;
    if (!lock_take(&lock, conformance->options->quiet ? NULL : stderr, error))
        return EXIT_STATUS_USAGE;
    const char *out = conformance->options->out; /* the run that was waited for may have made it */
    const bool may_write = out == NULL || results_check_path(out, conformance->options->force, error);
    const bool done = may_write && try_all(conformance);
    lock_give_back(lock);
    return !may_write ? EXIT_STATUS_USAGE
           : done     ? conclude(conformance, topology, argc, argv, error)
                      : EXIT_STATUS_INTERRUPTED;
}

static int conformance_command(const struct command_call *call) {
    const struct options *options = call->options;
    const struct registry *registry = call->registry;
    struct conformance conformance = {.options = options};
    struct error error = {.text = ""};
    int status = EXIT_STATUS_USAGE;
    interrupt_install();
    if ((options->out == NULL || results_check_path(options->out, options->force, &error)) &&
        choose_scenarios(&conformance, registry, &error) && choose_strategies(&conformance, registry, &error) &&
        allocate_cells(&conformance, &error))
        status = carry_out(&conformance, call->topology, call->argc, call->argv, &error);
    if (status == EXIT_STATUS_USAGE)
        status = message_fail(status, &error);
    free(conformance.scenarios);
    free(conformance.entries);
    free(conformance.strategies);
    free((void *)conformance.outside);
    free((void *)conformance.descriptors);
    free(conformance.cells);
    free(conformance.found);
    free(conformance.end);
    return status;
}

static const struct command_option takes[] = {
    {.name = "strategy", .help = "strategies to try: names or globs, separated by commas"},
    {.name = "scenario"},
    {.name = "plugin"},
    {.name = "out", .help = "also write the matrix as a result file, for reports; \"-\" is standard output"},
    {.name = "format", .help = "how the matrix is printed: terminal or markdown"},
    {.name = "force"},
    {.name = "anonymous"},
    {.name = "quiet"},
    {.name = NULL},
};

COMMAND_FORMATS("terminal", "markdown")

const struct command command_conformance = {
    .name = "conformance",
    .group = COMMAND_MEASURES,
    .help = "try every scenario with every strategy: as expected?",
    .options = takes,
    .format = format,
    .needs = COMMAND_NEEDS_REGISTRY,
    .examples = {{"conformance --strategy=tls,stacktag", "what two strategies get right, and what not"},
                 {"conformance --scenario='fiber*' --plugin=./mine.so", "a strategy of one's own, on fibers"}},
    .run = conformance_command,
};
