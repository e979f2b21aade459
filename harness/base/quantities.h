/*
 * What is measured, described once: the worker's answer, the journal, the result file, its reader, its schema and CSV
 * follow from these tables, in their order. A new quantity is a name here, a row in quantities.c, and the code that
 * measures it.
 *
 * Values are doubles; counts are exact up to 2^53. NAN stands for what is unknown, which is absent where it is written:
 * nothing is made up.
 */
#ifndef CTXBENCH_QUANTITIES_H
#define CTXBENCH_QUANTITIES_H

#include <math.h>
#include <stdbool.h>

enum quantity_kind {
    QUANTITY_TIME,   /* finite and positive */
    QUANTITY_AMOUNT, /* finite and not negative */
    QUANTITY_COUNT,  /* a whole number, not negative */
};

struct quantity {
    const char *name; /* with its unit */
    enum quantity_kind kind;
    bool is_required;
    const char *group;   /* the object that it is a member of; NULL: the one that holds the others */
    const char *meaning; /* as the schema says it */
};

/* Of each sample. */
enum sample_quantity {
    SAMPLE_REAL_NS,
    SAMPLE_CPU_NS,
    SAMPLE_RUN_DELAY_NS,
    SAMPLE_INVOLUNTARY_SWITCHES,
    SAMPLE_MINOR_FAULTS,
    SAMPLE_MAJOR_FAULTS,
    SAMPLE_CYCLES,
    SAMPLE_INSTRUCTIONS,
    SAMPLE_BRANCH_MISSES,
    SAMPLE_CACHE_MISSES,
    SAMPLE_QUANTITIES
};
extern const struct quantity sample_quantities[SAMPLE_QUANTITIES];

/* Of each execution. */
enum execution_quantity {
    QUANTITY_OVERHEAD_MS,
    QUANTITY_MEMORY_PEAK_BYTES,
    QUANTITY_ALLOCATIONS,
    QUANTITY_ALLOCATED_BYTES,
    QUANTITY_SCOPE_STACK_BYTES,
    QUANTITY_SCOPE_HEAP_BYTES,
    QUANTITY_WARM_UP_MS,
    EXECUTION_QUANTITIES
};
extern const struct quantity execution_quantities[EXECUTION_QUANTITIES];

/* Whether a value may stand for the quantity: it is known, and what its kind says. */
bool quantity_holds(const struct quantity *quantity, double value);

/* Makes all values unknown. */
static inline void quantities_clear(double *values, int count) {
    for (int i = 0; i < count; i++)
        values[i] = NAN;
}

#endif
