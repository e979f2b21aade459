#include "base/random.h"

#include <sys/random.h>
#include <time.h>

uint64_t random_next(struct random *random) {
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t random_below(struct random *random, uint64_t bound) {
    uint64_t excess = (UINT64_MAX - bound + 1) % bound; /* 2^64 mod bound: values below it would come too often */
    uint64_t value;
    do {
        value = random_next(random);
    } while (value < excess);
    return value % bound;
}

uint64_t random_fresh_seed(void) {
    uint64_t seed;
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) == (ssize_t)sizeof seed)
        return seed;
    /* Early in boot the pool may be empty; the order of a plan needs no more than a clock. */
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}
