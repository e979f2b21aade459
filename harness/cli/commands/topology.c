#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/command.h"

static unsigned terminal_width(void) {
    struct winsize size;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
        return size.ws_col;
    return 80;
}

static int topology_command(const struct command_call *call) {
    topology_draw(call->topology, stdout, terminal_width());
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
