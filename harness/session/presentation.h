/*
 * What strategies, workloads and scenarios say of themselves for whoever shows a result: sections, roles, yardsticks,
 * conditions, and which scenarios each strategy is expected to fail. All of it is written into the result file, so that
 * no reader has to know them by name.
 */
#ifndef CTXBENCH_PRESENTATION_H
#define CTXBENCH_PRESENTATION_H

#include <stddef.h>

#include "plan/plan.h"
#include "session/trial.h"
#include "strategy.h"

struct json_t; /* jansson's */

/*
 * The member "presentation" of a result file: of the strategies and the workloads of the plan's cases, and of `more`
 * strategies. What a trial has found (NULL: there was none) counts as what is expected does. NULL when out of memory.
 */
struct json_t *presentation_to_json(const struct plan *plan, const struct ctx_strategy *const *more, size_t more_count,
                                    const struct trial *trial);

#endif
