#include "base/message.h"
#include "cli/command.h"
#include "cli/command_line.h"
#include "table/table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/lock.h"
#include "data/result_builder.h"
#include "data/summary.h"
#include "machine/environment.h"
#include "plan/plan.h"
#include "plan/plan_identity.h"
#include "session/journal.h"
#include "session/results.h"
#include "session/run_files.h"
#include "session/supervisor.h"
#include "session/trial.h"

/* All that a run is made of, in the order in which it comes to be. */
struct run {
    struct options options; /* of a resumed run, what its journal records */
    bool resumed;
    struct registry *registry;
    struct topology *topology;
    const struct command *const *commands;
    int argc;
    char **argv;                    /* the command line that it was started by */
    struct journal_header recorded; /* of a resumed run; owns its argv */
    struct plan plan;
    int lock; /* -1: not held */
    struct environment environment;
    struct run_files files;
    struct journal *journal;
    struct trial trial;
};

static FILE *notes_of(const struct run *run) {
    return run->options.quiet ? NULL : stderr;
}

static bool make_plan(struct run *run, struct error *error) {
    if (!topology_is_here(run->topology) && !run->options.dry_run)
        return error_set(error,
                         "--topology describes another machine; wanted --dry-run with it, since one can plan "
                         "for that machine but not measure on it");
    return plan_make(&run->plan, &run->options, run->registry, run->topology, notes_of(run), error);
}

/* The header that a journal of this run has. Its arguments belong to the run. */
static struct journal_header header_of(const struct run *run) {
    struct journal_header header = {.seed = run->plan.seed, .arguments = run->argv + 1};
    (void)snprintf(header.program, sizeof header.program, "%s", run->environment.version);
    (void)snprintf(header.revision, sizeof header.revision, "%s", run->environment.source_revision);
    (void)snprintf(header.fingerprint, sizeof header.fingerprint, "%s", run->environment.fingerprint);
    plan_identity(&run->plan, &run->options, header.plan);
    process_facts_join(&run->environment.process, header.process, sizeof header.process);
    return header;
}

static bool name_by_default(struct run *run, unsigned number, struct error *error) {
    struct environment shown = run->environment;
    if (run->options.anonymous)
        (void)snprintf(shown.host, sizeof shown.host, "anonymous");
    return run_files_name_default(&run->files, &shown, number, error);
}

/*
 * A default name is chosen, and taken, by its journal: nobody else has that. A result of that name may have come
 * between the look for it and the journal, from a run that ended in between.
 */
static bool create_journal(struct run *run, const struct journal_header *header, struct error *error) {
    const bool is_default = run->options.out == NULL || run->files.stream != NULL;
    for (unsigned number = 1;; number++) {
        bool is_taken;
        if (is_default && !name_by_default(run, number, error))
            return false;
        run->journal = journal_create(run->files.journal, header, run->options.force && !is_default, &is_taken, error);
        if (run->journal == NULL && !(is_taken && is_default))
            return false;
        if (run->journal != NULL && (!is_default || access(run->files.result, F_OK) != 0))
            return true;
        if (run->journal != NULL) {
            journal_remove(run->journal);
            journal_close(run->journal);
            run->journal = NULL;
        }
    }
}

static bool open_journal(struct run *run, struct error *error) {
    struct journal_header header = header_of(run);
    struct error why;
    if (!run->resumed)
        return create_journal(run, &header, error);
    if (!journal_header_matches(&run->recorded, &header, &why))
        return error_set(error, "cannot go on with %s: %s", run->files.journal, why.text);
    run->journal = journal_open(run->files.journal, error);
    return run->journal != NULL;
}

/* A result beside the journal is what the run left when it was interrupted; another run's is not ours to replace. */
static bool check_result_is_own(const struct run *run, struct error *error) {
    char seed[24];
    if (run->files.stream != NULL || access(run->files.result, F_OK) != 0)
        return true;
    (void)snprintf(seed, sizeof seed, "%" PRIu64, run->plan.seed);
    struct result_file *file = result_file_load(run->files.result, error);
    const bool is_own = file != NULL && strcmp(result_file_fact(file, "ctxbench", "seed"), seed) == 0;
    result_file_free(file);
    return is_own || error_set(error,
                               "%s is not of the run that %s belongs to, and going on would replace it: move it to "
                               "another place first",
                               run->files.result, run->files.journal);
}

