/* Where a run reads and writes. */
#ifndef CTXBENCH_RUN_FILES_H
#define CTXBENCH_RUN_FILES_H

#include <limits.h>
#include <stdbool.h>

#include "base/error.h"
#include "machine/environment.h"

struct run_files {
    char result[PATH_MAX];  /* the result file; for streams, what it would be called */
    char journal[PATH_MAX]; /* beside it */
    const char *stream;     /* "-", a device or a pipe, which the results are written to as it stands; or NULL */
};

/* From --out; where it names no file, the names are still to be chosen. False with *error set if a path is too long. */
bool run_files_name(struct run_files *files, const char *out, struct error *error);

/* The default name: <host>-<date>-<time>, with a number from 2 on where that is taken. Likewise. */
bool run_files_name_default(struct run_files *files, const struct environment *environment, unsigned number,
                            struct error *error);

/* From --resume, which names the result file or its journal; `out` is what the resumed run was given. */
bool run_files_name_resumed(struct run_files *files, const char *resume, const char *out, struct error *error);

/* Where results_write is to write. */
const char *run_files_target(const struct run_files *files);

#endif
