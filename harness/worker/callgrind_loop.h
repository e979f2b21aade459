/*
 * What a worker says to callgrind, whose instructions are counted between enter and leave alone: client requests, which
 * are no more than a few moves and rotations where no callgrind listens.
 *
 * Each dump writes what was counted since the one before into a file of its own; callgrind.h reads them. The first is
 * of a loop that warms up: caches of the unwinder, symbols, the first use of an id.
 */
#ifndef CTXBENCH_CALLGRIND_LOOP_H
#define CTXBENCH_CALLGRIND_LOOP_H

/* NULL when instructions can be counted here, else what is missing. */
const char *callgrind_loop_unavailable(void);

void callgrind_loop_begin(void);
void callgrind_loop_enter(void);
void callgrind_loop_leave(void);
void callgrind_loop_dump(void);

#endif
