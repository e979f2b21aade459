#include "usage.h"

#include <string.h>

#include "error.h"

enum { HELP_WIDTH = 80, HELP_INDENT = 23 };

const char usage_summary[] = "measure what it costs to carry a context through a program";

const struct usage_status usage_statuses[] = {
    {EXIT_STATUS_OK, "all went well"},
    {EXIT_STATUS_FAILED, "a case failed, or the results could not be written"},
    {EXIT_STATUS_USAGE, "the command line asks for what cannot be done; nothing was measured"},
    {EXIT_STATUS_INTERRUPTED, "interrupted; the result file holds what was measured until then"},
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

/* Prints `text` from column HELP_INDENT on, broken at blanks; the cursor stands at `column` already. */
static void print_wrapped(FILE *out, size_t column, const char *text) {
    bool line_begins = true;
    if (column >= HELP_INDENT) {
        (void)fputc('\n', out);
        column = 0;
    }
    (void)fprintf(out, "%*s", (int)(HELP_INDENT - column), "");
    column = HELP_INDENT;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        if (!line_begins && column + 1 + length > HELP_WIDTH) {
            (void)fprintf(out, "\n%*s", HELP_INDENT, "");
            column = HELP_INDENT;
            line_begins = true;
        }
        (void)fprintf(out, "%s%.*s", line_begins ? "" : " ", (int)length, text);
        column += length + !line_begins;
        line_begins = false;
        text += length + (text[length] == ' ');
    }
    (void)fputc('\n', out);
}

static void print_option(FILE *out, const struct option_row *row) {
    char left[64], help[512];
    (void)snprintf(left, sizeof left, "  --%s%s%s", row->name, row->argument != NULL ? "=" : "",
                   row->argument != NULL ? row->argument : "");
    (void)snprintf(help, sizeof help, "%s%s%s%s%s%s", row->help, row->preset != NULL ? " (default " : "",
                   row->preset != NULL ? row->preset : "", row->quick != NULL ? ", quick " : "",
                   row->quick != NULL ? row->quick : "", row->preset != NULL ? ")" : "");
    (void)fputs(left, out);
    print_wrapped(out, strlen(left), help);
}

void usage_print_help(FILE *out) {
    (void)fprintf(out, "bench: %s.\n\nUsage: bench [COMMAND] [--OPTION[=VALUE]]...\n\nCommands\n", usage_summary);
    for (const struct command_row *row = command_table; row->name != NULL; row++) {
        if (row->help != NULL)
            (void)fprintf(out, "  %-*s%s\n", HELP_INDENT - 2, row->name, row->help);
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
        (void)fprintf(out, "  %-*d%s\n", HELP_INDENT - 2, row->status, row->meaning);
}
