/* What the program says of itself. */
#include <errno.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/usage.h"

static int help_command(const struct command_call *call) {
    usage_print_help(call->commands, NULL, stdout);
    return EXIT_STATUS_OK;
}

static int version_command(const struct command_call *call) {
    (void)call;
    (void)printf("%s (ctxbench) %s\n", program_invocation_short_name, CTXBENCH_VERSION);
    return EXIT_STATUS_OK;
}

static int completion_command(const struct command_call *call) {
    usage_print_completion(call->commands, stdout);
    return EXIT_STATUS_OK;
}

static int manual_command(const struct command_call *call) {
    usage_print_manual(call->commands, stdout);
    return EXIT_STATUS_OK;
}

const struct command command_help = {
    .name = "help",
    .option = "help",
    .group = COMMAND_HELPS,
    .help = "this text; COMMAND --help: what that command takes",
    .run = help_command,
};
const struct command command_version = {
    .option = "version", .group = COMMAND_HELPS, .help = "the version", .run = version_command};
const struct command command_completion = {
    .option = "completion",
    .group = COMMAND_HELPS,
    .help = "a script for bash: source <(bench --completion)",
    .run = completion_command,
};
const struct command command_manual = {
    .option = "manual", .group = COMMAND_HIDDEN, .help = "print the manual page", .run = manual_command};
