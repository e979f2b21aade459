/* Was built for a program of another generation. */
#include "strategy.h"

const struct ctx_strategy CTX_STRATEGY_ENTRY = {
    .abi = CTX_STRATEGY_ABI + 1,
    .struct_size = sizeof(struct ctx_strategy),
    .name = "wrong-abi",
    .summary = "for tests",
};
