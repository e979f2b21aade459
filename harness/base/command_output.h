/* Runs another program and keeps what it says: for short questions, as which version it has, and for builds. */
#ifndef CTXBENCH_COMMAND_OUTPUT_H
#define CTXBENCH_COMMAND_OUTPUT_H

#include <stddef.h>

#include "base/error.h"

/*
 * Runs argv[0], a path or a name that is looked for along PATH, in `directory`, with nothing to read. The first of what
 * it writes to either stream is put into `output`, ended by a zero. False with *error set when it cannot be started,
 * ends with another status than 0, or takes longer than `deadline_seconds`: then it is killed.
 */
bool command_output(char *const argv[], const char *directory, double deadline_seconds, char *output, size_t size,
                    struct error *error);

#endif
