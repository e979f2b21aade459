/*
 * Counts what this process asks the C library's allocator for, all its objects and plug-ins together, by putting
 * functions that count into the tables through which they call malloc(3) and its like. While nobody counts, the tables
 * are as the dynamic linker has left them, so that no measurement has a counter in it.
 *
 * Not seen: what the dynamic linker allocates for itself, as for a thread's own variables; and what comes from mmap(2)
 * directly, as stacks of threads and fibers do.
 *
 * Not to be begun or ended while other threads allocate; counting itself takes place on all threads.
 */
#ifndef CTXBENCH_ALLOCATIONS_H
#define CTXBENCH_ALLOCATIONS_H

#include <stdbool.h>
#include <stdint.h>

struct allocations {
    uint64_t calls;     /* that gave memory: malloc, calloc, realloc, aligned_alloc and so on */
    uint64_t bytes;     /* that were asked for by them */
    int64_t held_bytes; /* given less taken back, as malloc_usable_size has it: what was asked for, rounded up */
};

/* NULL, or why allocations cannot be counted in this program: then nothing is, and there is nothing to end. */
const char *allocations_begin(void);
void allocations_end(void);

/*
 * Calls count while at least one thread is inside allocations_enter and allocations_leave: those of that thread, and
 * those of all threads that have never called allocations_stand_by, or have entered since.
 */
void allocations_stand_by(void);
void allocations_enter(void);
void allocations_leave(void); /* and stands by again */

/* All since the beginning. */
struct allocations allocations_counted(void);

#endif