/* What can be refused before anybody waits for anything. */
static bool check_files(const struct run *run, struct error *error) {
    if (run->resumed)
        return journal_check_unused(run->files.journal, error) && check_result_is_own(run, error);
    struct run_files files;
    return run->options.out == NULL || (run_files_name(&files, run->options.out, error) &&
                                        (files.stream != NULL || journal_check_unused(files.journal, error)) &&
                                        results_check_path(run->options.out, run->options.force, error));
}

/* From the plan to an open journal, so that what can be refused is refused before anything is measured. */
static int get_ready(struct run *run) {
    struct error error;
    if (!check_files(run, &error))
        return message_fail(EXIT_STATUS_USAGE, &error);
    interrupt_install(); /* until here there is nothing to lose */
    if (!lock_take(&run->lock, notes_of(run), &error))
        return message_fail(EXIT_STATUS_USAGE, &error);
    environment_capture(&run->environment, topology_facts(run->topology));
    if (!run->resumed && !run_files_name(&run->files, run->options.out, &error))
        return message_fail(EXIT_STATUS_USAGE, &error);
    if (!open_journal(run, &error))
        return message_fail(EXIT_STATUS_USAGE, &error);
    /* Once more, now that nobody else can be about to make it. */
    if (results_check_path(run_files_target(&run->files), run->resumed || run->options.force, &error))
        return EXIT_STATUS_OK;
    if (!run->resumed)
        journal_remove(run->journal);
    return message_fail(EXIT_STATUS_USAGE, &error);
}

/* Did the options name a reference? Those that the plan added for the sake of ratios need no rows. */
static bool asked_for_references(const struct run *run) {
    struct error ignored;
    bool asked = false;
    bool *selected = calloc(run->registry->count, sizeof *selected);
    if (selected != NULL && registry_select(run->registry, run->options.strategies, selected, &ignored))
        for (size_t i = 0; i < run->registry->count; i++)
            asked |= selected[i] && (run->registry->entries[i].strategy->traits & CTX_TRAIT_REFERENCE) != 0;
    free(selected);
    return asked;
}

static bool print_table(const struct run *run, const struct result_file *file, FILE *out, struct error *error) {
    struct summary *summary = summary_make(file);
    if (summary == NULL)
        return error_set(error, "the table does not fit into memory");
    interrupt_release(); /* all is written; whoever reads the table may keep us waiting */
    struct table_style style = table_style_for(out);
    style.references = asked_for_references(run);
    style.is_brief = !run->options.full_table;
    table_print(summary, out, style);
    summary_free(summary);
    return fflush(out) == 0 || error_set_code(error, ERROR_SYSTEM, "cannot write the table: %s", strerror(errno));
}

/* From what was written, whose place is taken where it went to standard output. */
static bool show(const struct run *run, struct result_builder *builder, struct error *error) {
    if (builder == NULL)
        return run->options.quiet || error_set_code(error, ERROR_MEMORY, "out of memory for the table");
    struct result_file *file = result_builder_finish(builder, error);
    if (file != NULL && run->files.stream == NULL)
        fprintf(stderr, "The results are in %s.\n", run->files.result);
    const bool shown = file != NULL && print_table(run, file, run->files.stream != NULL ? stderr : stdout, error);
    result_file_free(file);
    return shown;
}

static void say_how_to_resume(const struct run *run) {
    message(stderr, "what was measured is kept; go on with --resume=%s", run->files.result);
}

/* The results did not reach their place; the journal has them. */
static int fail_to_write(const struct run *run, const struct error *error) {
    const bool gave_up = run->files.stream != NULL && interrupt_requested();
    (void)message_fail(EXIT_STATUS_FAILED, error);
    say_how_to_resume(run);
    return gave_up ? EXIT_STATUS_INTERRUPTED : EXIT_STATUS_FAILED;
}

