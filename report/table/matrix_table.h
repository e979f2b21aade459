/* The conformance matrix as people read it. */
#ifndef CTXBENCH_MATRIX_TABLE_H
#define CTXBENCH_MATRIX_TABLE_H

#include <stdio.h>

#include "data/matrix.h"
#include "text/style.h"

/*
 * For people: scenarios as rows, strategies as columns, in as many blocks as the width needs; then what breaks and why,
 * each reason once, and what is not as expected.
 */
void matrix_table_print(const struct matrix *matrix, FILE *out, struct table_style style);

/* The same as a table in Markdown (GitHub's). */
void matrix_table_print_markdown(const struct matrix *matrix, FILE *out);

#endif
