/*
 * Pseudo-random numbers that a recorded seed reproduces on every platform. Not for secrets.
 *
 * Algorithm: splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014): 64 bits of
 * state, any seed is good, and ample for shuffling plans.
 */
#ifndef CTXBENCH_RANDOM_H
#define CTXBENCH_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state; /* the seed, to begin with */
};

uint64_t random_next(struct random *random);

/* Uniform in 0 .. bound - 1, without the bias of a plain remainder. bound >= 1. */
uint64_t random_below(struct random *random, uint64_t bound);

/* A seed from the operating system. */
uint64_t random_fresh_seed(void);

#endif
