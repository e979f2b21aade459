/* Stacks and contexts out of a core file or a live process, with elfutils' libdw. */
#ifndef GLS_DECODE_INSPECT_H
#define GLS_DECODE_INSPECT_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

enum { INSPECT_REASON_MAX = 256 };

/*
 * Writes a line for each thread (text.h) and one for each binding that is in force in its innermost scope. `*found`:
 * one thread has an id. False, with the reason: it cannot be read.
 */
bool inspect_core(const char *core, const char *program, FILE *out, bool *found,
                  char reason[static INSPECT_REASON_MAX]);
bool inspect_process(pid_t process, FILE *out, bool *found, char reason[static INSPECT_REASON_MAX]);

#endif
