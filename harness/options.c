#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "execution.h"
#include "text.h"

struct option_given {
    const struct option_row *row;
    const char *text;
};

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

static bool parse_plugin(struct options *options, const struct option_row *row, const char *text,
                         struct error *error) {
    (void)row, (void)error;
    options->plugins[options->plugin_count++] = text; /* there is room: one for each argument */
    return true;
}

#define RUN (1u << COMMAND_RUN)
#define LIST (1u << COMMAND_LIST)
#define TOPOLOGY (1u << COMMAND_TOPOLOGY)
#define NAMES (1u << COMMAND_NAMES)
#define INTO(member) .field = offsetof(struct options, member)

const struct option_row option_table[] = {
    {.name = "strategy", .argument = "LIST", .preset = "*", .group = OPTION_GROUP_WHAT, .commands = RUN,
     .completion = OPTION_COMPLETES_NAMES, .parse = parse_text, INTO(strategies),
     .help = "strategies to compare: names or globs, separated by commas"},
    {.name = "workload", .argument = "LIST", .preset = "*", .group = OPTION_GROUP_WHAT, .commands = RUN,
     .completion = OPTION_COMPLETES_NAMES, .parse = parse_text, INTO(workloads),
     .help = "workloads to measure them on: names or globs"},
    {.name = "depth", .argument = "LIST", .group = OPTION_GROUP_WHAT, .commands = RUN, .parse = parse_own_parameter,
     .help = "call depths to read at; short for --parameter=depth=LIST"},
    {.name = "parameter", .argument = "NAME=LIST", .group = OPTION_GROUP_WHAT, .commands = RUN, .repeatable = true,
     .completion = OPTION_COMPLETES_NAMES, .parse = parse_parameter,
     .help = "values of a parameter in place of its own; the first is the base at which others vary"},
    {.name = "threads", .argument = "LIST", .group = OPTION_GROUP_WHAT, .commands = RUN, .parse = parse_threads,
     .min = 1, .max = 65536,
     .help = "numbers of threads; when not given: 1, and with every parameter at its base also 2 and one per PU"},
    {.name = "placement", .argument = "LIST", .preset = "*", .group = OPTION_GROUP_WHAT, .commands = RUN,
     .completion = OPTION_COMPLETES_NAMES, .parse = parse_text, INTO(placements),
     .help = "where threads run, by the closest thing that they share: names or globs"},
    {.name = "plugin", .argument = "FILE", .group = OPTION_GROUP_WHAT, .commands = RUN | LIST | NAMES,
     .repeatable = true, .completion = OPTION_COMPLETES_FILES, .parse = parse_plugin,
     .help = "shared object that brings one more strategy; may be repeated"},
    {.name = "quick", .group = OPTION_GROUP_WHAT, .commands = RUN, .parse = parse_flag, INTO(quick),
     .help = "a first impression within seconds: fewer values, executions and samples"},

    {.name = "executions", .argument = "N", .preset = "5", .quick = "3", .group = OPTION_GROUP_HOW, .commands = RUN,
     .parse = parse_count, INTO(executions), .min = 1, .max = 100000,
     .help = "fresh processes for each case, which intervals are computed over"},
    {.name = "samples", .argument = "N", .preset = "5", .quick = "3", .group = OPTION_GROUP_HOW, .commands = RUN,
     .parse = parse_count, INTO(sample_count), .min = 1, .max = EXECUTION_SAMPLES_MAX,
     .help = "measurements within each execution"},
    {.name = "min-time", .argument = "TIME", .preset = "2ms", .quick = "1ms", .group = OPTION_GROUP_HOW,
     .commands = RUN, .parse = parse_microseconds, INTO(sample_seconds), .min = 10, .max = 60000000,
     .help = "how long each sample lasts: 2ms, 500us, 0.002"},
    {.name = "seed", .argument = "N", .group = OPTION_GROUP_HOW, .commands = RUN, .parse = parse_seed, .min = 0,
     .max = OPTIONS_SEED_MAX, .help = "order of the executions; random when not given, and recorded in either case"},

    {.name = "out", .argument = "FILE", .group = OPTION_GROUP_FILES, .commands = RUN, .parse = parse_text, INTO(out),
     .completion = OPTION_COMPLETES_FILES,
     .help = "result file, \"-\" for standard output; when not given, results/HOST-DATE-TIME.json"},
    {.name = "force", .group = OPTION_GROUP_FILES, .commands = RUN, .beside_resume = true, .parse = parse_flag,
     INTO(force), .help = "replace the result file if it exists"},
    {.name = "resume", .argument = "FILE", .group = OPTION_GROUP_FILES, .commands = RUN, .beside_resume = true,
     .completion = OPTION_COMPLETES_FILES, .parse = parse_text, INTO(resume),
     .help = "go on with the run that left this result file or journal, with its settings"},
    {.name = "topology", .argument = "MACHINE", .group = OPTION_GROUP_FILES, .commands = RUN | LIST | TOPOLOGY | NAMES,
     .completion = OPTION_COMPLETES_FILES, .parse = parse_text, INTO(topology),
     .help = "look at another machine: hwloc's FILE.xml, or \"synthetic:package:2 core:4 pu:2\"; "
             "a run can only be planned there (--dry-run)"},
    {.name = "dry-run", .group = OPTION_GROUP_FILES, .commands = RUN, .parse = parse_flag, INTO(dry_run),
     .help = "show the plan and how long it will take; measure and write nothing"},
    {.name = "quiet", .group = OPTION_GROUP_FILES, .commands = RUN, .beside_resume = true, .parse = parse_flag,
     INTO(quiet), .help = "neither progress nor table, only errors"},

    {.name = "list", .group = OPTION_GROUP_HELP, .starts = COMMAND_LIST, .help = "the same as bench list"},
    {.name = "completion", .group = OPTION_GROUP_HELP, .starts = COMMAND_COMPLETION,
     .help = "print a completion script: source <(bench --completion)"},
    {.name = "version", .group = OPTION_GROUP_HELP, .starts = COMMAND_VERSION, .help = "print the version"},
    {.name = "help", .group = OPTION_GROUP_HELP, .starts = COMMAND_HELP, .help = "print this text"},
    {.name = "manual", .group = OPTION_GROUP_HIDDEN, .starts = COMMAND_MANUAL, .help = "print the manual page"},
    {.name = "names", .argument = "OPTION", .group = OPTION_GROUP_HIDDEN, .starts = COMMAND_NAMES, .parse = parse_text,
     INTO(names), .help = "print what completes an option's value"},
    {.name = NULL},
};

