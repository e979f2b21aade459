/*
 * Makes one result file of several machines of result files of one machine each: each execution stands in it once, with
 * the index of its machine. A file that holds only a matrix goes to the machine whose run has the same name.
 */
#ifndef CTXBENCH_MERGE_H
#define CTXBENCH_MERGE_H

#include <stdio.h>

#include "base/error.h"

struct json_t; /* jansson's */

struct merge;

/*
 * Reads what each file says of its machine; the rest is read while it is written. NULL with *error set: a file that is
 * none, that holds several machines already, or that holds a run that another one holds, too. Paths stay the caller's.
 */
struct merge *merge_open(const char *const *paths, size_t path_count, struct error *error);
void merge_free(struct merge *merge);

/* `missing`: an array of what was wanted and is not there, or NULL. False with *error set. */
bool merge_write(const struct merge *merge, const struct json_t *missing, FILE *out, struct error *error);

#endif
