#include "base/quantities.h"

#include <stddef.h>

#define OF_ALL_THREADS ", of all threads together."
#define OF_PROCESSOR                                                                                                   \
    " The processor's count in user mode; absent where it has none for us, or others had it for a part of the time."

const struct quantity sample_quantities[SAMPLE_QUANTITIES] = {
    [SAMPLE_REAL_NS] = {"real_ns", QUANTITY_TIME, true, NULL, "By the wall clock, per operation of one thread."},
    [SAMPLE_CPU_NS] = {"cpu_ns", QUANTITY_AMOUNT, true, NULL, "On a processor, per operation of one thread."},
    [SAMPLE_RUN_DELAY_NS] = {"run_delay_ns", QUANTITY_COUNT, false, NULL,
                             "Time that the threads waited for a PU, all together."},
    [SAMPLE_INVOLUNTARY_SWITCHES] = {"involuntary_switches", QUANTITY_COUNT, true, NULL, "Of all threads together."},
    [SAMPLE_MINOR_FAULTS] = {"minor_faults", QUANTITY_COUNT, false, NULL, "Page faults without input" OF_ALL_THREADS},
    [SAMPLE_MAJOR_FAULTS] = {"major_faults", QUANTITY_COUNT, false, NULL, "Page faults with input" OF_ALL_THREADS},
    [SAMPLE_CYCLES] = {"cycles", QUANTITY_COUNT, false, NULL, "Clock cycles" OF_ALL_THREADS OF_PROCESSOR},
    [SAMPLE_INSTRUCTIONS] = {"instructions", QUANTITY_COUNT, false, NULL, "Instructions" OF_ALL_THREADS OF_PROCESSOR},
    [SAMPLE_BRANCH_MISSES] = {"branch_misses", QUANTITY_COUNT, false, NULL,
                              "Branches that were predicted wrongly" OF_ALL_THREADS OF_PROCESSOR},
    [SAMPLE_CACHE_MISSES] = {"cache_misses", QUANTITY_COUNT, false, NULL,
                             "Misses of the last cache" OF_ALL_THREADS OF_PROCESSOR},
};

const struct quantity execution_quantities[EXECUTION_QUANTITIES] = {
    [QUANTITY_OVERHEAD_MS] = {"overhead_ms", QUANTITY_AMOUNT, false, NULL, "The worker's life without its samples."},
    [QUANTITY_MEMORY_PEAK_BYTES] = {"memory_peak_bytes", QUANTITY_COUNT, false, NULL, "Resident, of the worker."},
    [QUANTITY_ALLOCATIONS] =
        {"allocations", QUANTITY_AMOUNT, false, "footprint",
         "Calls of the allocator that gave memory, in one operation of each thread, of all threads "
         "together. Not what the dynamic linker allocates for a thread, nor what is mapped "
         "directly, as stacks are."},
    [QUANTITY_ALLOCATED_BYTES] = {"allocated_bytes", QUANTITY_AMOUNT, false, "footprint",
                                  "That these calls asked for."},
    [QUANTITY_SCOPE_STACK_BYTES] = {"scope_stack_bytes", QUANTITY_AMOUNT, false, "footprint",
                                    "From the stack outside of the innermost scope of an operation to that of its "
                                    "body: the frame of its opener, with its bindings, and all that is in between. "
                                    "Where operations open scopes."},
    [QUANTITY_SCOPE_HEAP_BYTES] = {"scope_heap_bytes", QUANTITY_AMOUNT, false, "footprint",
                                   "That the allocator holds for that scope while it is open, rounded up as the "
                                   "allocator does."},
    [QUANTITY_WARM_UP_MS] = {"warm_up_ms", QUANTITY_AMOUNT, false, NULL,
                             "That a peer spent in its loop, untimed, so that its runtime compiled it."},
};

bool quantity_holds(const struct quantity *quantity, double value) {
    enum { EXACT_BITS = 53 };
    if (!isfinite(value) || value < 0)
        return false;
    if (quantity->kind == QUANTITY_TIME)
        return value > 0;
    return quantity->kind == QUANTITY_AMOUNT || (value == floor(value) && value <= ldexp(1, EXACT_BITS));
}
