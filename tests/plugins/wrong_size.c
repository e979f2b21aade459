/* Has the right ABI number, but another descriptor. */
#include "strategy.h"

const struct ctx_strategy CTX_STRATEGY_ENTRY = {
    .abi = CTX_STRATEGY_ABI,
    .struct_size = sizeof(struct ctx_strategy) - 8,
    .name = "wrong-size",
    .summary = "for tests",
};
