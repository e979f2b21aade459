/* The table of options, and how each kind of value is read. */
#include "cli/option_table.h"

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
    options->seed_given = true;
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
    options->format = FORMAT_TERMINAL;
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

static bool parse_threshold(struct options *options, const struct option_row *row, const char *text,
                            struct error *error) {
    options->threshold_given = true;
    return parse_percent(options, row, text, error);
}

static bool parse_plugin(struct options *options, const struct option_row *row, const char *text, struct error *error) {
    (void)row, (void)error;
    options->plugins[options->plugin_count++] = text; /* there is room: one for each argument */
    return true;
}

#define RUN (1u << COMMAND_RUN)
#define LIST (1u << COMMAND_LIST)
#define TOPOLOGY (1u << COMMAND_TOPOLOGY)
#define SUITE (1u << COMMAND_SUITE)
#define NAMES (1u << COMMAND_NAMES)
#define CONFORMANCE (1u << COMMAND_CONFORMANCE)
#define CHECK (1u << COMMAND_CHECK)
#define COMPARE (1u << COMMAND_COMPARE)
#define REPORT (1u << COMMAND_REPORT)
#define EXPORT (1u << COMMAND_EXPORT)
#define CALIBRATE (1u << COMMAND_CALIBRATE)
#define INTO(member) .field = offsetof(struct options, member)

/* The formats, and the commands that print in them. */
static const struct {
    const char *name;
    unsigned commands;
} formats[] = {
    [FORMAT_DEFAULT] = {NULL, 0},
    [FORMAT_TERMINAL] = {"terminal", CONFORMANCE | COMPARE | CHECK | REPORT},
    [FORMAT_MARKDOWN] = {"markdown", CONFORMANCE | COMPARE | CHECK | REPORT},
    [FORMAT_JSON] = {"json", COMPARE | CHECK},
    [FORMAT_HTML] = {"html", REPORT},
    [FORMAT_GBENCH_FLAT] = {"gbench-flat", EXPORT},
    [FORMAT_BMF] = {"bmf", EXPORT},
    [FORMAT_CODSPEED] = {"codspeed", EXPORT},
    [FORMAT_CSV] = {"csv", EXPORT},
};

static bool parse_format(struct options *options, const struct option_row *row, const char *text, struct error *error) {
    enum { FORMAT_COUNT = sizeof formats / sizeof formats[0] };
    const char *names[FORMAT_COUNT];
    size_t count = 0;
    if ((row->commands & 1u << options->command) == 0)
        return true; /* and refused when all is known */
    for (size_t i = FORMAT_TERMINAL; i < FORMAT_COUNT; i++) {
        if ((formats[i].commands & 1u << options->command) == 0)
            continue;
        names[count++] = formats[i].name;
        if (strcmp(formats[i].name, text) == 0) {
            options->format = (enum output_format)i;
            return true;
        }
    }
    return text_unknown_name("format", text, names, count, error);
}

