/*
 * The operations of tls-otel-valid: each thread has one record, which is written anew at each change, with `valid` 0
 * meanwhile. The context lies beside it.
 *
 * The context is stored first. A signal handler that opens a scope of its own in the midst of a change restores what it
 * finds: so it writes what the interrupted change goes on to write, and the record never has parts of two contexts
 * while it is valid.
 */
#ifndef CTX_OTEL_TOGGLE_H
#define CTX_OTEL_TOGGLE_H

#include "otel/record.h"

#if defined(CTX_HAS_OTEL)

struct otel_toggle_thread {
    const struct ctx *context;
    struct otel_record record;
};

/* Known to the assembler by this name, so it is not static. */
extern _Thread_local struct otel_toggle_thread ctx_otel_toggle_here;
__attribute__((used)) _Thread_local struct otel_toggle_thread ctx_otel_toggle_here;
OTEL_VARIABLE(otel_toggle_context, const struct ctx *, ctx_otel_toggle_here);

CTX_OPERATION void otel_toggle_put(const struct ctx *next) {
    struct otel_toggle_thread *const here = otel_toggle_context_place();
    volatile uint8_t *const valid = &here->record.head.valid;
    if (__builtin_expect(otel_pointer_load(0) == NULL, 0))
        otel_pointer_store(&here->record);
    here->context = next;
    otel_fence();
    *valid = 0;
    otel_fence();
    if (next == NULL)
        return;
    otel_fill(&here->record, next);
    otel_fence();
    *valid = 1;
}

/* Restores also when the body throws a C++ exception or ends its thread. */
CTX_OPERATION void otel_toggle_restore(const struct ctx *const *outer) {
    otel_toggle_put(*outer);
}

CTX_OPERATION void otel_toggle_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    __attribute__((cleanup(otel_toggle_restore), unused)) const struct ctx *outer = otel_toggle_context_load(0);
    otel_toggle_put(next);
    fn(arg);
}

#endif

#endif
