#include "base/command_output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/excerpt.h"
#include "base/interrupt.h"
#include "base/now.h"
#include "base/spawn.h"

enum { NO_PROGRAM = -1 };

/*
 * In our process group, so that a Ctrl-C at the terminal reaches it, too. Returns an error number; *pid is set only
 * where that is 0.
 */
static int start(char *const argv[], const char *directory, int output, pid_t *pid) {
    const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing < 0)
        return errno;
    const int descriptors[] = {nothing, output, output};
    const struct spawn_plan plan = {
        .argv = argv, .program = argv[0], .directory = directory, .descriptors = descriptors, .descriptor_count = 3};
    pid_t child;
    const int failure = spawn_program(&plan, &child);
    (void)close(nothing);
    if (failure == 0)
        *pid = child;
    return failure;
}

/* Reads until nobody writes any more; keeps what fits. False when the time is up, or the program is to finish. */
static bool collect(int input, double deadline, char *output, size_t size) {
    size_t used = 0;
    char chunk[4096];
    for (;;) {
        const double left = deadline - now_seconds();
        if (left <= 0 || interrupt_requested())
            return false;
        struct pollfd ready = {.fd = input, .events = POLLIN};
        const int count = interrupt_poll(&ready, 1, left < 1 ? (int)(left * 1e3) + 1 : 1000);
        const ssize_t got = count > 0 ? read(input, chunk, sizeof chunk) : -1;
        if (got == 0)
            return true;
        if (got < 0)
            continue;
        const size_t room = size - 1 - used, kept = (size_t)got < room ? (size_t)got : room;
        memcpy(output + used, chunk, kept);
        used += kept;
        output[used] = '\0';
    }
}

static bool judge(const char *name, int status, const char *output, struct error *error) {
    char said[300];
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    excerpt_first(said, sizeof said, output, strlen(output));
    return error_set(error, "%s ended with %s %d%s%s", name, WIFEXITED(status) ? "status" : "signal",
                     WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), said[0] != '\0' ? "; it said: " : "",
                     said);
}

bool command_output(char *const argv[], const char *directory, double deadline_seconds, char *output, size_t size,
                    struct error *error) {
    int ends[2], status = 0;
    pid_t pid = NO_PROGRAM;
    output[0] = '\0';
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_set_code(error, ERROR_SYSTEM, "cannot start %s, no pipe: %s", argv[0], strerror(errno));
    const double deadline = now_seconds() + deadline_seconds;
    const int failure = start(argv, directory, ends[1], &pid);
    (void)close(ends[1]);
    const bool in_time = pid != NO_PROGRAM && collect(ends[0], deadline, output, size);
    (void)close(ends[0]);
    if (pid == NO_PROGRAM)
        return error_set_code(error, ERROR_SYSTEM, "cannot start %s: %s", argv[0], strerror(failure));
    if (!in_time)
        (void)kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (in_time)
        return judge(argv[0], status, output, error);
    if (interrupt_requested())
        return error_set_code(error, ERROR_INTERRUPTED, "interrupted while %s ran", argv[0]);
    return error_set(error, "%s did not end within %.0f s", argv[0], deadline_seconds);
}
