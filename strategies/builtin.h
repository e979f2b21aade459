/* The strategies that the build found; the tables themselves are generated. */
#ifndef CTX_BUILTIN_H
#define CTX_BUILTIN_H

#include "strategy.h"

extern const struct ctx_strategy *const builtin_strategies[]; /* ends with NULL */
extern const char *const builtin_modules[]; /* "tls-gd.so": files of the strategies in modules/; ends with NULL */

#endif
