#include "registry/expectations.h"

#include <stddef.h>

#include "base/text.h"
#include "stacktag/unwinder.h"

/* Strategies by where they keep the context. A new one joins the family that it belongs to, or gets one of its own. */
#define ARGUMENT "explicit"
#define THREAD_SLOTS "tls" /* that can have one for each key */
#define THREAD_VARIABLE "tls-c11,tls-ie,tls-gd,tls-desc,gsbase,skeleton"
#define THREAD_STORAGE THREAD_SLOTS "," THREAD_VARIABLE
#define THREAD_ID "threadid,threadid-urcu"
#define THREAD_ID_LOCKED "threadid-rwlock"
#define KERNEL_ID "threadid-gettid"
#define STACK_UNWOUND "stacktag-unwind,stacktag-cursor"
#define STACK_BY_FRAMES "stacktag,stacktag-wide" /* and unwound beyond code that keeps no frame pointers */
#define STACK STACK_UNWOUND "," STACK_BY_FRAMES ",stacktag-scan"

#define FIBER_STORAGE "fiberlocal"
#define OWN_STACK "stackmask"

#define IN_PLACE THREAD_STORAGE "," THREAD_ID "," THREAD_ID_LOCKED "," KERNEL_ID

const char expectation_strategies[] = ARGUMENT "," IN_PLACE "," FIBER_STORAGE "," OWN_STACK "," STACK;

#define BREAKS(because)                                                                                                \
    { SCENARIO_BROKEN, because }
#define DOES_NOT_APPLY(because)                                                                                        \
    { SCENARIO_NOT_APPLICABLE, because }

/* Every exception to "it holds". */
const struct expectation_row expectation_rows[] = {
    {ARGUMENT, "qsort", DOES_NOT_APPLY("qsort hands no user pointer to its callback; qsort_r does")},
    {ARGUMENT, "bsearch", DOES_NOT_APPLY("bsearch hands no user pointer to its callback")},
    {ARGUMENT, "signal,signal-stack,signal-moments",
     DOES_NOT_APPLY("the system calls a handler, and hands it nothing of what it interrupts")},

    {THREAD_VARIABLE "," THREAD_ID "," THREAD_ID_LOCKED "," KERNEL_ID "," FIBER_STORAGE "," OWN_STACK "," STACK,
     "store-native", DOES_NOT_APPLY("the strategy has one place, for a context, and no slots for keys")},

    {IN_PLACE, "fiber-switch", BREAKS("the context belongs to the thread, and stays when the stack changes")},
    {IN_PLACE, "fiber-migration", BREAKS("the context belongs to the thread, and does not go along with the stack")},
    {IN_PLACE, "fiber-crowd", BREAKS("the context belongs to the thread, and neither stays with nor follows a stack")},

    {IN_PLACE "," FIBER_STORAGE "," OWN_STACK, "longjmp,longjmp-million",
     BREAKS("nothing restores the context when longjmp passes over the scope")},
    {OWN_STACK, "signal-stack",
     BREAKS("the handler stands on a stack that is not the strategy's, where no scope is open")},
    {KERNEL_ID, "fork", BREAKS("the kernel numbers threads anew in the child, which finds itself unknown")},
    {THREAD_ID_LOCKED, "signal-moments", BREAKS("the handler waits for the lock that the code it interrupts holds")},

#if UNWINDER_IS_BLIND
    {STACK_UNWOUND, "fork", {SCENARIO_HELD, ""}}, /* where the library's own walk answers */
    {STACK_UNWOUND, "*", BREAKS("this libunwind does not find its way through signed return addresses")},
#endif
    {NULL, NULL, {SCENARIO_UNKNOWN, NULL}},
};

struct expectation expectation_find(const char *strategy, const char *scenario) {
    if (!text_matches(expectation_strategies, strategy))
        return (struct expectation){SCENARIO_UNKNOWN, ""};
    for (const struct expectation_row *row = expectation_rows; row->strategies != NULL; row++)
        if (text_matches(row->scenarios, scenario) && text_matches(row->strategies, strategy))
            return row->expectation;
    return (struct expectation){SCENARIO_HELD, ""};
}

bool expectation_is_met(enum scenario_outcome expected, enum scenario_outcome outcome, bool takes_part, bool noticed) {
    if (outcome == SCENARIO_NOT_APPLICABLE && takes_part)
        return expected != SCENARIO_UNKNOWN;
    if (outcome == SCENARIO_BROKEN && !noticed)
        return false;
    return outcome == expected && outcome != SCENARIO_UNKNOWN;
}
