#include "registry/plugin.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/now.h"
#include "registry/contract.h"

enum { TRIAL_DEADLINE_MS = 10000 };

/*
 * A variable that is only here to be aligned. The loader aligns the block of thread-local variables once, when the
 * program starts, as its own variables want it, and refuses later objects that want more and use the initial-exec
 * model: liburcu's readers stand on pairs of cache lines.
 */
__attribute__((used)) static _Thread_local _Alignas(128) char alignment_for_plugins;

/* dlopen searches the library path for a name without a slash; a plug-in in the current directory is meant as a file.
 */
static void *open_object(const char *path) {
    if (strchr(path, '/') != NULL)
        return dlopen(path, RTLD_NOW | RTLD_LOCAL);
    char here[4096];
    (void)snprintf(here, sizeof here, "./%s", path);
    return dlopen(here, RTLD_NOW | RTLD_LOCAL);
}

/* In the child: whatever the plug-in does to this process ends with it. The message goes through the pipe. */
static _Noreturn void try_in_child(const char *path, int pipe_end) {
    struct error error = {.text = ""};
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    const struct ctx_strategy *strategy = plugin_load(path, &error);
    if (strategy != NULL && contract_check(strategy, &error) && strategy->unavailable != NULL)
        (void)strategy->unavailable();
    /* One byte tells that loading came to its end; an empty message that all is well. */
    size_t size = strlen(error.text) + 1;
    _exit(write(pipe_end, error.text, size) == (ssize_t)size ? 0 : 1);
}

/* Reads the child's message up to its terminator. False when the child ended without one, or took too long. */
static bool read_message(int pipe_end, char *message, size_t size, bool *timed_out) {
    int64_t deadline_ms = (int64_t)(now_ns() / 1000000) + TRIAL_DEADLINE_MS;
    size_t used = 0;
    *timed_out = false;
    while (used < size) {
        int64_t left_ms = deadline_ms - (int64_t)(now_ns() / 1000000);
        struct pollfd ready = {.fd = pipe_end, .events = POLLIN};
        int count = left_ms > 0 ? poll(&ready, 1, (int)left_ms) : 0;
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            *timed_out = true;
            return false;
        }
        ssize_t got = read(pipe_end, message + used, size - used);
        if (got <= 0)
            return false;
        used += (size_t)got;
        if (message[used - 1] == '\0')
            return true;
    }
    return false;
}

static bool describe_end(int status, bool timed_out, struct error *error) {
    if (timed_out)
        return error_set(error, "still not loaded after %d seconds; its start-up code seems to hang",
                         TRIAL_DEADLINE_MS / 1000);
    if (WIFSIGNALED(status))
        return error_set(error, "crashes when loaded: signal %d (%s); look at its start-up code in a debugger",
                         WTERMSIG(status), strsignal(WTERMSIG(status)));
    return error_set(error, "ends the program when loaded, with exit status %d; wanted a strategy",
                     WEXITSTATUS(status));
}

bool plugin_try(const char *path, struct error *error) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_set_code(error, ERROR_SYSTEM, "cannot be tried, no pipe: %s", strerror(errno));
    pid_t child = fork();
    if (child < 0) {
        int reason = errno;
        (void)close(ends[0]);
        (void)close(ends[1]);
        return error_set_code(error, ERROR_SYSTEM, "cannot be tried, no process: %s", strerror(reason));
    }
    if (child == 0) {
        (void)close(ends[0]);
        try_in_child(path, ends[1]);
    }
    (void)close(ends[1]);

    struct error message = {.text = ""};
    bool timed_out;
    bool told = read_message(ends[0], message.text, sizeof message.text, &timed_out);
    (void)close(ends[0]);
    if (!told)
        (void)kill(child, SIGKILL); /* it may hang; one that is ending already keeps its own status */
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!told)
        return describe_end(status, timed_out, error);
    return message.text[0] == '\0' || error_set(error, "%s", message.text);
}

const struct ctx_strategy *plugin_load(const char *path, struct error *error) {
    if (access(path, R_OK) != 0) {
        error_set_code(error, ERROR_SYSTEM, "cannot be read: %s", strerror(errno));
        return NULL;
    }
    void *object = open_object(path);
    if (object == NULL) {
        error_set(error, "cannot be loaded: %s", dlerror());
        return NULL;
    }
    const struct ctx_strategy *strategy = dlsym(object, CTX_STRATEGY_SYMBOL);
    if (strategy == NULL)
        error_set(error, "found no symbol %s, wanted the strategy's descriptor (kernels.h exports it)",
                  CTX_STRATEGY_SYMBOL);
    return strategy;
}
