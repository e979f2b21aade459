/* Figures as PDF, which gnuplot draws, as a process of its own that gets a script and gives back what it draws. */
#ifndef CTXBENCH_GNUPLOT_H
#define CTXBENCH_GNUPLOT_H

#include <stddef.h>

#include "base/error.h"
#include "figure/figure.h"

/*
 * Draws the figure. Returns the bytes of the PDF, which the caller frees; NULL with *error set if gnuplot is
 * missing, fails, or takes longer than a minute.
 */
char *gnuplot_draw_pdf(const struct figure *figure, size_t *size, struct error *error);

#endif
