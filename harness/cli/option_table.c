/* The table of options, and how each kind of value is read. */
#include "cli/option_table.h"
#include "cli/command.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "protocol/execution.h"

/* The field of *options that a row fills, as a pointer to `type`. */
#define FIELD(options, row, type) ((type *)(void *)((char *)(options) + (row)->field))

static bool parse_flag(struct options *options, const struct option_row *row, const char *text, struct error *error) {
    (void)text, (void)error;
    *FIELD(options, row, bool) = true;
    return true;
}

static bool parse_text(struct options *options, const struct option_row *row, const char *text, struct error *error) {
    (void)error;
    *FIELD(options, row, const char *) = text;
    return true;
}

static bool parse_count(struct options *options, const struct option_row *row, const char *text, struct error *error) {
    int64_t value;
    if (!text_parse_integer(text, row->min, row->max, &value, error))
        return false;
    *FIELD(options, row, unsigned) = (unsigned)value;
    return true;
}

static bool parse_microseconds(struct options *options, const struct option_row *row, const char *text,
                               struct error *error) {
    return text_parse_seconds(text, (double)row->min * 1e-6, (double)row->max * 1e-6, FIELD(options, row, double),
                              error);
}

static bool parse_seed(struct options *options, const struct option_row *row, const char *text, struct error *error) {
    int64_t value;
    if (!text_parse_integer(text, row->min, row->max, &value, error))
        return false;
    options->seed = (uint64_t)value;
    return true;
}

static bool parse_threads(struct options *options, const struct option_row *row, const char *text,
                          struct error *error) {
    struct parameter_choice *threads = &options->threads;
    return text_parse_integers(text, row->min, row->max, threads->values, PARAMETER_VALUES_MAX, &threads->count, error);
}

static bool add_choice(struct options *options, const char *name, const char *values, struct error *error) {
    for (size_t i = 0; i < options->choice_count; i++) {
        if (strcmp(options->choices[i].name, name) == 0)
            return error_set(error, "the parameter \"%s\" is given twice; give it one list, as in %s=1,2", name, name);
    }
    if (options->choice_count == sizeof options->choices / sizeof options->choices[0])
        return error_set(error, "found more than %zu parameters; no workload has as many", options->choice_count);
    struct parameter_choice *choice = &options->choices[options->choice_count];
    if (!text_parse_integers(values, INT64_MIN, INT64_MAX, choice->values, PARAMETER_VALUES_MAX, &choice->count, error))
        return false;
    (void)snprintf(choice->name, sizeof choice->name, "%s", name);
    options->choice_count++;
    return true;
}

static bool parse_own_parameter(struct options *options, const struct option_row *row, const char *text,
                                struct error *error) {
    return add_choice(options, row->name, text, error);
}

static bool parse_parameter(struct options *options, const struct option_row *row, const char *text,
                            struct error *error) {
    (void)row;
    char name[sizeof options->choices[0].name];
    const char *equals = strchr(text, '=');
    size_t length = equals == NULL ? 0 : (size_t)(equals - text);
    if (length == 0 || length >= sizeof name || equals[1] == '\0')
        return error_set(error, "found \"%s\"; wanted NAME=LIST, as in keys=1,4 (bench list shows the names)", text);
    memcpy(name, text, length);
    name[length] = '\0';
    return add_choice(options, name, equals + 1, error);
}

static bool parse_terminal(struct options *options, const struct option_row *row, const char *text,
                           struct error *error) {
    (void)row, (void)text, (void)error;
    options->format = "terminal";
    return true;
}

static bool parse_metric(struct options *options, const struct option_row *row, const char *text, struct error *error) {
    static const char *const metrics[] = {"time", "instructions"}; /* in the order of their bits */
    enum { METRIC_COUNT = sizeof metrics / sizeof metrics[0] };
    bool selected[METRIC_COUNT] = {false};
    (void)row;
    if (!text_select("metric", text, metrics, METRIC_COUNT, selected, error))
        return false;
    options->metrics = 0;
    for (unsigned i = 0; i < METRIC_COUNT; i++)
        options->metrics |= selected[i] ? 1u << i : 0;
    return true;
}

/* "2" and "2%" are 0.02. */
static bool parse_percent(struct options *options, const struct option_row *row, const char *text,
                          struct error *error) {
    char *end;
    const double value = strtod(text, &end);
    end += *end == '%';
    if (end == text || *end != '\0' || !(value >= (double)row->min && value <= (double)row->max))
        return error_set(error, "found \"%s\", wanted a number of per cent from %lld to %lld, as in 2 or 2.5%%", text,
                         (long long)row->min, (long long)row->max);
    *FIELD(options, row, double) = value / 100;
    return true;
}