const struct option_row option_table[] = {
    {.name = "suite",
     .argument = "SUITE",
     .preset = SUITE_DEFAULT,
     .group = OPTION_GROUP_WHAT,
     .commands = RUN | SUITE,
     .completion = OPTION_COMPLETES_NAMES,
     .parse = parse_text,
     INTO(suite_name),
     .help = "a list of cases and the settings that suit them, which other options override: smoke, quick, default, "
             "full, paper, gate, or a FILE.json of your own; bench suite prints one to start from"},
    {.name = "strategy",
     .argument = "LIST",
     .preset = "*",
     .gate = "explicit,tls,tls-c11,threadid,stacktag",
     .group = OPTION_GROUP_WHAT,
     .commands = RUN | CONFORMANCE | CHECK | CALIBRATE,
     .in_suite = true,
     .completion = OPTION_COMPLETES_NAMES,
     .parse = parse_text,
     INTO(strategies),
     .help = "strategies to compare: names or globs, separated by commas"},
    {.name = "workload",
     .argument = "LIST",
     .gate = "get,with",
     .group = OPTION_GROUP_WHAT,
     .commands = RUN | CHECK | CALIBRATE,
     .completion = OPTION_COMPLETES_NAMES,
     .parse = parse_text,
     INTO(workloads),
     .help = "workloads to measure them on: names or globs; those of the suite when not given"},
    {.name = "store",
     .argument = "LIST",
     .preset = "*",
     .group = OPTION_GROUP_WHAT,
     .commands = RUN,
     .completion = OPTION_COMPLETES_NAMES,
     .in_suite = true,
     .parse = parse_text,
     INTO(stores),
     .help = "how contexts keep their values, where a workload varies it: names or globs"},
    {.name = "scenario",
     .argument = "LIST",
     .preset = "*",
     .group = OPTION_GROUP_WHAT,
     .commands = CONFORMANCE,
     .completion = OPTION_COMPLETES_NAMES,
     .parse = parse_text,
     INTO(scenarios),
     .help = "scenarios that conformance tries: names or globs"},
    {.name = "depth",
     .argument = "LIST",
     .gate = "16",
     .group = OPTION_GROUP_WHAT,
     .commands = RUN | CHECK | CALIBRATE,
     .parse = parse_own_parameter,
     .help = "call depths to read at; short for --parameter=depth=LIST"},
    {.name = "parameter",
     .argument = "NAME=LIST",
     .group = OPTION_GROUP_WHAT,
     .commands = RUN | CHECK | CALIBRATE,
     .repeatable = true,
     .completion = OPTION_COMPLETES_NAMES,
     .parse = parse_parameter,
     .help = "values of a parameter in place of its own; the first is the base at which others vary"},
    {.name = "threads",
     .argument = "LIST",
     .gate = "1",
     .group = OPTION_GROUP_WHAT,
     .commands = RUN | CHECK | CALIBRATE,
     .parse = parse_threads,
     .min = 1,
     .max = 65536,
     .help = "numbers of threads; when not given: 1, and with every parameter at its base also 2 and one per PU (the "
             "workload threads takes more than there are PUs)"},
    {.name = "placement",
     .argument = "LIST",
     .group = OPTION_GROUP_WHAT,
     .commands = RUN | CHECK | CALIBRATE,
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
     .commands = RUN | LIST | NAMES | CONFORMANCE | CHECK | CALIBRATE,
     .repeatable = true,
     .completion = OPTION_COMPLETES_FILES,
     .parse = parse_plugin,
     .help = "shared object that brings one more strategy; may be repeated"},

    {.name = "executions",
     .argument = "N",
     .preset = "9",
     .group = OPTION_GROUP_HOW,
     .commands = RUN,
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
     .commands = RUN | CHECK | CALIBRATE,
     .in_suite = true,
     .parse = parse_microseconds,
     INTO(budget_seconds),
     .min = 1000,
     .max = INT64_C(604800000000), /* a week */
     .help = "what it may take, such as 30s: a run has fewer executions where they would take longer; check (60s, when "
             "calibrate suggested nothing else here) ends once each verdict is settled; calibrate (900s) shares it "
             "among its regimes"},
    {.name = "samples",
     .argument = "N",
     .preset = "5",
     .gate = "15",
     .group = OPTION_GROUP_HOW,
     .commands = RUN | CHECK | CALIBRATE,
     .in_suite = true,
     .parse = parse_count,
     INTO(sample_count),
     .min = 1,
     .max = EXECUTION_SAMPLES_MAX,
     .help = "measurements within each execution"},
    {.name = "min-time",
     .argument = "TIME",
     .preset = "2ms",
     .gate = "100us",
     .group = OPTION_GROUP_HOW,
     .commands = RUN | CHECK | CALIBRATE,
     .in_suite = true,
     .parse = parse_microseconds,
     INTO(sample_seconds),
     .min = 10,
     .max = 60000000,
     .help = "how long each sample lasts: 2ms, 500us, 0.002"},
    {.name = "seed",
     .argument = "N",
     .group = OPTION_GROUP_HOW,
     .commands = RUN | CHECK | CALIBRATE,
     .parse = parse_seed,
     .min = 0,
     .max = OPTIONS_SEED_MAX,
     .help = "order of the executions; random when not given, and recorded in either case"},
    {.name = "metric",
     .argument = "LIST",
     .preset = "time",
     .group = OPTION_GROUP_HOW,
     .commands = CHECK,
     .parse = parse_metric,
     .help = "what check compares: time, instructions (counted by callgrind, of single threads), or both"},
    {.name = "threshold",
     .argument = "PERCENT",
     .group = OPTION_GROUP_HOW,
     .commands = CHECK | CALIBRATE | COMPARE,
     .parse = parse_threshold,
     INTO(threshold),
     .min = 0,
     .max = 100,
     .help = "changes within it do not matter; when not given: of times 3%, or what calibrate suggests to check here; "
             "of instructions 0, since they are exact"},
    {.name = "strict",
     .group = OPTION_GROUP_HOW,
     .commands = CHECK | COMPARE,
     .parse = parse_flag,
     INTO(strict),
     .help = "a case without a verdict is no success: exit status 4"},

    {.name = "out",
     .argument = "FILE",
     .group = OPTION_GROUP_FILES,
     .commands = RUN | CONFORMANCE | COMPARE | CHECK | CALIBRATE | REPORT | EXPORT,
     .parse = parse_text,
     INTO(out),
     .completion = OPTION_COMPLETES_FILES,
     .help = "result file, \"-\" for standard output; when not given, results/HOST-DATE-TIME.json, none of "
             "conformance, report.html of a report, standard output of a comparison or an export; of check, "
             "instruction counts for a later --baseline; of calibrate, what check would use"},
    {.name = "format",
     .argument = "FORMAT",
     .group = OPTION_GROUP_FILES,
     .commands = CONFORMANCE | COMPARE | CHECK | REPORT | EXPORT,
     .parse = parse_format,
     .help = "how other commands than run print: terminal, markdown, json (compare and check) or html (report); of "
             "export gbench-flat, bmf, codspeed or csv"},
    {.name = "terminal",
     .group = OPTION_GROUP_FILES,
     .commands = REPORT,
     .parse = parse_terminal,
     .help = "the answer and bar charts as text; short for --format=terminal"},
    {.name = "figures",
     .argument = "FOLDER",
     .group = OPTION_GROUP_FILES,
     .commands = REPORT,
     .completion = OPTION_COMPLETES_FILES,
     .parse = parse_text,
     INTO(figures),
     .help = "also write each figure of a report there: SVG and PDF for a column of a paper, data, gnuplot source"},
    {.name = "force",
     .group = OPTION_GROUP_FILES,
     .commands = RUN | CONFORMANCE | COMPARE | CHECK | CALIBRATE | REPORT | EXPORT,
     .beside_resume = true,
     .parse = parse_flag,
     INTO(force),
     .help = "replace files that exist; compare files that do not compare, and say so"},
    {.name = "against",
     .argument = "PROGRAM",
     .group = OPTION_GROUP_FILES,
     .commands = CHECK,
     .completion = OPTION_COMPLETES_FILES,
     .parse = parse_text,
     INTO(against),
     .help = "the build to compare with, as OTHER/build/release/bench: both run at the same time and take their "
             "samples in turn"},
    {.name = "baseline",
     .argument = "FILE",
     .group = OPTION_GROUP_FILES,
     .commands = CHECK,
     .completion = OPTION_COMPLETES_FILES,
     .parse = parse_text,
     INTO(baseline),
     .help = "the file to compare with: a result file of this machine, or counts that check --out wrote"},
    {.name = "resume",
     .argument = "FILE",
     .group = OPTION_GROUP_FILES,
     .commands = RUN,
     .beside_resume = true,
     .completion = OPTION_COMPLETES_FILES,
     .parse = parse_text,
     INTO(resume),
     .help = "go on with the run that left this result file or journal, with its settings"},
    {.name = "topology",
     .argument = "MACHINE",
     .group = OPTION_GROUP_FILES,
     .commands = RUN | LIST | TOPOLOGY | NAMES,
     .completion = OPTION_COMPLETES_FILES,
     .parse = parse_text,
     INTO(topology),
     .help = "look at another machine: hwloc's FILE.xml, or \"synthetic:package:2 core:4 pu:2\"; "
             "a run can only be planned there (--dry-run)"},
    {.name = "dry-run",
     .group = OPTION_GROUP_FILES,
     .commands = RUN | CHECK,
     .parse = parse_flag,
     INTO(dry_run),
     .help = "show the plan and how long it will take (check: the names of the cases); measure and write nothing"},
    {.name = "quiet",
     .group = OPTION_GROUP_FILES,
     .commands = RUN | CONFORMANCE | CHECK | CALIBRATE | REPORT,
     .beside_resume = true,
     .parse = parse_flag,
     INTO(quiet),
     .help = "neither progress nor table, only errors"},

    {.name = "list", .group = OPTION_GROUP_HELP, .starts = COMMAND_LIST, .help = "the same as bench list"},
    {.name = "completion",
     .group = OPTION_GROUP_HELP,
     .starts = COMMAND_COMPLETION,
     .help = "print a completion script: source <(bench --completion)"},
    {.name = "version", .group = OPTION_GROUP_HELP, .starts = COMMAND_VERSION, .help = "print the version"},
    {.name = "help", .group = OPTION_GROUP_HELP, .starts = COMMAND_HELP, .help = "print this text"},
    {.name = "manual", .group = OPTION_GROUP_HIDDEN, .starts = COMMAND_MANUAL, .help = "print the manual page"},
    {.name = "names",
     .argument = "OPTION",
     .group = OPTION_GROUP_HIDDEN,
     .starts = COMMAND_NAMES,
     .parse = parse_text,
     INTO(names),
     .help = "print what completes an option's value"},
    {.name = "worker",
     .group = OPTION_GROUP_HIDDEN,
     .starts = COMMAND_WORKER,
     .help = "serve one execution: request on standard input, answer on standard output"},
    {.name = NULL},
};

