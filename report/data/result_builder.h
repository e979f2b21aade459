/*
 * A result file in memory, made of the values that are written into one: so that whoever has measured need not read the
 * file back. For those who write result files: it shows jansson.
 */
#ifndef CTXBENCH_RESULT_BUILDER_H
#define CTXBENCH_RESULT_BUILDER_H

#include <jansson.h>

#include "base/error.h"
#include "data/result_file.h"

struct result_builder;

/* NULL when out of memory. */
struct result_builder *result_builder_new(void);

/* The parts of a file, in the order in which it has them. Values stay the caller's; what fails is told at the end. */
void result_builder_context(struct result_builder *builder, const json_t *context);
void result_builder_row(struct result_builder *builder, const json_t *row);
void result_builder_failure(struct result_builder *builder, const json_t *failure);

/* Of one that is not wanted any more; NULL is none. */
void result_builder_drop(struct result_builder *builder);

/* The file, freed by result_file_free; NULL with *error set. The builder is gone in both cases. */
struct result_file *result_builder_finish(struct result_builder *builder, struct error *error);

#endif
