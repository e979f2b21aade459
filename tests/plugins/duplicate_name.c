/* Takes the name of a strategy that the program has. */
#include "minimal.h"

const struct ctx_strategy CTX_STRATEGY_ENTRY = {MINIMAL_STRATEGY("none")};
