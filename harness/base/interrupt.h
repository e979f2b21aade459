/*
 * Signals, as values. After interrupt_install they arrive only inside interrupt_poll: the rest of the program is never
 * cut short half-way, and no signal is missed between a look and the wait that follows it.
 */
#ifndef CTXBENCH_INTERRUPT_H
#define CTXBENCH_INTERRUPT_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>

/*
 * SIGINT, SIGTERM and SIGHUP ask the program to finish early; SIGCHLD and SIGWINCH only wake interrupt_poll. SIGPIPE
 * and SIGXFSZ are ignored, so that a write reports its error. A SIGHUP that was ignored (nohup) stays so.
 */
void interrupt_install(void);

/* Whether one of the three arrived. */
bool interrupt_requested(void);

/* The request is being met: from now on only one that comes anew counts. */
void interrupt_acknowledge(void);

/* The opposite of interrupt_install for these three: from now on they end the program, which has nothing to lose. */
void interrupt_release(void);

/* poll(2) that signals interrupt (-1, EINTR). Returns so at once when interrupt_requested. */
int interrupt_poll(struct pollfd *fds, nfds_t count, int timeout_ms);

/* What a child process must be given back: the signals changed above, and an empty mask. */
void interrupt_changed_signals(sigset_t *set);

#endif
