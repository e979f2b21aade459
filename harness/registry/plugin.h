/*
 * Plug-ins: shared objects that export one strategy.
 */
#ifndef CTXBENCH_PLUGIN_H
#define CTXBENCH_PLUGIN_H

#include "base/error.h"
#include "strategy.h"

/*
 * Loads the shared object in a child process, checks the strategy it exports, and asks whether it is available. A
 * plug-in that crashes, hangs or exits while that happens harms nobody else; the message says how it ended.
 */
bool plugin_try(const char *path, struct error *error);

/*
 * Loads the shared object into this process, for good. NULL with *error set when there is no strategy in it; the one
 * that there is has not been checked yet.
 */
const struct ctx_strategy *plugin_load(const char *path, struct error *error);

#endif
