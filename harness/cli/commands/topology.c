#include <unistd.h>

#include "base/display.h"
#include "cli/command.h"

enum { WIDTH_MIN = 40 };

static int topology_command(const struct command_call *call) {
    const unsigned width = text_terminal_width(STDOUT_FILENO);
    topology_draw(call->topology, stdout, width >= WIDTH_MIN ? width : TEXT_WIDTH);
    return EXIT_STATUS_OK;
}

static const struct command_option takes[] = {{.name = "topology"}, {.name = NULL}};

const struct command command_topology = {
    .name = "topology",
    .group = COMMAND_SHOWS,
    .help = "draw the machine and the placements that it has",
    .options = takes,
    .needs = COMMAND_NEEDS_TOPOLOGY,
    .examples = {{"topology", "this machine"},
                 {"topology --topology='synthetic:package:2 core:8 pu:2'", "another one"}},
    .run = topology_command,
};
