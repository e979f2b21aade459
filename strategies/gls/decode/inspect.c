#include "gls/decode/inspect.h"

static bool refuse(char reason[static INSPECT_REASON_MAX]) {
    (void)snprintf(reason, INSPECT_REASON_MAX, "%s",
                   "this gls-decode was built without elfutils' libdw, which reads core files and processes; install it "
                   "(Debian: libdw-dev) and build again. Or let gdb, or eu-stack, write a trace, and read that");
    return false;
}

bool inspect_core(const char *core, const char *program, FILE *out, bool *found,
                  char reason[static INSPECT_REASON_MAX]) {
    (void)core, (void)program, (void)out, (void)found;
    return refuse(reason);
}

bool inspect_process(pid_t process, FILE *out, bool *found, char reason[static INSPECT_REASON_MAX]) {
    (void)process, (void)out, (void)found;
    return refuse(reason);
}
