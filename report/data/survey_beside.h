/*
 * The one comparison of two runtimes: a peer's strategy and the strategy of ctxbench's own that does the same by the
 * same idea, as the peer's manifest says ("beside"). A sweep of both for each workload and parameter that both have.
 */
#ifndef CTXBENCH_SURVEY_BESIDE_H
#define CTXBENCH_SURVEY_BESIDE_H

#include "data/survey.h"

/* Appends them; there is room for as many as there are. False when out of memory. */
bool survey_add_beside(const struct result_file *file, struct arena *arena, struct survey *survey);

#endif