static bool parse_plugin(struct options *options, const struct option_row *row, const char *text, struct error *error) {
    (void)row, (void)error;
    options->plugins[options->plugin_count++] = text; /* there is room: one for each argument */
    return true;
}

#define INTO(member) .field = offsetof(struct options, member)

static bool parse_format(struct options *options, const struct option_row *row, const char *text, struct error *error) {
    const char *names[16];
    size_t count = 0;
    (void)row;
    if (options->command->format == NULL)
        return true; /* and refused when all is known */
    for (const char *name; count < sizeof names / sizeof names[0] && (name = options->command->format(count)) != NULL;
         count++) {
        names[count] = name;
        if (strcmp(name, text) == 0) {
            options->format = name;
            return true;
        }
    }
    return text_unknown_name("format", text, names, count, error);
}

static bool parse_table(struct options *options, const struct option_row *row, const char *text, struct error *error) {
    static const char *const forms[] = {"brief", "full"};
    (void)row;
    options->full_table = strcmp(text, forms[1]) == 0;
    return options->full_table || strcmp(text, forms[0]) == 0 ||
           text_unknown_name("table", text, forms, sizeof forms / sizeof forms[0], error);
}

const struct option_row option_table[] = {
    {.name = "suite",
     .argument = "SUITE",
     .preset = SUITE_DEFAULT,
     .group = OPTION_GROUP_WHAT,
     .completion = OPTION_COMPLETES_NAMES,
     .parse = parse_text,
     INTO(suite_name),
     .help = "a list of cases and the settings that suit them, which other options override: smoke, quick, default, "
             "full, paper, gate, advice, or a FILE.json of your own; bench suite prints one to start from"},
    {.name = "strategy",
     .argument = "LIST",
     .preset = "*",
     .group = OPTION_GROUP_WHAT,
     .in_suite = true,
     .completion = OPTION_COMPLETES_NAMES,
     .parse = parse_text,
     INTO(strategies),
     .help = "strategies to compare: names or globs, separated by commas; \"peers\" are those of other runtimes"},
    {.name = "workload",
     .argument = "LIST",
     .group = OPTION_GROUP_WHAT,
     .completion = OPTION_COMPLETES_NAMES,
     .parse = parse_text,
     INTO(workloads),
     .help = "workloads to measure them on: names or globs; those of the suite when not given"},
    {.name = "store",
     .argument = "LIST",
     .preset = "*",
     .group = OPTION_GROUP_WHAT,
     .completion = OPTION_COMPLETES_NAMES,
     .in_suite = true,
     .parse = parse_text,
     INTO(stores),
     .help = "how contexts keep their values, where a workload varies it: names or globs"},
    {.name = "scenario",
     .argument = "LIST",
     .preset = "*",
     .group = OPTION_GROUP_WHAT,
     .completion = OPTION_COMPLETES_NAMES,
     .parse = parse_text,
     INTO(scenarios),
     .help = "scenarios to try: names or globs"},
    {.name = "depth",
     .argument = "LIST",
     .in_suite = true,
     .group = OPTION_GROUP_WHAT,
     .parse = parse_own_parameter,
     .help = "call depths to read at; short for --parameter=depth=LIST"},
    {.name = "needs",
     .argument = "LIST",
     .group = OPTION_GROUP_WHAT,
     .parse = parse_text,
     INTO(needs),
     .help = "what the program has to live with, such as fibers,callbacks,signals: names of the conditions that the "
             "result file declares, of which an unknown one is answered by all there are"},
    {.name = "preset",
     .argument = "NAME",
     .group = OPTION_GROUP_WHAT,
     .parse = parse_text,
     INTO(program),
     .help = "the program's numbers, where they are not given: logging, tracing or allocator-tag"},
    {.name = "reads",
     .argument = "N",
     .group = OPTION_GROUP_WHAT,
     .parse = parse_own_parameter,
     .help = "reads of the context in a request"},
    {.name = "scopes",
     .argument = "N",
     .group = OPTION_GROUP_WHAT,
     .parse = parse_own_parameter,
     .help = "scopes that a request enters and leaves"},
    {.name = "handoffs",
     .argument = "N",
     .group = OPTION_GROUP_WHAT,
     .parse = parse_own_parameter,
     .help = "hand-offs of a request to another thread, which answers"},
    {.name = "parameter",
     .argument = "NAME=LIST",
     .group = OPTION_GROUP_WHAT,
     .repeatable = true,
     .completion = OPTION_COMPLETES_NAMES,
     .parse = parse_parameter,
     .help = "values of a parameter in place of its own; the first is the base at which others vary"},
    {.name = "threads",
     .argument = "LIST",
     .in_suite = true,
     .group = OPTION_GROUP_WHAT,
     .parse = parse_threads,
     .min = 1,
     .max = 65536,
     .help = "numbers of threads; when not given: 1, and with every parameter at its base also 2 and one per PU (the "
             "workload threads takes more than there are PUs)"},
    {.name = "placement",
     .argument = "LIST",
     .group = OPTION_GROUP_WHAT,
     .completion = OPTION_COMPLETES_NAMES,
     .parse = parse_text,
     INTO(placements),
     .help =
         "where threads run, by the closest thing that they share: names or globs; closest and farthest stand for "
         "the first and the last, all-pairs for each pair of PUs; NAME@producer, @consumer or @interleaved where the "
         "memory of what is handed on is bound to NUMA nodes"},
    {.name = "plugin",
     .argument = "FILE",
     .group = OPTION_GROUP_WHAT,
     .repeatable = true,
     .completion = OPTION_COMPLETES_FILES,
     .parse = parse_plugin,
     .help = "shared object that brings one more strategy; may be repeated"},

    {.name = "executions",
     .argument = "N",
     .preset = "9",
     .group = OPTION_GROUP_HOW,
     .in_suite = true,
     .parse = parse_count,
     INTO(executions),
     .min = 1,
     .max = 100000,
     .help = "fresh processes for each case, which intervals are computed over; whoever gives a number has them all, "
             "whatever the suite's budget is"},
    {.name = "budget",
     .argument = "TIME",
     .group = OPTION_GROUP_HOW,
     .in_suite = true,
     .parse = parse_microseconds,
     INTO(budget_seconds),
     .min = 1000,
     .max = INT64_C(604800000000), /* a week */
     .help = "what it may take, such as 30s"},
    {.name = "samples",
     .argument = "N",
     .preset = "5",
     .group = OPTION_GROUP_HOW,
     .in_suite = true,
     .parse = parse_count,
     INTO(sample_count),
     .min = 1,
     .max = EXECUTION_SAMPLES_MAX,
     .help = "measurements within each execution"},
    {.name = "min-time",
     .argument = "TIME",
     .preset = "2ms",
     .group = OPTION_GROUP_HOW,
     .in_suite = true,
     .parse = parse_microseconds,
     INTO(sample_seconds),
     .min = 10,
     .max = 60000000,
     .help = "how long each sample lasts: 2ms, 500us, 0.002"},
    {.name = "seed",
     .argument = "N",
     .group = OPTION_GROUP_HOW,
     .parse = parse_seed,
     .min = 0,
     .max = OPTIONS_SEED_MAX,
     .help = "order of the executions; random when not given, and recorded in either case"},
    {.name = "metric",
     .argument = "LIST",
     .preset = "time",
     .group = OPTION_GROUP_HOW,
     .parse = parse_metric,
     .help = "what is compared: time, instructions (counted by callgrind, of single threads), or both"},
    {.name = "threshold",
     .argument = "PERCENT",
     .group = OPTION_GROUP_HOW,
     .parse = parse_percent,
     INTO(threshold),
     .min = 0,
     .max = 100,
     .help = "changes within it do not matter"},
    {.name = "strict",
     .group = OPTION_GROUP_HOW,
     .parse = parse_flag,
     INTO(strict),
     .help = "a case without a verdict is no success: exit status 4"},

    {.name = "out",
     .argument = "FILE",
     .group = OPTION_GROUP_FILES,
     .parse = parse_text,
     INTO(out),
     .completion = OPTION_COMPLETES_FILES,
     .help = "the file to write; \"-\" is standard output"},
    {.name = "format",
     .argument = "FORMAT",
     .group = OPTION_GROUP_FILES,
     .parse = parse_format,
     .help = "how it is printed"},
    {.name = "table",
     .argument = "FORM",
     .preset = "brief",
     .group = OPTION_GROUP_FILES,
     .beside_resume = true,
     .parse = parse_table,
     .help = "brief: of one strategy what it costs and fails, then each case; of many cases a row for each strategy; "
             "full: each case alone"},
    {.name = "terminal",
     .group = OPTION_GROUP_FILES,
     .parse = parse_terminal,
     .help = "the answer and bar charts as text; short for --format=terminal"},
    {.name = "figures",
     .argument = "FOLDER",
     .group = OPTION_GROUP_FILES,
     .completion = OPTION_COMPLETES_FILES,
     .parse = parse_text,
     INTO(figures),
     .help = "also write each figure of a report there: SVG and PDF for a column of a paper, data, gnuplot source"},
    {.name = "verify",
     .group = OPTION_GROUP_WHAT,
     .parse = parse_flag,
     INTO(verify),
     .help = "no advice: whether it is right, for the whole requests that the file has (bench --suite=advice)"},
    {.name = "force",
     .group = OPTION_GROUP_FILES,
     .beside_resume = true,
     .parse = parse_flag,
     INTO(force),
     .help = "replace files that exist"},
    {.name = "machine",
     .argument = "NAME",
     .group = OPTION_GROUP_FILES,
     .parse = parse_text,
     INTO(machine),
     .help = "of a result file of several machines the one of this name or fingerprint"},
    {.name = "missing",
     .argument = "FILE",
     .group = OPTION_GROUP_FILES,
     .completion = OPTION_COMPLETES_FILES,
     .parse = parse_text,
     INTO(missing),
     .help = "what was wanted and is not there: a JSON array of objects with name, kind, state and reason"},
    {.name = "anonymous",
     .group = OPTION_GROUP_FILES,
     .beside_resume = true,
     .parse = parse_flag,
     INTO(anonymous),
     .help = "leave host names, paths and command lines out of what is written"},
    {.name = "against",
     .argument = "BUILD",
     .group = OPTION_GROUP_FILES,
     .completion = OPTION_COMPLETES_FILES,
     .parse = parse_text,
     INTO(against),
     .help = "the build to compare with, as OTHER/build/release/bench, or an older build of the --plugin: both run at "
             "the same time and take their samples in turn"},
    {.name = "baseline",
     .argument = "FILE",
     .group = OPTION_GROUP_FILES,
     .completion = OPTION_COMPLETES_FILES,
     .parse = parse_text,
     INTO(baseline),
     .help = "the file to compare with: a result file of this machine, or counts that check --out wrote"},
    {.name = "resume",
     .argument = "FILE",
     .group = OPTION_GROUP_FILES,
     .beside_resume = true,
     .completion = OPTION_COMPLETES_FILES,
     .parse = parse_text,
     INTO(resume),
     .help = "go on with the run that left this result file or journal, with its settings"},
    {.name = "topology",
     .argument = "MACHINE",
     .group = OPTION_GROUP_FILES,
     .completion = OPTION_COMPLETES_FILES,
     .parse = parse_text,
     INTO(topology),
     .help = "look at another machine: hwloc's FILE.xml, or \"synthetic:package:2 core:4 pu:2\"; "
             "a run can only be planned there (--dry-run)"},
    {.name = "dry-run",
     .group = OPTION_GROUP_FILES,
     .parse = parse_flag,
     INTO(dry_run),
     .help = "show the plan and how long it will take; measure and write nothing"},
    {.name = "quiet",
     .group = OPTION_GROUP_FILES,
     .beside_resume = true,
     .parse = parse_flag,
     INTO(quiet),
     .help = "neither progress nor table, only errors"},
    {.name = NULL},
};

