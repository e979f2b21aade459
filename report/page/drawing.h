/* Figures as gnuplot draws them, ready for their place. */
#ifndef CTXBENCH_DRAWING_H
#define CTXBENCH_DRAWING_H

#include "page/document.h"

/* The bytes of a file with the figure, which the caller frees. NULL with a message if it could not be drawn. */
char *drawing_make(const struct figure *figure, enum figure_format format, size_t *size, char *error,
                   size_t error_size);

/*
 * All figures of a document, in their order, for page_write_html; freed with drawings_free. A figure that could not be
 * drawn is NULL, and *error says why the first of them was not. NULL when out of memory.
 */
char **drawings_make(const struct document *document, char *error, size_t error_size);
void drawings_free(char **drawings, const struct document *document);

#endif
