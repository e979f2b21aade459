/* Numbers without a pattern, the same in every run: xorshift64* (Vigna, 2016). */
#ifndef CTXBENCH_TESTS_UNIFORM_H
#define CTXBENCH_TESTS_UNIFORM_H

#include <stdint.h>

/* Above 0 and below 1. The state is not 0. */
static inline double uniform(uint64_t *state) {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return ((double)((*state * UINT64_C(0x2545F4914F6CDD1D)) >> 11) + 0.5) / 9007199254740992.0;
}

#endif
