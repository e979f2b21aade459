/* Loads and is accepted. */
#include "minimal.h"

const struct ctx_strategy CTX_STRATEGY_ENTRY = {MINIMAL_STRATEGY("well-formed")};
