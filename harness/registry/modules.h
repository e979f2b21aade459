/*
 * Where the program's own shared objects lie: the strategies of strategies/modules/, which are loaded when they are
 * needed.
 */
#ifndef CTXBENCH_MODULES_H
#define CTXBENCH_MODULES_H

#include <limits.h>

#include "base/error.h"

/*
 * Writes the path of `file`, which stands in `directory` or, where that is NULL, where the build or an installation put
 * it: found from the place of the running program, so that both may be moved. False with *error set when it is not
 * there.
 */
bool modules_find(const char *directory, const char *file, char path[static PATH_MAX], struct error *error);

/* The same for a program that stands in the directory `program`, and need not be the one that runs. */
bool modules_find_beside(const char *program, const char *file, char path[static PATH_MAX], struct error *error);

/*
 * Writes the folder of the peers' folders: CTXBENCH_PEERS or, where that is not set, where the build or an installation
 * put them, of the program in the directory `program` (NULL: of the running one). False when there is none.
 */
bool modules_find_peers(const char *program, char path[static PATH_MAX]);

#endif
