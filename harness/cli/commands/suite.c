#include <stdio.h>

#include "cli/command.h"

static int suite_command(const struct command_call *call) {
    (void)fputs(call->options->suite->text, stdout);
    return EXIT_STATUS_OK;
}

static const struct command_option takes[] = {{.name = "suite"}, {.name = NULL}};

const struct command command_suite = {
    .name = "suite",
    .group = COMMAND_SHOWS,
    .help = "check a suite and print its file, to copy and to change",
    .options = takes,
    .examples = {{"suite --suite=smoke >mine.json", "one to start from"}, {"suite --suite=mine.json", "is it right?"}},
    .run = suite_command,
};
