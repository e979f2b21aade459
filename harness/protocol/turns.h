/*
 * Two workers that measure together take turns, sample by sample, on the same PUs. A shared machine is slow for some
 * tens or hundreds of milliseconds, by up to half where another guest uses the same core: much longer than a sample
 * and about as long as a worker lives. What lies within a pair of samples then disturbs both alike, and cancels in
 * their ratio; of executions one after the other it would be a difference.
 *
 * Each worker holds one end of a socket. Who receives a byte has the turn, and sends it back when its sample is done. A
 * worker whose partner is gone goes on alone.
 */
#ifndef CTXBENCH_TURNS_H
#define CTXBENCH_TURNS_H

#include "base/error.h"

enum {
    TURNS_SIDES = 2,
    TURNS_DESCRIPTOR = 3, /* by which a worker knows its end */
};

/* A pair of ends, closed in what we execute. The worker with ends[first] has the first turn. False with *error set. */
bool turns_open(int ends[TURNS_SIDES], int first, struct error *error);
void turns_close(int ends[TURNS_SIDES]);

/* In a worker. */
void turns_wait(int end);
void turns_pass(int end);

#endif