static bool unknown_option(const struct command *const *commands, const char *wrong, struct error *error) {
    struct text_names names = {0};
    bool complete = true;
    for (const struct option_row *row = option_table; row->name != NULL; row++)
        complete = text_names_add(&names, row->name) && complete;
    for (const struct command *const *at = commands; *at != NULL; at++)
        if ((*at)->option != NULL && (*at)->group != COMMAND_HIDDEN)
            complete = text_names_add(&names, (*at)->option) && complete;
    const char *nearest = text_nearest(wrong + strspn(wrong, "-"), names.items, names.count);
    text_names_free(&names);
    if (!complete)
        return error_set_code(error, ERROR_MEMORY, "out of memory for the names of options");
    if (nearest != NULL)
        return error_set(error, "unknown option %s; did you mean --%s?", wrong, nearest);
    return error_set(error, "unknown option %s; bench --help shows those that there are", wrong);
}

const struct option_row *option_find(const struct command *const *commands, const char *word, size_t length,
                                     struct error *error) {
    for (const struct option_row *row = option_table; row->name != NULL; row++) {
        if (length == strlen(row->name) + 2 && strncmp(word, "--", 2) == 0 &&
            strncmp(word + 2, row->name, length - 2) == 0)
            return row;
    }
    char wrong[TEXT_ITEM_MAX];
    (void)snprintf(wrong, sizeof wrong, "%.*s", (int)length, word);
    (void)unknown_option(commands, wrong, error);
    return NULL;
}

const struct option_row *option_named(const char *name) {
    for (const struct option_row *row = option_table; row->name != NULL; row++) {
        if (strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}
