/* What may disturb the figures of a run: what was found before it, and what follows from its result file. */
#ifndef CTXBENCH_WARNINGS_H
#define CTXBENCH_WARNINGS_H

#include "data/summary.h"

/* Calls `visit` with each warning, a sentence; in the order in which they matter. Returns how many there are. */
size_t warnings_visit(const struct summary *report, void (*visit)(const char *warning, void *arg), void *arg);

#endif
