#include "gate/check.h"
#include "cli/command.h"

static int run_check(const struct command_call *call) {
    return check_command(call->options, call->registry, call->topology);
}

static const struct command_option takes[] = {
    COMMAND_CHOOSES_CASES,
    {.name = "budget",
     .help = "it ends once each verdict is settled, and after this at the latest; when not given, what calibrate has "
             "suggested on this machine, or else the suite's"},
    {.name = "samples"},
    {.name = "min-time"},
    {.name = "seed"},
    {.name = "metric"},
    {.name = "threshold",
     .help = "changes within it do not matter; when not given, of times 3%, or what calibrate has suggested on this "
             "machine; of instructions 0, since they are exact"},
    {.name = "strict"},
    {.name = "out", .help = "the file for instruction counts, for a later --baseline; \"-\" is standard output"},
    {.name = "format", .help = "how it is printed: terminal, markdown or json"},
    {.name = "force", .help = "replace a file that exists; compare what does not compare, and say so"},
    {.name = "against"},
    {.name = "baseline"},
    {.name = "dry-run", .help = "print the names of the cases; measure and write nothing"},
    {.name = "quiet"},
    {.name = NULL},
};

COMMAND_FORMATS("terminal", "markdown", "json")

const struct command command_check = {
    .name = "check",
    .group = COMMAND_MEASURES,
    .help = "the gate: is this build slower than another one?",
    .options = takes,
    .format = format,
    .suite = SUITE_GATE,
    .needs = COMMAND_NEEDS_REGISTRY,
    .examples = {{"check --against=../before/build/release/bench", "two builds in turn; status 3: a case regressed"},
                 {"check --plugin=./new.so --against=./old.so", "two builds of one's own strategy"},
                 {"check --metric=instructions --baseline=counts.json", "exact counts, against those of a file"}},
    .run = run_check,
};
