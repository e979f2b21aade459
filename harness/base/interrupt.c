#include "base/interrupt.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

static const int finishing[] = {SIGINT, SIGTERM, SIGHUP};
static const int waking[] = {SIGCHLD, SIGWINCH};
static const int ignored[] = {SIGPIPE, SIGXFSZ};
enum {
    FINISHING_COUNT = sizeof finishing / sizeof finishing[0],
    WAKING_COUNT = sizeof waking / sizeof waking[0],
    IGNORED_COUNT = sizeof ignored / sizeof ignored[0],
};

static volatile sig_atomic_t requested;

static void note_request(int number) {
    (void)number;
    requested = 1;
}

static void wake(int number) {
    (void)number;
}

static void handle(int number, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

static bool is_ignored(int number) {
    struct sigaction action;
    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

void interrupt_install(void) {
    sigset_t held;
    sigemptyset(&held);
    for (size_t i = 0; i < FINISHING_COUNT; i++) {
        sigaddset(&held, finishing[i]);
        if (finishing[i] != SIGHUP || !is_ignored(SIGHUP))
            handle(finishing[i], note_request);
    }
    for (size_t i = 0; i < WAKING_COUNT; i++) {
        sigaddset(&held, waking[i]);
        handle(waking[i], wake);
    }
    for (size_t i = 0; i < IGNORED_COUNT; i++)
        handle(ignored[i], SIG_IGN);
    sigprocmask(SIG_BLOCK, &held, NULL);
}

bool interrupt_requested(void) {
    return requested != 0;
}

void interrupt_acknowledge(void) {
    requested = 0;
}

void interrupt_release(void) {
    sigset_t released;
    sigemptyset(&released);
    for (size_t i = 0; i < FINISHING_COUNT; i++) {
        sigaddset(&released, finishing[i]);
        if (!is_ignored(finishing[i]))
            handle(finishing[i], SIG_DFL);
    }
    sigprocmask(SIG_UNBLOCK, &released, NULL);
}

int interrupt_poll(struct pollfd *fds, nfds_t count, int timeout_ms) {
    if (interrupt_requested()) {
        errno = EINTR;
        return -1;
    }
    sigset_t open;
    sigemptyset(&open);
    struct timespec timeout = {.tv_sec = timeout_ms / 1000, .tv_nsec = (long)(timeout_ms % 1000) * 1000000};
    return ppoll(fds, count, timeout_ms < 0 ? NULL : &timeout, &open);
}

void interrupt_changed_signals(sigset_t *set) {
    sigemptyset(set);
    for (size_t i = 0; i < FINISHING_COUNT; i++)
        sigaddset(set, finishing[i]);
    for (size_t i = 0; i < WAKING_COUNT; i++)
        sigaddset(set, waking[i]);
    for (size_t i = 0; i < IGNORED_COUNT; i++)
        sigaddset(set, ignored[i]);
}
