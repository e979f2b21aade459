/* ctxbench(1), by the name under which the program is installed, in the macros of man(7). */
#include "cli/usage.h"

/* Text as roff takes it: '-' and '\' spelt out, and no line beginning with a control character. */
static void print_text(FILE *out, const char *text) {
    if (*text == '.' || *text == '\'')
        (void)fputs("\\&", out);
    for (; *text != '\0'; text++) {
        if (*text == '-')
            (void)fputs("\\-", out);
        else if (*text == '\\')
            (void)fputs("\\e", out);
        else
            (void)fputc(*text, out);
    }
}

static void print_sentence(FILE *out, const char *text) {
    print_text(out, text);
    (void)fprintf(out, "%s\n", usage_full_stop(text));
}

static void print_preset(FILE *out, const char *preset) {
    (void)fputs("Default ", out);
    print_sentence(out, preset);
}

/* What a command says of an option where that differs from what it means everywhere. */
static void print_own_meaning(FILE *out, const struct command *command, const struct option_row *row) {
    const struct command_option *option = command_option(command, row->name);
    if (option == NULL || (option->help == NULL && option->preset == NULL))
        return;
    (void)fprintf(out, ".IP\n.B %s:\n", command->name);
    print_sentence(out, option->help != NULL ? option->help : row->help);
    if (option->preset != NULL)
        print_preset(out, option->preset);
}

static void print_option(const struct command *const *commands, FILE *out, const struct option_row *row) {
    const char *separator = "";
    (void)fputs(".TP\n.B \\-\\-", out);
    print_text(out, row->name);
    if (row->argument != NULL)
        (void)fprintf(out, "=\\fI%s\\fR", row->argument);
    (void)fputc('\n', out);
    print_sentence(out, row->help);
    if (row->preset != NULL)
        print_preset(out, row->preset);
    (void)fputs("Of", out);
    for (const struct command *const *at = commands; *at != NULL; at++) {
        if ((*at)->name == NULL || command_option(*at, row->name) == NULL)
            continue;
        (void)fprintf(out, "%s %s", separator, (*at)->name);
        separator = ",";
    }
    (void)fputs(".\n", out);
    for (const struct command *const *at = commands; *at != NULL; at++)
        if ((*at)->name != NULL)
            print_own_meaning(out, *at, row);
}

static void print_command(FILE *out, const struct command *command) {
    (void)fputs(".TP\n.B ", out);
    print_text(out, command->name != NULL ? command->name : "--");
    if (command->name == NULL)
        print_text(out, command->option);
    if (command->operands != NULL)
        (void)fprintf(out, " \\fI%s\\fR", command->operands);
    (void)fputc('\n', out);
    print_sentence(out, command->help);
    for (size_t i = 0; i < COMMAND_EXAMPLES_MAX && command->examples[i].line != NULL; i++) {
        (void)fputs(".IP\n.EX\nctxbench ", out);
        print_text(out, command->examples[i].line);
        (void)fputs("\n.EE\n", out);
        print_sentence(out, command->examples[i].what);
    }
}

static void print_commands(const struct command *const *commands, FILE *out) {
    (void)fputs(".SH COMMANDS\n", out);
    for (enum command_group group = COMMAND_MEASURES; group < COMMAND_HIDDEN; group++) {
        (void)fprintf(out, ".SS %s\n", command_group_title(group));
        for (const struct command *const *at = commands; *at != NULL; at++)
            if ((*at)->group == group)
                print_command(out, *at);
    }
}

static void print_options(const struct command *const *commands, FILE *out) {
    (void)fputs(
        ".SH OPTIONS\n"
        "A value follows its option after an equals sign or as the next word. A suite may say the default of what it\n"
        "has a member for.\n",
        out);
    for (enum option_group group = OPTION_GROUP_WHAT; group < OPTION_GROUP_COUNT; group++) {
        (void)fprintf(out, ".SS %s\n", usage_group_title(group));
        for (const struct option_row *row = option_table; row->name != NULL; row++) {
            if (row->group == group)
                print_option(commands, out, row);
        }
    }
}

static void print_exit_statuses(FILE *out) {
    (void)fputs(".SH \"EXIT STATUS\"\n", out);
    for (const struct usage_status *row = usage_statuses; row->meaning != NULL; row++) {
        (void)fprintf(out, ".TP\n.B %d\n", row->status);
        print_sentence(out, row->meaning);
    }
}

void usage_print_manual(const struct command *const *commands, FILE *out) {
    (void)fprintf(out, ".TH CTXBENCH 1 \"\" \"ctxbench %s\" \"User Commands\"\n", CTXBENCH_VERSION);
    (void)fputs(".SH NAME\nctxbench \\- ", out);
    print_text(out, usage_summary);
    (void)fputs(
        "\n.SH SYNOPSIS\n"
        ".B ctxbench\n"
        ".RI [ command \" [\" file ]...]\n"
        ".RI [ option ...]\n"
        ".SH DESCRIPTION\n"
        "A request id, a trace span or a logger must get from where it is known to where it is needed. It can\n"
        "be an argument of every function, lie in thread\\-local storage, be looked up by thread, or be\n"
        "hidden in the call stack.\n"
        ".B ctxbench\n"
        "runs each of these strategies on the same workloads, in fresh processes and in random order, proves\n"
        "that they give the right answers, and shows what each costs on this machine.\n"
        ".PP\n"
        "References, which show what the workload costs without a context, and the least that could serve it,\n"
        "are always measured too;\n"
        ".B ctxbench list\n"
        "names them.\n",
        out);
    print_commands(commands, out);
    print_options(commands, out);
    print_exit_statuses(out);
    (void)fputs(
        ".SH ENVIRONMENT\n"
        ".TP\n.B NO_COLOR\n"
        "When set, the table has no colours, on a terminal either.\n"
        ".TP\n.B CTXBENCH_PATIENCE\n"
        "Seconds that a worker may take beyond its measurements before it is taken for hung; 10 when not set.\n"
        ".TP\n.B CTXBENCH_LOCK\n"
        "Runs with the same value wait for each other, others do not; for tests, since runs at once disturb each "
        "other.\n"
        ".TP\n.B CTXBENCH_SCAN\n"
        "The vectors that raw stack words are searched with, where a strategy does that: avx512, avx2, or plain for "
        "none; the largest that "
        "the processor has when not set.\n"
        ".SH EXAMPLES\n"
        ".nf\n"
        "ctxbench list\n"
        "ctxbench \\-\\-suite=quick \\-\\-strategy=NAME,NAME\n"
        "ctxbench \\-\\-strategy='NAME*' \\-\\-workload=NAME \\-\\-depth=0,64 \\-\\-out=a.json\n"
        "ctxbench suite \\-\\-suite=smoke >mine.json; ctxbench \\-\\-suite=mine.json\n"
        "ctxbench \\-\\-dry\\-run \\-\\-topology='synthetic:package:2 core:8 pu:2'\n"
        ".fi\n"
        ".SH \"SEE ALSO\"\n"
        ".BR gls (3)\n",
        out);
}
