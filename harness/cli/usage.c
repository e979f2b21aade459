#include "cli/usage.h"

#include <errno.h>

#include "base/error.h"
#include "base/text.h"

enum { HELP_INDENT = 25 };

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
        [OPTION_GROUP_WHAT] = "What to measure",    [OPTION_GROUP_HOW] = "How long, in which order",
        [OPTION_GROUP_FILES] = "Input and output",  [OPTION_GROUP_HELP] = "Help",
        [OPTION_GROUP_HIDDEN] = "For installation",
    };
    return titles[group];
}

/* A left column, printed, and what it says; `left` is negative when printing it failed. */
static void print_entry(FILE *out, int left, const char *text) {
    text_print_wrapped(out, left < 0 ? 0 : (size_t)left, HELP_INDENT, text);
}

void usage_defaults(const struct option_row *row, char *text, size_t size) {
    const struct { const char *when, *value; } defaults[] = {{"default", row->preset}, {"check", row->gate}};
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++) {
        if (defaults[i].value != NULL && length < size)
            length += (size_t)snprintf(text + length, size - length, "%s%s %s", length == 0 ? "" : ", ",
                                       defaults[i].when, defaults[i].value);
    }
}

static void print_option(FILE *out, const struct option_row *row) {
    char help[1024], defaults[512];
    int column = fprintf(out, "  --%s%s%s", row->name, row->argument != NULL ? "=" : "",
                         row->argument != NULL ? row->argument : "");
    usage_defaults(row, defaults, sizeof defaults);
    (void)snprintf(help, sizeof help, "%s%s%s%s", row->help, defaults[0] == '\0' ? "" : " (", defaults,
                   defaults[0] == '\0' ? "" : ")");
    print_entry(out, column, help);
}

void usage_print_help(FILE *out) {
    (void)fprintf(out, "%s: %s.\n\nUsage: %s [COMMAND [FILE]...] [--OPTION[=VALUE]]...\n\nCommands\n",
                  program_invocation_short_name, usage_summary, program_invocation_short_name);
    for (const struct command_row *row = command_table; row->name != NULL; row++) {
        print_entry(out,
                    fprintf(out, "  %s%s%s", row->name, row->operands != NULL ? " " : "",
                            row->operands != NULL ? row->operands : ""),
                    row->help);
    }
    for (enum option_group group = OPTION_GROUP_WHAT; group < OPTION_GROUP_HIDDEN; group++) {
        (void)fprintf(out, "\n%s\n", usage_group_title(group));
        for (const struct option_row *row = option_table; row->name != NULL; row++) {
            if (row->group == group)
                print_option(out, row);
        }
    }
    (void)fputs("\nExit status\n", out);
    for (const struct usage_status *row = usage_statuses; row->meaning != NULL; row++)
        print_entry(out, fprintf(out, "  %d", row->status), row->meaning);
}
