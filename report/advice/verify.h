/*
 * Whether advice is right: what a whole request was measured to cost more with each strategy, beside the sum of parts
 * that advice computes for the same program.
 */
#ifndef CTXBENCH_VERIFY_H
#define CTXBENCH_VERIFY_H

#include "advice/advice.h"

/* A sum within so much of what was measured is right. */
#define VERIFY_TOLERANCE 0.25

/* One strategy in one program. */
struct verified {
    const char *label;
    bool reads_stack;
    struct added_cost predicted, measured; /* both measured */
    bool is_right;
};

/* All strategies in one program, as a workload that is a whole piece of work ran it. */
struct verified_program {
    struct program program;
    unsigned threads; /* 1: hand-offs are to a task of the same thread */
    struct verified *rows;
    size_t row_count, right_count;
};

struct verification {
    struct verified_program *programs;
    size_t program_count;
};

/* False when out of memory. What is made lives in the arena, and refers to the evidence. */
bool verify_make(const struct evidence *evidence, struct arena *arena, struct verification *verification);

#endif