const struct command_row command_table[] = {
    {.name = "run", .command = COMMAND_RUN, .help = "measure, write a result file and print a table (the default)"},
    {.name = "list", .command = COMMAND_LIST, .help = "show the strategies, workloads and placements that there are"},
    {.name = "conformance",
     .command = COMMAND_CONFORMANCE,
     .help = "try every scenario with every strategy, and compare with what is expected"},
    {.name = "compare",
     .command = COMMAND_COMPARE,
     .operands = "BASE NEW",
     .operands_min = 2,
     .operands_max = 2,
     .help = "two result files of one machine: what became slower, what faster; tell by the status"},
    {.name = "check",
     .command = COMMAND_CHECK,
     .help = "the gate: compare with another build or a file, and tell by the exit status"},
    {.name = "calibrate",
     .command = COMMAND_CALIBRATE,
     .help = "judge the gate on this machine: its false alarms, and what it finds"},
    {.name = "topology", .command = COMMAND_TOPOLOGY, .help = "draw the machine and the placements that it has"},
    {.name = "suite", .command = COMMAND_SUITE, .help = "check a suite and print its file, to copy and to change"},
    {.name = "report",
     .command = COMMAND_REPORT,
     .operands = "RESULT...",
     .operands_min = 1,
     .operands_max = UINT_MAX,
     .help = "make a page of result files: the answer, figures and tables"},
    {.name = "export",
     .command = COMMAND_EXPORT,
     .operands = "RESULT",
     .operands_min = 1,
     .operands_max = 1,
     .help = "write a result file in the format of another program"},
    {.name = NULL},
};

