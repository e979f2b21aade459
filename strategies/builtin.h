/* The strategies that the build found; the table itself is generated. */
#ifndef CTX_BUILTIN_H
#define CTX_BUILTIN_H

#include "strategy.h"

extern const struct ctx_strategy *const builtin_strategies[]; /* ends with NULL */

#endif
