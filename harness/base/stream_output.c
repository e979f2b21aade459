#include "base/stream_output.h"
#include "base/message.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"

enum { RETRY_MS = 100 };

static bool is_pipe(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISFIFO(status.st_mode);
}

int stream_output_open(const char *path) {
    bool told = false;
    for (;;) {
        const int fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd >= 0 || errno != ENXIO || !is_pipe(path))
            return fd;
        if (!told && !interrupt_requested())
            message(stderr, "nobody reads the pipe %s; waiting for a reader (an interrupt ends it).", path);
        told = true;
        (void)interrupt_poll(NULL, 0, RETRY_MS);
        if (interrupt_requested()) {
            errno = EINTR;
            return -1;
        }
    }
}

/* Waits until there is room. False with errno set. */
static bool wait_for_room(int fd) {
    struct pollfd room = {.fd = fd, .events = POLLOUT};
    for (;;) {
        if (interrupt_poll(&room, 1, -1) > 0)
            return true;
        if (errno != EINTR || interrupt_requested())
            return false;
    }
}

/* What is not ours to set O_NONBLOCK on does not block either: a pipe with room takes PIPE_BUF bytes at once. */
static ssize_t write_pieces(void *cookie, const char *bytes, size_t size) {
    const int fd = (int)(intptr_t)cookie;
    size_t done = 0;
    while (done < size) {
        const size_t piece = size - done < PIPE_BUF ? size - done : PIPE_BUF;
        if (!wait_for_room(fd))
            break;
        const ssize_t written = write(fd, bytes + done, piece);
        if (written < 0 && errno != EAGAIN && errno != EINTR)
            break;
        done += written > 0 ? (size_t)written : 0;
    }
    return (ssize_t)done;
}

static int close_descriptor(void *cookie) {
    const int fd = (int)(intptr_t)cookie;
    return fd > STDERR_FILENO ? close(fd) : 0;
}

FILE *stream_output_to(int fd) {
    const cookie_io_functions_t functions = {.write = write_pieces, .close = close_descriptor};
    return fopencookie((void *)(intptr_t)fd, "w", functions);
}
