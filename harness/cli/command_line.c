#include "cli/command_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/option_table.h"

struct option_given {
    const struct option_row *row;
    const char *text;
};

/* Where the reading of argv stands. */
struct reader {
    const struct command *const *commands;
    char *const *next, *const *end;
};

static bool choose_command(struct options *options, const struct command *command, const char *text,
                           struct error *error) {
    if (options->command_text != NULL && options->command != command)
        return error_set(error, "found both %s and %s; give one of them", options->command_text, text);
    options->command = command;
    options->command_text = text;
    return true;
}

/* The value of an option: after its '=', or the next word unless that is an option itself. */
static bool read_value(struct reader *reader, const char *name, const char *argument, const char *after_name,
                       const char **value, struct error *error) {
    *value = NULL;
    if (argument == NULL) {
        if (*after_name == '=')
            return error_set(error, "--%s takes no value; found \"%s\"", name, after_name + 1);
        *value = "true";
        return true;
    }
    if (*after_name == '=')
        *value = after_name + 1;
    else if (reader->next < reader->end && strncmp(*reader->next, "--", 2) != 0)
        *value = *reader->next++;
    if (*value == NULL || **value == '\0')
        return error_set(error, "--%s wants a value: --%s=%s", name, name, argument);
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

/* An option that starts a command. */
static bool start_command(struct options *options, struct reader *reader, const struct command *command,
                          const char *word, size_t length, struct error *error) {
    const char *value;
    if (!read_value(reader, command->option, command->option_argument, word + length, &value, error))
        return false;
    if (command->option_argument != NULL)
        options->names = value;
    return choose_command(options, command, word, error);
}

static bool read_option(struct options *options, struct reader *reader, const char *word, struct error *error) {
    const size_t length = strcspn(word, "=");
    const struct command *command = command_started_by(reader->commands, word, length);
    if (command != NULL)
        return start_command(options, reader, command, word, length, error);
    const struct option_row *row = option_find(reader->commands, word, length, error);
    const char *value;
    return row != NULL && read_value(reader, row->name, row->argument, word + length, &value, error) &&
           remember(options, row, value, error);
}

/* The first word is the command; those after it, where the command takes any, are its operands. */
static bool read_word(struct options *options, const struct reader *reader, char *word, struct error *error) {
    const struct command *command = options->command;
    if (options->command_text != NULL && command->operands != NULL) {
        if (options->operand_count == command->operands_max)
            return error_set(error, "bench %s takes %s; found \"%s\" after them", command->name, command->operands,
                             word);
        options->operands[options->operand_count++] = word; /* there is room: one for each argument */
        return true;
    }
    command = command_find(reader->commands, word, error);
    return command != NULL && choose_command(options, command, word, error);
}

/* Splits argv into options and a command. Stops at --help: whoever asks for help gets it. */
static bool read_words(struct options *options, const struct command *const *commands, int argc, char *const *argv,
                       struct error *error) {
    struct reader reader = {.commands = commands, .next = argv + (argc > 0), .end = argv + argc};
    while (reader.next < reader.end) {
        char *word = *reader.next++;
        if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            options->wants_help = true;
            return true;
        }
        bool read =
            word[0] == '-' ? read_option(options, &reader, word, error) : read_word(options, &reader, word, error);
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

static bool suite_sets(const struct options *options, const struct option_row *row) {
    return options->suite != NULL && row->in_suite && command_option(options->command, row->name) != NULL &&
           suite_setting(options->suite, row->name) != NULL;
}

/* The value of an option that was not given: the command's, the suite's, or the table's. */
static const char *preset(const struct options *options, const struct option_row *row) {
    const struct command_option *option = command_option(options->command, row->name);
    if (option != NULL && option->preset != NULL)
        return option->preset;
    if (!suite_sets(options, row))
        return row->preset;
    /* Whoever asks for a number of executions does not want fewer for the sake of the suite. */
    if (strcmp(row->name, "budget") == 0 && is_given(options, option_named("executions")))
        return NULL;
    return suite_setting(options->suite, row->name);
}

static bool has_choice(const struct options *options, const char *name) {
    for (size_t i = 0; i < options->choice_count; i++) {
        if (strcmp(options->choices[i].name, name) == 0)
            return true;
    }
    return false;
}

static bool parse_value(struct options *options, const struct option_row *row, const char *text, struct error *error) {
    return row->parse == NULL || row->parse(options, row, text, error) || error_prefix(error, "--%s: ", row->name);
}

static bool unknown_setting(const char *name, struct error *error) {
    const char *names[64] = {"summary", "cases"};
    size_t count = 2;
    for (const struct option_row *row = option_table; row->name != NULL && count < 64; row++) {
        if (row->in_suite)
            names[count++] = row->name;
    }
    return text_unknown_name("member of a suite", name, names, count, error);
}

/* Loads the suite whose cases and settings the command takes, if any. */
static bool load_suite(struct options *options, struct error *error) {
    const bool is_chosen = command_option(options->command, "suite") != NULL;
    if (!is_chosen && options->command->suite == NULL)
        return true;
    if (options->suite_name == NULL)
        options->suite_name = is_chosen ? SUITE_DEFAULT : options->command->suite;
    options->suite = suite_load(options->suite_name, error);
    if (options->suite == NULL)
        return error_prefix(error, "--suite: ");
    for (size_t i = 0; i < options->suite->setting_count; i++) {
        const char *name = options->suite->settings[i].name;
        const struct option_row *row = option_named(name);
        if (row == NULL || !row->in_suite)
            return unknown_setting(name, error) || suite_error(options->suite, error);
    }
    return true;
}

/* What was given first, so that the suite is known when the defaults follow. */
static bool parse_values(struct options *options, struct error *error) {
    for (size_t i = 0; i < options->given_count; i++) {
        if (!parse_value(options, options->given[i].row, options->given[i].text, error))
            return false;
    }
    options->budget_given = is_given(options, option_named("budget"));
    options->threshold_given = is_given(options, option_named("threshold"));
    options->seed_given = is_given(options, option_named("seed"));
    if (!load_suite(options, error))
        return false;
    const size_t choices_given = options->choice_count;
    for (const struct option_row *row = option_table; row->name != NULL; row++) {
        const char *text = preset(options, row);
        if (text != NULL && !is_given(options, row) && !has_choice(options, row->name) &&
            !parse_value(options, row, text, error))
            return suite_sets(options, row) ? suite_error(options->suite, error) : false;
    }
    for (size_t i = choices_given; i < options->choice_count; i++)
        options->choices[i].preset = true;
    return true;
}

/* Refuses what does not go together. */
static bool check_together(const struct options *options, struct error *error) {
    const struct command *command = options->command;
    if (options->operand_count < command->operands_min)
        return error_set(error, "bench %s wants files: bench %s %s", command->name, command->name, command->operands);
    for (size_t i = 0; i < options->given_count; i++) {
        const struct option_row *row = options->given[i].row;
        if (command_option(command, row->name) == NULL)
            return error_set(error, "--%s has no meaning for bench %s; leave it out", row->name,
                             options->command_text != NULL ? options->command_text : command->name);
        if (options->resume != NULL && !row->beside_resume)
            return error_set(error,
                             "--resume takes its settings from %s, so --%s cannot be given too; leave it out, or start "
                             "a new run without --resume",
                             options->resume, row->name);
    }
    return command->check == NULL || command->check(options, error);
}

/* The values given for a row, joined by blanks; or its default; or nothing. NULL when out of memory. */
static char *value_of(const struct options *options, const struct option_row *row) {
    char *value = NULL;
    size_t size;
    const char *separator = "";
    FILE *out = open_memstream(&value, &size);
    if (out == NULL)
        return NULL;
    for (size_t i = 0; i < options->given_count; i++) {
        if (options->given[i].row != row)
            continue;
        (void)fprintf(out, "%s%s", separator, options->given[i].text);
        separator = " ";
    }
    if (*separator == '\0' && preset(options, row) != NULL)
        (void)fputs(preset(options, row), out);
    else if (*separator == '\0' && row->argument == NULL)
        (void)fputs("false", out);
    (void)fclose(out);
    return value;
}

/* Takes over `value`. False when out of memory. */
// NOLINTNEXTLINE(readability-non-const-parameter): the setting owns it
static bool add_setting(struct option_settings *settings, const struct option_row *row, char *value) {
    if (value == NULL)
        return false;
    settings->list[settings->count++] = (struct option_setting){.name = row->name, .value = value};
    return true;
}

static bool keep_settings(struct options *options) {
    size_t rows = 0;
    while (option_table[rows].name != NULL)
        rows++;
    options->settings.list = calloc(rows, sizeof *options->settings.list);
    options->asked.list = calloc(options->given_count + 1, sizeof *options->asked.list);
    bool kept = options->settings.list != NULL && options->asked.list != NULL;
    for (const struct option_row *row = option_table; kept && row->name != NULL; row++)
        kept = command_option(options->command, row->name) == NULL ||
               add_setting(&options->settings, row, value_of(options, row));
    for (size_t i = 0; kept && i < options->given_count; i++) {
        const struct option_given *given = &options->given[i];
        kept = given->row->group != OPTION_GROUP_WHAT || add_setting(&options->asked, given->row, strdup(given->text));
    }
    return kept;
}

static const struct command *default_of(const struct command *const *commands) {
    while (!(*commands)->is_default)
        commands++;
    return *commands;
}

bool options_parse(struct options *options, const struct command *const *commands, int argc, char *const *argv,
                   struct error *error) {
    size_t room = argc > 0 ? (size_t)argc : 1;
    *options = (struct options){
        .command = default_of(commands),
        .plugins = calloc(room, sizeof *options->plugins),
        .given = calloc(room, sizeof *options->given),
        .operands = calloc(room, sizeof *options->operands),
    };
    if (options->plugins == NULL || options->given == NULL || options->operands == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for %d arguments", argc);
    if (!read_words(options, commands, argc, argv, error))
        return false;
    if (options->wants_help)
        return true;
    options->adds_references = options->command->adds_references;
    return parse_values(options, error) && check_together(options, error) &&
           (keep_settings(options) || error_set_code(error, ERROR_MEMORY, "out of memory for the settings"));
}

static void free_settings(struct option_settings *settings) {
    for (size_t i = 0; i < settings->count; i++)
        free(settings->list[i].value);
    free(settings->list);
}

void options_free(struct options *options) {
    free_settings(&options->settings);
    free_settings(&options->asked);
    free(options->plugins);
    free(options->given);
    free(options->operands);
    suite_free(options->suite);
    *options = (struct options){0};
}
