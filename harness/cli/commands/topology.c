#include <unistd.h>

#include "base/display.h"
#include "base/json_build.h"
#include "base/message.h"
#include "cli/command.h"
#include "machine/environment.h"
#include "session/results_context.h"

enum { WIDTH_MIN = 40 };

/* One line, for scripts: which machine it is, and of which kind. */
static int print_json(const struct topology *topology) {
    struct environment environment;
    const struct json_build build = {0};
    const bool is_here = topology_is_here(topology);
    if (is_here)
        environment_capture(&environment, topology_facts(topology));
    json_t *machine = results_machine(topology_facts(topology), is_here ? &environment : NULL);
    if (json_build_write(&build, machine, JSON_COMPACT, stdout) || ferror(stdout))
        return EXIT_STATUS_OK; /* what could not be written is told by main */
    message(stderr, "out of memory for the facts of the machine");
    return EXIT_STATUS_FAILED;
}

static int topology_command(const struct command_call *call) {
    if (options_want_format(call->options, "json"))
        return print_json(call->topology);
    const unsigned width = text_terminal_width(STDOUT_FILENO);
    topology_draw(call->topology, stdout, width >= WIDTH_MIN ? width : TEXT_WIDTH);
    return EXIT_STATUS_OK;
}

static const struct command_option takes[] = {
    {.name = "topology"},
    {.name = "format", .help = "terminal: drawn; json: a line of facts, with the machine's fingerprint and its kind"},
    {.name = NULL},
};

COMMAND_FORMATS("terminal", "json")

const struct command command_topology = {
    .name = "topology",
    .group = COMMAND_SHOWS,
    .help = "draw the machine and the placements that it has",
    .options = takes,
    .format = format,
    .needs = COMMAND_NEEDS_TOPOLOGY,
    .examples = {{"topology", "this machine"},
                 {"topology --topology='synthetic:package:2 core:8 pu:2'", "another one"},
                 {"topology --format=json", "for scripts: machines of one \"kind\" have it in common"}},
    .run = topology_command,
};
