/*
 * How a strategy is linked, for the results: which TLS model it got decides what a thread-local variable costs.
 */
#ifndef CTXBENCH_LINKAGE_H
#define CTXBENCH_LINKAGE_H

#include "registry/registry.h"

enum { LINKAGE_MAX = 64 };

/*
 * Writes "program", or "shared object" and the TLS models that the object's relocations show: what it was really built
 * with, be it ours or a user's plug-in.
 */
void linkage_describe(const struct registry_entry *entry, char text[static LINKAGE_MAX]);

#endif
