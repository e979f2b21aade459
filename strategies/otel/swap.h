/*
 * The operations of tls-otel: each scope has a record of its own, in its opener's frame, and the thread's pointer goes
 * from one to the next. A fiber takes its records along, whichever thread runs it and whoever has ended.
 *
 * The context lies in a variable beside the pointer: that is what the program reads, and what a longjmp leaves behind
 * is a context that is wrong, and not a record in a frame that is gone.
 */
#ifndef CTX_OTEL_SWAP_H
#define CTX_OTEL_SWAP_H

#include "otel/record.h"

#if defined(CTX_HAS_OTEL)

/* Known to the assembler by this name, so it is not static. */
extern _Thread_local const struct ctx *ctx_otel_swap_here;
__attribute__((used)) _Thread_local const struct ctx *ctx_otel_swap_here;
OTEL_VARIABLE(otel_swap_here, const struct ctx *, ctx_otel_swap_here);

struct otel_swap_scope {
    const struct ctx *context;
    struct otel_record record;
};

struct otel_swap_outer {
    const struct ctx *context;
    const void *record;
};

CTX_OPERATION void otel_swap_put(const struct ctx *context, const void *record) {
    otel_swap_here_store(context);
    otel_fence();
    otel_pointer_store(record);
}

/* Restores also when the body throws a C++ exception or ends its thread. */
CTX_OPERATION void otel_swap_restore(const struct otel_swap_outer *outer) {
    otel_swap_put(outer->context, outer->record);
}

CTX_OPERATION void otel_swap_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    struct otel_swap_scope scope = {.context = next};
    __attribute__((cleanup(otel_swap_restore), unused))
    const struct otel_swap_outer outer = {otel_swap_here_load(0), otel_pointer_load(0)};
    if (next == NULL) {
        otel_swap_put(NULL, NULL);
    } else {
        otel_fill(&scope.record, next);
        scope.record.head.valid = 1;
        ctx_touch(&scope);
        otel_swap_put(next, &scope.record);
    }
    fn(arg);
}

/* What a switch of fibers keeps is the record, which knows its context: passed on as a pointer that nobody reads. */
CTX_OPERATION const struct ctx *otel_swap_save(void) {
    return (const struct ctx *)otel_pointer_load(0);
}

CTX_OPERATION void otel_swap_back(const struct ctx *saved) {
    const void *const record = saved;
    const struct ctx *context = NULL;
    if (record != NULL)
        memcpy(&context, (const char *)record - offsetof(struct otel_swap_scope, record), sizeof context);
    otel_swap_put(context, record);
}

#endif

#endif
