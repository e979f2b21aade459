/* The time since some moment, by the clock that nobody sets. From any thread. */
#ifndef CTXBENCH_NOW_H
#define CTXBENCH_NOW_H

#include <stdint.h>
#include <time.h>

static inline uint64_t now_ns(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

static inline double now_seconds(void) {
    return (double)now_ns() * 1e-9;
}

#endif
