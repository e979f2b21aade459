/*
 * What libunwind cannot do, and the one that this is built with.
 *
 * Before its version 1.7 it does not know the instruction by which unwind tables say that a return address is signed
 * (aarch64, -mbranch-protection): its walk breaks off at the first function whose own is (libunwind, pull request 360).
 * So in code that is built like that no reader that relies on it ever finds a tag, or the end of a stack.
 */
#ifndef GLS_UNWINDER_H
#define GLS_UNWINDER_H

#include <libunwind.h>

#include "strategy.h"

#if defined(__ARM_FEATURE_PAC_DEFAULT) && UNW_VERSION < UNW_VERSION_CODE(1, 7)
#define UNWINDER_IS_BLIND 1
#else
#define UNWINDER_IS_BLIND 0
#endif

/*
 * It asks dl_iterate_phdr which modules there are, and that takes the loader's lock. A handler that interrupts the
 * loader right where it takes it waits for ever: one run of the scenario in seventy, with glibc 2.36. So it is not
 * tried.
 */
#define CTX_MAY_WAIT_FOR_LOADER 1

/* Of the strategies that read through it. In a forked process it is the library's own walk that answers. */
static const struct ctx_exception unwinder_exceptions[] = {
    {"signal-dlopen", CTX_DOES_NOT_APPLY, "not tried: libunwind waits for the loader's lock, now and then for ever"},
#if UNWINDER_IS_BLIND
    {"fork", CTX_PASSES, NULL},
    {"*", CTX_FAILS, "this libunwind does not find its way through signed return addresses"},
#endif
};

#endif