/* From what was measured to the file and the table. */
static int conclude(struct run *run, bool interrupted, const struct supervisor_summary *summary) {
    struct error error;
    const struct results results = {
        .options = &run->options,
        .plan = &run->plan,
        .facts = topology_facts(run->topology),
        .environment = &run->environment,
        .argc = run->argc,
        .argv = run->argv,
        .interrupted = interrupted,
        .course = summary->course,
        .trial = &run->trial,
        .source = journal_results(run->journal),
        .builder = run->options.quiet ? NULL : result_builder_new(),
    };
    if (!results_write(&results, run_files_target(&run->files), run->resumed || run->options.force, &error)) {
        result_builder_drop(results.builder);
        return fail_to_write(run, &error);
    }
    if (interrupted)
        say_how_to_resume(run);
    const bool shown = show(run, results.builder, &error);
    if (!interrupted)
        journal_remove(run->journal);
    if (!shown)
        return message_fail(EXIT_STATUS_FAILED, &error);
    return interrupted ? EXIT_STATUS_INTERRUPTED : summary->failures > 0 ? EXIT_STATUS_FAILED : EXIT_STATUS_OK;
}

static int measure(struct run *run) {
    const struct supervision supervision = {
        .options = &run->options,
        .plan = &run->plan,
        .registry = run->registry,
        .journal = run->journal,
        .notes = notes_of(run),
    };
    struct supervisor_summary summary;
    struct error error;
    if (!trial_of_plugins(&run->trial, &run->plan, run->registry, notes_of(run), &error))
        return message_fail(EXIT_STATUS_FAILED, &error);
    enum supervisor_end end = supervisor_run(&supervision, &summary, &error);
    lock_give_back(run->lock);
    run->lock = -1;
    plan_shorten(&run->plan, summary.rounds);
    if (end != SUPERVISOR_FAILED)
        return conclude(run, end == SUPERVISOR_INTERRUPTED, &summary);
    (void)message_fail(EXIT_STATUS_FAILED, &error);
    say_how_to_resume(run);
    return EXIT_STATUS_FAILED;
}

/* Plans, and unless that was all, measures. */
static int carry_out(struct run *run) {
    struct error error;
    if (!make_plan(run, &error))
        return message_fail(EXIT_STATUS_USAGE, &error);
    if (run->options.dry_run) {
        bool printed = plan_print(&run->plan, &run->options, stdout, &error);
        return printed ? EXIT_STATUS_OK : message_fail(EXIT_STATUS_USAGE, &error);
    }
    int status = get_ready(run);
    if (status == EXIT_STATUS_OK)
        status = measure(run);
    return status;
}

/* The command line that the journal records, as an argv. It lives as long as `recorded`. False when out of memory. */
static bool recall_arguments(struct run *run, char *program) {
    size_t count = 0;
    while (run->recorded.arguments[count] != NULL)
        count++;
    char **argv = calloc(count + 2, sizeof *argv);
    if (argv == NULL)
        return false;
    argv[0] = program;
    memcpy(argv + 1, run->recorded.arguments, count * sizeof *argv);
    run->argc = (int)count + 1;
    run->argv = argv;
    return true;
}

/* Takes the settings, the plug-ins and the seed from the journal. Then run->argv and run->options are to be freed. */
static bool recall(struct run *run, const struct options *given, char *program, struct error *error) {
    if (!journal_read_header(run->files.journal, &run->recorded, error))
        return false;
    if (!recall_arguments(run, program))
        return error_set_code(error, ERROR_MEMORY, "out of memory for the command line");
    struct error why;
    if (!options_parse(&run->options, run->commands, run->argc, run->argv, &why))
        return error_set(error, "%s records a command line that does not hold here: %s", run->files.journal, why.text);
    run->options.quiet = given->quiet;
    run->options.full_table = given->full_table;
    run->options.seed = run->recorded.seed;
    run->options.seed_given = true;
    for (size_t i = 0; i < run->options.plugin_count; i++) {
        if (!registry_load_plugin(run->registry, run->options.plugins[i], error))
            return false;
    }
    return run_files_name_resumed(&run->files, given->resume, run->options.out, error);
}