static bool unknown_option(const char *wrong, struct error *error) {
    const char *names[sizeof option_table / sizeof option_table[0]];
    size_t count = 0;
    for (const struct option_row *row = option_table; row->name != NULL; row++) {
        if (row->group != OPTION_GROUP_HIDDEN)
            names[count++] = row->name;
    }
    const char *nearest = text_nearest(wrong + strspn(wrong, "-"), names, count);
    if (nearest != NULL)
        return error_set(error, "unknown option %s; did you mean --%s?", wrong, nearest);
    return error_set(error, "unknown option %s; bench --help shows those that there are", wrong);
}

const struct option_row *option_find(const char *word, size_t length, struct error *error) {
    for (const struct option_row *row = option_table; row->name != NULL; row++) {
        if (length == strlen(row->name) + 2 && strncmp(word, "--", 2) == 0 &&
            strncmp(word + 2, row->name, length - 2) == 0)
            return row;
    }
    char wrong[TEXT_ITEM_MAX];
    (void)snprintf(wrong, sizeof wrong, "%.*s", (int)length, word);
    (void)unknown_option(wrong, error);
    return NULL;
}

const struct command_row *command_find(const char *word, struct error *error) {
    const char *names[sizeof command_table / sizeof command_table[0]];
    size_t count = 0;
    for (const struct command_row *row = command_table; row->name != NULL; row++) {
        if (strcmp(row->name, word) == 0)
            return row;
        names[count++] = row->name;
    }
    (void)text_unknown_name("command", word, names, count, error);
    return NULL;
}
