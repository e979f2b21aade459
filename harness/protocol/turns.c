#include "protocol/turns.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char turn = '.';

bool turns_open(int ends[TURNS_SIDES], int first, struct error *error) {
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        ends[0] = ends[1] = -1;
        return error_set_code(error, ERROR_SYSTEM, "cannot make a socket for two workers that take turns: %s",
                              strerror(errno));
    }
    turns_pass(ends[TURNS_SIDES - 1 - first]); /* what goes in at one end comes out at the other */
    return true;
}

void turns_close(int ends[TURNS_SIDES]) {
    for (int side = 0; side < TURNS_SIDES; side++) {
        if (ends[side] >= 0)
            close(ends[side]);
        ends[side] = -1;
    }
}

void turns_wait(int end) {
    char received;
    while (recv(end, &received, 1, 0) < 0 && errno == EINTR)
        ;
}

void turns_pass(int end) {
    while (send(end, &turn, 1, MSG_NOSIGNAL) < 0 && errno == EINTR)
        ;
}
