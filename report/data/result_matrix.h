/* The conformance matrix that a result file holds. */
#ifndef CTXBENCH_RESULT_MATRIX_H
#define CTXBENCH_RESULT_MATRIX_H

#include "base/arena.h"
#include "data/matrix.h"
#include "data/result_file.h"

/* False when out of memory. *matrix is NULL if the file has none. Lives in the arena, and refers to the file. */
bool result_matrix_read(const struct result_file *file, struct arena *arena, const struct matrix **matrix);

#endif
