/* Is well-formed, but cannot run on any machine. */
#include "minimal.h"

static const char *unavailable(void) {
    return "needs a processor that nobody has built";
}

const struct ctx_strategy CTX_STRATEGY_ENTRY = {MINIMAL_STRATEGY("unavailable"), .unavailable = unavailable};
