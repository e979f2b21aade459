#include "gate/calibrate.h"
#include "cli/command.h"

static int run_calibrate(const struct command_call *call) {
    return calibrate_command(call->options, call->registry, call->topology);
}

static const struct command_option takes[] = {
    COMMAND_CHOOSES_CASES,
    {.name = "budget", .help = "what it may take in all; shared among the regimes of load", .preset = "900s"},
    {.name = "samples"},
    {.name = "min-time"},
    {.name = "seed"},
    {.name = "threshold", .help = "changes within it do not matter; when not given, several are judged"},
    {.name = "out", .help = "where to keep what check would use; when not given, this user's state of this machine"},
    {.name = "force"},
    {.name = "quiet"},
    {.name = NULL},
};

const struct command command_calibrate = {
    .name = "calibrate",
    .group = COMMAND_MEASURES,
    .help = "judge the gate on this machine: false alarms, what it finds",
    .options = takes,
    .suite = SUITE_GATE,
    .needs = COMMAND_NEEDS_REGISTRY,
    .examples = {{"calibrate", "a quarter of an hour; check uses what it finds"},
                 {"calibrate --budget=1h --out=calibration.json", "longer, and into a file of one's own"}},
    .run = run_calibrate,
};
