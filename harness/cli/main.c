/* The program: reads the command line, gets what the command needs, and hands it over. */
#include "base/message.h"
#include "base/standard_streams.h"
#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/usage.h"

static int usage_error(const struct error *error) {
    return message_fail(EXIT_STATUS_USAGE, error);
}

/* What was printed reached its reader: a full disk is a failure, not a silence. */
static int check_printed(void) {
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_STATUS_OK;
    message(stderr, "standard output could not be written: %m");
    return EXIT_STATUS_FAILED;
}

static int with_registry(struct command_call *call) {
    const struct options *options = call->options;
    struct error error;
    struct registry registry;
    bool ready = registry_init(&registry, &error);
    if (ready)
        (void)registry_load_modules(&registry, NULL, stderr);
    if (ready)
        (void)registry_load_peers(&registry, NULL, stderr);
    for (size_t i = 0; ready && i < options->plugin_count; i++)
        ready = registry_load_plugin(&registry, options->plugins[i], &error) || error_prefix(&error, "--plugin: ");
    call->registry = &registry;
    const int status = ready ? options->command->run(call) : usage_error(&error);
    call->registry = NULL;
    registry_free(&registry);
    return status;
}

static int with_topology(struct command_call *call) {
    const struct options *options = call->options;
    struct error error;
    call->topology = topology_load(options->topology, &error);
    if (call->topology == NULL) {
        if (options->topology != NULL)
            (void)error_prefix(&error, "--topology: ");
        return usage_error(&error);
    }
    const bool is_enough = options->command->needs == COMMAND_NEEDS_TOPOLOGY;
    const int status = is_enough ? options->command->run(call) : with_registry(call);
    topology_free(call->topology);
    return status;
}

static int carry_out(const struct options *options, int argc, char **argv) {
    struct command_call call = {.commands = all_commands, .options = options, .argc = argc, .argv = argv};
    if (options->wants_help) {
        usage_print_help(all_commands, options->command_text == NULL ? NULL : options->command, stdout);
        return EXIT_STATUS_OK;
    }
    return options->command->needs == COMMAND_NEEDS_NOTHING ? options->command->run(&call) : with_topology(&call);
}

int main(int argc, char **argv) {
    standard_streams_fill();
    struct error error;
    struct options options;
    const bool is_read = options_parse(&options, all_commands, argc, argv, &error);
    const int status = is_read ? carry_out(&options, argc, argv) : usage_error(&error);
    options_free(&options);
    return status == EXIT_STATUS_OK ? check_printed() : status;
}
