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
    (void)fputs(".\n", out);
}

static void print_option(FILE *out, const struct option_row *row) {
    (void)fputs(".TP\n.B \\-\\-", out);
    print_text(out, row->name);
    if (row->argument != NULL)
        (void)fprintf(out, "=\\fI%s\\fR", row->argument);
    (void)fputc('\n', out);
    print_sentence(out, row->help);
    char defaults[512];
    usage_defaults(row, defaults, sizeof defaults);
    if (defaults[0] != '\0')
        print_sentence(out, defaults);
}

static void print_commands(FILE *out) {
    (void)fputs(".SH COMMANDS\n", out);
    for (const struct command_row *row = command_table; row->name != NULL; row++) {
        (void)fprintf(out, ".TP\n.B %s%s%s%s\n", row->name, row->operands != NULL ? " \\fI" : "",
                      row->operands != NULL ? row->operands : "", row->operands != NULL ? "\\fR" : "");
        print_sentence(out, row->help);
    }
}

static void print_options(FILE *out) {
    (void)fputs(
        ".SH OPTIONS\n"
        "A value follows its option after an equals sign or as the next word.\n",
        out);
    for (enum option_group group = OPTION_GROUP_WHAT; group < OPTION_GROUP_HIDDEN; group++) {
        (void)fprintf(out, ".SS %s\n", usage_group_title(group));
        for (const struct option_row *row = option_table; row->name != NULL; row++) {
            if (row->group == group)
                print_option(out, row);
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

void usage_print_manual(FILE *out) {
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
    print_commands(out);
    print_options(out);
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
