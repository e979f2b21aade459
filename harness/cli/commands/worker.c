#include "worker/worker.h"

#include "cli/command.h"

static int run_worker(const struct command_call *call) {
    (void)call;
    return worker_main();
}

const struct command command_worker = {
    .option = "worker",
    .group = COMMAND_HIDDEN,
    .help = "serve one execution, on standard input and output",
    .run = run_worker,
};
