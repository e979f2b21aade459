/* Its start-up code ends the program. */
#include <unistd.h>

#include "minimal.h"

__attribute__((constructor)) static void leave(void) {
    _exit(7);
}

const struct ctx_strategy CTX_STRATEGY_ENTRY = {MINIMAL_STRATEGY("exit-when-loaded")};
