#include "cli/usage.h"
#include "base/display.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

enum { COMMANDS_INDENT = 20, OPTIONS_INDENT = 25, EXAMPLE_INDENT = 6, STATUS_INDENT = 7 };

const char usage_summary[] = "measure what it costs to carry a context through a program";

const struct usage_status usage_statuses[] = {
    {EXIT_STATUS_OK, "all went well"},
    {EXIT_STATUS_FAILED, "a case failed, a cell of the matrix is not as expected, or output could not be written"},
    {EXIT_STATUS_USAGE, "the command line asks for what cannot be done; nothing was measured, or nothing compared"},
    {EXIT_STATUS_REGRESSED, "a case regressed beyond the threshold"},
    {EXIT_STATUS_INCONCLUSIVE, "under --strict: a case came to no verdict"},
    {EXIT_STATUS_INTERRUPTED,
     "interrupted; what was measured until then is in the result file or in its journal, for --resume"},
    {0, NULL},
};

const char *usage_group_title(enum option_group group) {
    static const char *const titles[] = {
        [OPTION_GROUP_WHAT] = "What to measure",
        [OPTION_GROUP_HOW] = "How long, in which order",
        [OPTION_GROUP_FILES] = "Input and output",
    };
    return titles[group];
}

/* A left column, printed, and what it says; `left` is negative when printing it failed. */
static void print_entry(FILE *out, int left, size_t indent, const char *text) {
    text_print_wrapped(out, left < 0 ? 0 : (size_t)left, indent, text);
}

const char *usage_full_stop(const char *sentence) {
    const size_t length = strlen(sentence);
    return length > 0 && sentence[length - 1] == '?' ? "" : ".";
}

/* ---- The program ---- */

static void print_command_line(FILE *out, const struct command *command) {
    char left[64];
    const bool is_word = command->name != NULL;
    (void)snprintf(left, sizeof left, "  %s%s%s%s", is_word ? "" : "--", is_word ? command->name : command->option,
                   command->operands != NULL ? " " : "", command->operands != NULL ? command->operands : "");
    print_entry(out, fprintf(out, "%s", left), COMMANDS_INDENT, command->help);
}

static void print_program(const struct command *const *commands, FILE *out) {
    const char *program = program_invocation_short_name;
    (void)fprintf(out, "%s: %s.\nUsage: %s [COMMAND [FILE]...] [--OPTION[=VALUE]]...\n\n", program, usage_summary,
                  program);
    for (enum command_group group = COMMAND_MEASURES; group < COMMAND_HIDDEN; group++) {
        (void)fprintf(out, "%s\n", command_group_title(group));
        for (const struct command *const *at = commands; *at != NULL; at++)
            if ((*at)->group == group)
                print_command_line(out, *at);
    }
    (void)fprintf(out, "Start with: %s --strategy=stacktag --suite=quick\n", program);
}

/* ---- A command ---- */

/* The suite whose settings are the command's defaults; NULL if it has none. */
static struct suite *suite_of(const struct command *command) {
    struct error ignored; /* a test loads each */
    if (command_option(command, "suite") != NULL)
        return suite_load(SUITE_DEFAULT, &ignored);
    return command->suite != NULL ? suite_load(command->suite, &ignored) : NULL;
}

static const char *preset_of(const struct command *command, const struct suite *suite, const struct option_row *row) {
    const struct command_option *option = command_option(command, row->name);
    const char *of_suite = suite != NULL && row->in_suite ? suite_setting(suite, row->name) : NULL;
    return option->preset != NULL ? option->preset : of_suite != NULL ? of_suite : row->preset;
}

static void print_option(FILE *out, const struct command *command, const struct suite *suite,
                         const struct option_row *row) {
    char help[1024];
    const struct command_option *option = command_option(command, row->name);
    const char *preset = preset_of(command, suite, row);
    const int column = fprintf(out, "  --%s%s%s", row->name, row->argument != NULL ? "=" : "",
                               row->argument != NULL ? row->argument : "");
    (void)snprintf(help, sizeof help, "%s%s%s%s", option->help != NULL ? option->help : row->help,
                   preset == NULL ? "" : " (default ", preset == NULL ? "" : preset, preset == NULL ? "" : ")");
    print_entry(out, column, OPTIONS_INDENT, help);
}

static void print_options(FILE *out, const struct command *command) {
    struct suite *suite = suite_of(command);
    for (enum option_group group = OPTION_GROUP_WHAT; group < OPTION_GROUP_COUNT; group++) {
        bool has_title = false;
        for (const struct option_row *row = option_table; row->name != NULL; row++) {
            if (row->group != group || command_option(command, row->name) == NULL)
                continue;
            if (!has_title)
                (void)fprintf(out, "\n%s\n", usage_group_title(group));
            has_title = true;
            print_option(out, command, suite, row);
        }
    }
    suite_free(suite);
}

static void print_command(FILE *out, const struct command *command) {
    const char *program = program_invocation_short_name;
    (void)fprintf(out, "%s %s: %s%s\n\nUsage: %s %s%s%s%s\n", program, command_shown(command), command->help,
                  usage_full_stop(command->help), program, command_shown(command), command->operands != NULL ? " " : "",
                  command->operands != NULL ? command->operands : "",
                  command->options != NULL ? " [--OPTION[=VALUE]]..." : "");
    for (size_t i = 0; i < COMMAND_EXAMPLES_MAX && command->examples[i].line != NULL; i++) {
        (void)fprintf(out, "%s  %s %s\n", i == 0 ? "\nExamples\n" : "", program, command->examples[i].line);
        print_entry(out, 0, EXAMPLE_INDENT, command->examples[i].what);
    }
    print_options(out, command);
    if (command->suite != NULL)
        (void)fprintf(out, "\nDefaults and cases are those of the suite %s: %s suite --suite=%s\n", command->suite,
                      program, command->suite);
    if (command->group != COMMAND_MEASURES && command->group != COMMAND_READS_RESULTS)
        return;
    (void)fputs("\nExit status\n", out);
    for (const struct usage_status *row = usage_statuses; row->meaning != NULL; row++)
        print_entry(out, fprintf(out, "  %d", row->status), STATUS_INDENT, row->meaning);
}

void usage_print_help(const struct command *const *commands, const struct command *command, FILE *out) {
    if (command == NULL)
        print_program(commands, out);
    else
        print_command(out, command);
}
