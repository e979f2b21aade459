#include "base/lock.h"
#include "base/message.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/interrupt.h"

enum { WAITERS_MAX = 64, RETRY_MS = 200 };

/* An abstract address begins with a zero and ends with its length. */
static socklen_t address_make(struct sockaddr_un *address) {
    const char *own = getenv("CTXBENCH_LOCK");
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    int length = snprintf(address->sun_path + 1, sizeof address->sun_path - 1, "ctxbench-run%s%s",
                          own != NULL ? "-" : "", own != NULL ? own : "");
    size_t most = sizeof address->sun_path - 2;
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + ((size_t)length < most ? (size_t)length : most));
}

static int new_socket(void) {
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* Binds the name and listens, so that those who wait can connect. -1 with errno set. */
static int try_to_hold(const struct sockaddr_un *address, socklen_t length) {
    int fd = new_socket();
    if (fd >= 0 && bind(fd, (const struct sockaddr *)address, length) == 0 && listen(fd, WAITERS_MAX) == 0)
        return fd;
    int failure = errno;
    if (fd >= 0)
        close(fd);
    errno = failure;
    return -1;
}

/*
 * Connects to the holder, says who that is, and waits: the connection breaks when the holder ends. Where it cannot
 * connect (the holder just ended, or too many wait already) it waits a moment.
 */
static void wait_for_holder(const struct sockaddr_un *address, socklen_t length, FILE *notes, pid_t *announced) {
    int fd = new_socket();
    struct pollfd broken = {.fd = -1, .events = POLLIN};
    if (fd >= 0 && connect(fd, (const struct sockaddr *)address, length) == 0) {
        struct ucred holder = {0};
        socklen_t size = sizeof holder;
        (void)getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &holder, &size);
        if (notes != NULL && holder.pid != *announced)
            message(notes, "another run is measuring on this machine (process %d); waiting for it to end.",
                    (int)holder.pid);
        *announced = holder.pid;
        broken.fd = fd;
    }
    (void)interrupt_poll(&broken, 1, broken.fd >= 0 ? -1 : RETRY_MS);
    if (fd >= 0)
        close(fd);
}

bool lock_take(int *lock, FILE *notes, struct error *error) {
    struct sockaddr_un address;
    socklen_t length = address_make(&address);
    pid_t announced = -1;
    while (!interrupt_requested()) {
        *lock = try_to_hold(&address, length);
        if (*lock >= 0)
            return true;
        if (errno != EADDRINUSE)
            return error_set_code(error, ERROR_SYSTEM,
                                  "cannot make sure that no other run measures on this machine: %s", strerror(errno));
        wait_for_holder(&address, length, notes, &announced);
    }
    return error_set_code(error, ERROR_INTERRUPTED, "interrupted");
}

void lock_give_back(int lock) {
    close(lock);
}
