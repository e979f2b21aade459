/* gnuplot, as a process of its own that gets a script and gives back what it draws. */
#ifndef CTXBENCH_GNUPLOT_H
#define CTXBENCH_GNUPLOT_H

#include <stdbool.h>
#include <stddef.h>

/* What to tell people when it is missing. */
extern const char gnuplot_missing[];

/*
 * Runs a script that draws to standard output. Returns what it drew, which the caller frees, with its size; NULL with a
 * message in `error` if it is missing, fails, or takes longer than a minute.
 */
char *gnuplot_draw(const char *script, size_t *size, char *error, size_t error_size);

#endif
