/* A figure as a script of gnuplot, for authors who restyle it, and for PDF. */
#ifndef CTXBENCH_GNUPLOT_SOURCE_H
#define CTXBENCH_GNUPLOT_SOURCE_H

#include <stdbool.h>
#include <stdio.h>

#include "figure/figure.h"

/*
 * Writes the script, the data included. It draws a PDF of the size of a column of a paper to `file`, or to standard
 * output if that is NULL. False when out of memory.
 */
bool gnuplot_write_source(const struct figure *figure, const char *file, FILE *out);

#endif
