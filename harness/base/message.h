/* What the program says beside its results: lines on standard error that begin with the program's name. */
#ifndef CTXBENCH_MESSAGE_H
#define CTXBENCH_MESSAGE_H

#include <stdio.h>

#include "base/error.h"

/* The name that the program was called by: bench in a build, ctxbench once it is installed. */
const char *message_program(void);

/* Writes "PROGRAM: " and the text as one line to `out`; nothing where that is NULL. */
__attribute__((format(printf, 2, 3))) void message(FILE *out, const char *format, ...);

/*
 * Writes the error to standard error and returns the status, so that callers can say `return message_fail(...)`. One
 * that says that the user has interrupted the program is not written, and has a status of its own.
 */
int message_fail(int status, const struct error *error);

#endif
