/* `bench export RESULT`: a result file in the format of another program. */
#ifndef CTXBENCH_EXPORT_COMMAND_H
#define CTXBENCH_EXPORT_COMMAND_H

#include "plan/options.h"

/* Writes it, and returns the exit status. */
int export_command(const struct options *options);

#endif
