/* `bench compare BASE NEW`: two result files against each other. */
#ifndef CTXBENCH_COMPARE_H
#define CTXBENCH_COMPARE_H

#include "plan/options.h"

/* Prints the comparison and returns the exit status: what regressed, failed or, under --strict, came to no verdict. */
int compare_command(const struct options *options);

#endif