/* A run whose result file is there without a journal came to its end. */
static int show_completed(const struct run *run) {
    struct error error;
    if (!run->options.quiet)
        fprintf(stderr, "%s: this run came to its end; there is nothing to go on with.\n", run->files.result);
    struct result_file *file = result_file_load(run->files.result, &error);
    const bool shown = file != NULL && print_table(run, file, stdout, &error);
    result_file_free(file);
    if (!shown)
        return message_fail(EXIT_STATUS_USAGE, &error);
    return EXIT_STATUS_OK;
}

static int resume(struct run *run, const struct options *given, char *program) {
    struct error error;
    if (!run_files_name_resumed(&run->files, given->resume, NULL, &error))
        return message_fail(EXIT_STATUS_USAGE, &error);
    if (access(run->files.journal, F_OK) != 0 && access(run->files.result, F_OK) == 0)
        return show_completed(run);
    bool recalled = recall(run, given, program, &error);
    int status = recalled ? carry_out(run) : message_fail(EXIT_STATUS_USAGE, &error);
    if (run->argv != NULL)
        options_free(&run->options);
    free(run->argv);
    return status;
}

static int run_command(const struct command_call *call) {
    const struct options *options = call->options;
    struct run run = {
        .options = *options,
        .resumed = options->resume != NULL,
        .commands = call->commands,
        .registry = call->registry,
        .topology = call->topology,
        .lock = -1,
    };
    int status;
    if (run.resumed) {
        status = resume(&run, options, call->argv[0]);
    } else {
        run.argc = call->argc;
        run.argv = call->argv;
        status = carry_out(&run);
    }
    if (run.lock >= 0)
        lock_give_back(run.lock);
    journal_close(run.journal);
    plan_free(&run.plan);
    trial_free(&run.trial);
    journal_header_clear(&run.recorded);
    return status;
}

static bool is_possible(const struct options *options, struct error *error) {
    if (options->topology != NULL && !options->dry_run)
        return error_set(error,
                         "--topology: \"%s\" is not this machine, and a run can only be planned for another one; add "
                         "--dry-run",
                         options->topology);
    return true;
}

static const struct command_option takes[] = {
    {.name = "suite"},
    {.name = "strategy"},
    {.name = "workload"},
    {.name = "store"},
    {.name = "depth"},
    {.name = "parameter"},
    {.name = "threads"},
    {.name = "placement"},
    {.name = "plugin"},
    {.name = "executions"},
    {.name = "budget",
     .help =
         "what the run may take, such as 30s: it has fewer executions where they would take longer; when not given, "
         "the suite's"},
    {.name = "samples"},
    {.name = "min-time"},
    {.name = "seed"},
    {.name = "out", .help = "the result file; \"-\" is standard output; when not given, results/HOST-DATE-TIME.json"},
    {.name = "force"},
    {.name = "anonymous"},
    {.name = "table"},
    {.name = "resume"},
    {.name = "topology",
     .help = "plan for another machine (--dry-run): hwloc's FILE.xml, or \"synthetic:package:2 core:4 pu:2\""},
    {.name = "dry-run"},
    {.name = "quiet"},
    {.name = NULL},
};

const struct command command_run = {
    .name = "run",
    .group = COMMAND_MEASURES,
    .help = "measure, write a result file, print a table (the default)",
    .options = takes,
    .is_default = true,
    .adds_references = true,
    .needs = COMMAND_NEEDS_REGISTRY,
    .examples = {{"--strategy=stacktag --suite=quick", "half a minute: one strategy beside its references"},
                 {"run --strategy='tls*,explicit' --workload=get --depth=0,64",
                  "reads at two depths, three strategies"},
                 {"run --resume=results/HOST-DATE-TIME.json", "go on with an interrupted run"}},
    .check = is_possible,
    .run = run_command,
};
