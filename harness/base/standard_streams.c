#include "base/standard_streams.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* System calls past the C library: a sanitizer that intercepts its functions may not have been initialised yet. */
__attribute__((no_sanitize("address", "thread", "undefined"))) void standard_streams_fill(void) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (syscall(SYS_fcntl, fd, F_GETFD) == -1) /* the lowest that is free, and so what is opened gets it */
            (void)syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY);
    }
}

static void fill_early(int argc, char **argv, char **environment) {
    (void)argc, (void)argv, (void)environment;
    standard_streams_fill();
}

__attribute__((section(".preinit_array"), used)) static void (*early)(int argc, char **argv,
                                                                      char **environment) = fill_early;
