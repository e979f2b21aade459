/* Its start-up code dies of a signal, whatever handlers a sanitizer has set. */
#include <signal.h>

#include "minimal.h"

__attribute__((constructor)) static void crash(void) {
    (void)signal(SIGSEGV, SIG_DFL);
    (void)raise(SIGSEGV);
}

const struct ctx_strategy CTX_STRATEGY_ENTRY = {MINIMAL_STRATEGY("crash-when-loaded")};
