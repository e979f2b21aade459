/* What a result file need not say of whose machine it is from: host names, paths and command lines are left out. */
#ifndef CTXBENCH_ANONYMOUS_H
#define CTXBENCH_ANONYMOUS_H

#include <jansson.h>
#include <stdbool.h>

/* What stands in place of a path, and of the host's name. */
#define ANONYMOUS_PATH "(path)"
#define ANONYMOUS_HOST "(host)"

/* The text without absolute paths, paths from here or from home, and this host's name ("": none). free() it; NULL when
 * out of memory. */
char *anonymous_text(const char *text, const char *host);

/* The same in all texts below the value, but not in keys. False when out of memory. */
bool anonymous_json(json_t *value, const char *host);

/* A result file's "context": also its host, program, command line, and the options that name files. Likewise. */
bool anonymous_context(json_t *context);

#endif