const struct command_row command_table[] = {
    {"run", COMMAND_RUN, "measure, write a result file and print a table (the default)"},
    {"list", COMMAND_LIST, "show the strategies, workloads and placements that there are"},
    {"topology", COMMAND_TOPOLOGY, "draw the machine and the placements that it has"},
    {NULL, COMMAND_RUN, NULL},
};

/* Where the reading of argv stands. */
struct reader {
    char *const *next, *const *end;
    const char *command_text; /* the word or option that chose the command; NULL so far */
};

static bool unknown_option(const char *word, size_t length, struct error *error) {
    const char *names[sizeof option_table / sizeof option_table[0]];
    size_t count = 0;
    for (const struct option_row *row = option_table; row->name != NULL; row++) {
        if (row->group != OPTION_GROUP_HIDDEN)
            names[count++] = row->name;
    }
    char wrong[TEXT_ITEM_MAX];
    (void)snprintf(wrong, sizeof wrong, "%.*s", (int)length, word);
    const char *nearest = text_nearest(wrong + strspn(wrong, "-"), names, count);
    if (nearest != NULL)
        return error_set(error, "unknown option %s; did you mean --%s?", wrong, nearest);
    return error_set(error, "unknown option %s; bench --help shows those that there are", wrong);
}

static const struct option_row *find_option(const char *word, size_t length) {
    if (strcmp(word, "-h") == 0)
        return find_option("--help", strlen("--help"));
    if (length <= 2 || strncmp(word, "--", 2) != 0)
        return NULL;
    for (const struct option_row *row = option_table; row->name != NULL; row++) {
        if (strlen(row->name) == length - 2 && strncmp(row->name, word + 2, length - 2) == 0)
            return row;
    }
    return NULL;
}

static bool choose_command(struct options *options, struct reader *reader, enum command command, const char *text,
                           struct error *error) {
    if (reader->command_text != NULL && options->command != command)
        return error_set(error, "found both %s and %s; give one of them", reader->command_text, text);
    options->command = command;
    reader->command_text = text;
    return true;
}

static bool read_command_word(struct options *options, struct reader *reader, const char *word, struct error *error) {
    const char *names[sizeof command_table / sizeof command_table[0]];
    size_t count = 0;
    for (const struct command_row *row = command_table; row->name != NULL; row++) {
        if (strcmp(row->name, word) == 0)
            return choose_command(options, reader, row->command, row->name, error);
        names[count++] = row->name;
    }
    return text_unknown_name("command", word, names, count, error);
}

/* The value of an option: after its '=', or the next word unless that is an option itself. */
static bool read_value(struct reader *reader, const struct option_row *row, const char *after_name, const char **value,
                       struct error *error) {
    *value = NULL;
    if (row->argument == NULL) {
        if (*after_name == '=')
            return error_set(error, "--%s takes no value; found \"%s\"", row->name, after_name + 1);
        *value = "true";
        return true;
    }
    if (*after_name == '=')
        *value = after_name + 1;
    else if (reader->next < reader->end && strncmp(*reader->next, "--", 2) != 0)
        *value = *reader->next++;
    if (*value == NULL || **value == '\0')
        return error_set(error, "--%s wants a value: --%s=%s", row->name, row->name, row->argument);
    return true;
}

static bool remember(struct options *options, const struct option_row *row, const char *text, struct error *error) {
    for (size_t i = 0; i < options->given_count; i++) {
        if (options->given[i].row == row && !row->repeatable && row->argument != NULL)
            return error_set(error, "--%s is given twice: \"%s\" and \"%s\"; give it once%s", row->name,
                             options->given[i].text, text,
                             strcmp(row->argument, "LIST") == 0 ? ", with a list separated by commas" : "");
    }
    options->given[options->given_count++] = (struct option_given){row, text};
    return true;
}

