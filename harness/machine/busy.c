#include "machine/busy.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

const char *const busy_names[BUSY_COUNT] = {
    [BUSY_IDLE] = "idle",
    [BUSY_ONE] = "one busy core",
    [BUSY_ALL] = "all cores busy",
};

/* Never returns. A Ctrl-C at the terminal reaches the parent, who ends us. */
_Noreturn static void spin(pid_t parent, const unsigned *pu) {
    struct error ignored; /* one that cannot be bound is busy somewhere else */
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (pu != NULL)
        (void)topology_bind_thread(*pu, &ignored);
    while (getppid() == parent) {
        for (volatile unsigned i = 0; i < 100000000; i++)
            ;
    }
    _exit(0);
}

bool busy_begin(struct busy *busy, enum busy_regime regime, const struct topology *topology, struct error *error) {
    const unsigned pu_count = topology_facts(topology)->pu_count;
    const struct placement *placements = NULL;
    const size_t found = topology_placements(topology, pu_count, &placements);
    const size_t wanted = regime == BUSY_IDLE ? 0 : regime == BUSY_ONE ? 1 : pu_count;
    const bool bound = regime == BUSY_ALL && found > 0;
    *busy = (struct busy){.pids = calloc(wanted + 1, sizeof *busy->pids)};
    if (busy->pids == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for %zu processes", wanted);
    const pid_t parent = getpid();
    while (busy->count < wanted) {
        const pid_t pid = fork();
        if (pid < 0)
            return error_set_code(error, ERROR_SYSTEM, "cannot start a process that keeps a core busy: %s",
                                  strerror(errno));
        if (pid == 0)
            spin(parent, bound ? &placements[found - 1].pus[busy->count] : NULL);
        busy->pids[busy->count++] = pid;
    }
    return true;
}

void busy_end(struct busy *busy) {
    for (size_t i = 0; i < busy->count; i++)
        (void)kill(busy->pids[i], SIGKILL);
    for (size_t i = 0; i < busy->count; i++) {
        while (waitpid(busy->pids[i], NULL, 0) < 0 && errno == EINTR)
            ;
    }
    free(busy->pids);
    *busy = (struct busy){.pids = NULL};
}