static bool read_option(struct options *options, struct reader *reader, const char *word, struct error *error) {
    size_t length = strcspn(word, "=");
    const struct option_row *row = find_option(word, length);
    if (row == NULL)
        return unknown_option(word, length, error);
    const char *value;
    if (!read_value(reader, row, word + length, &value, error))
        return false;
    if (row->commands == 0 && !choose_command(options, reader, row->starts, word, error))
        return false;
    return remember(options, row, value, error);
}

/* Splits argv into options and a command. Stops at --help: whoever asks for help gets it. */
static bool read_words(struct options *options, int argc, char *const *argv, struct error *error) {
    struct reader reader = {.next = argv + (argc > 0), .end = argv + argc};
    while (reader.next < reader.end) {
        const char *word = *reader.next++;
        if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            options->command = COMMAND_HELP;
            return true;
        }
        bool read = word[0] == '-' ? read_option(options, &reader, word, error)
                                   : read_command_word(options, &reader, word, error);
        if (!read)
            return false;
    }
    return true;
}

static bool is_given(const struct options *options, const struct option_row *row) {
    for (size_t i = 0; i < options->given_count; i++) {
        if (options->given[i].row == row)
            return true;
    }
    return false;
}

static const char *preset(const struct options *options, const struct option_row *row) {
    return options->quick && row->quick != NULL ? row->quick : row->preset;
}

static bool parse_value(struct options *options, const struct option_row *row, const char *text, struct error *error) {
    return row->parse == NULL || row->parse(options, row, text, error) || error_prefix(error, "--%s: ", row->name);
}

/* What was given first, so that --quick is known when the defaults follow. */
static bool parse_values(struct options *options, struct error *error) {
    for (size_t i = 0; i < options->given_count; i++) {
        if (!parse_value(options, options->given[i].row, options->given[i].text, error))
            return false;
    }
    for (const struct option_row *row = option_table; row->name != NULL; row++) {
        const char *text = preset(options, row);
        if (text != NULL && !is_given(options, row) && !parse_value(options, row, text, error))
            return false;
    }
    return true;
}

static const char *command_name(enum command command) {
    for (const struct command_row *row = command_table; row->name != NULL; row++) {
        if (row->command == command)
            return row->name;
    }
    return "that";
}

/* Refuses what does not go together. */
static bool check_together(const struct options *options, struct error *error) {
    for (size_t i = 0; i < options->given_count; i++) {
        const struct option_row *row = options->given[i].row;
        if (row->commands != 0 && (row->commands & 1u << options->command) == 0)
            return error_set(error, "--%s has no meaning for bench %s; leave it out", row->name,
                             command_name(options->command));
        if (options->resume != NULL && !row->beside_resume)
            return error_set(error,
                             "--resume takes its settings from %s, so --%s cannot be given too; leave it out, or start "
                             "a new run without --resume",
                             options->resume, row->name);
    }
    if (options->command == COMMAND_RUN && options->topology != NULL && !options->dry_run)
        return error_set(error,
                         "--topology: \"%s\" is not this machine, and a run can only be planned for another one; add "
                         "--dry-run",
                         options->topology);
    return true;
}

/* The values given for a row, joined by blanks; or its default; or nothing. */
static void visit_given(const struct options *options, const struct option_row *row, FILE *out) {
    const char *separator = "";
    for (size_t i = 0; i < options->given_count; i++) {
        if (options->given[i].row != row)
            continue;
        (void)fprintf(out, "%s%s", separator, options->given[i].text);
        separator = " ";
    }
    if (*separator == '\0' && preset(options, row) != NULL)
        (void)fputs(preset(options, row), out);
}

bool options_parse(struct options *options, int argc, char *const *argv, struct error *error) {
    size_t room = argc > 0 ? (size_t)argc : 1;
    *options = (struct options){
        .command = COMMAND_RUN,
        .plugins = calloc(room, sizeof *options->plugins),
        .given = calloc(room, sizeof *options->given),
    };
    if (options->plugins == NULL || options->given == NULL)
        return error_set(error, "out of memory for %d arguments", argc);
    if (!read_words(options, argc, argv, error))
        return false;
    return options->command == COMMAND_HELP || (parse_values(options, error) && check_together(options, error));
}

void options_free(struct options *options) {
    free(options->plugins);
    free(options->given);
    *options = (struct options){0};
}

void options_visit(const struct options *options, void (*visit)(const char *name, const char *value, void *arg),
                   void *arg) {
    for (const struct option_row *row = option_table; row->name != NULL; row++) {
        if ((row->commands & RUN) == 0)
            continue;
        char *value = NULL;
        size_t size;
        FILE *text = open_memstream(&value, &size);
        if (text == NULL)
            return;
        visit_given(options, row, text);
        (void)fclose(text);
        if (value != NULL)
            visit(row->name, *value == '\0' && row->argument == NULL ? "false" : value, arg);
        free(value);
    }
}
