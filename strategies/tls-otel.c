/*
 * A thread-local variable, and beside it a record that profilers read from outside (OTEP 4947): the thread's pointer to
 * it is swapped at each scope. What a scope costs more than in tls-c11 is the price of being seen.
 */
#include "otel/swap.h"

#if defined(CTX_HAS_OTEL)
#define CTX_OP_CURRENT(after) otel_swap_here_load(after)
#define CTX_OP_WITH(next, fn, arg) otel_swap_with(next, fn, arg)
#define CTX_OP_SAVE() otel_swap_save()
#define CTX_OP_RESTORE(saved) otel_swap_back(saved)
#define CTX_OP_THREAD_BEGIN otel_thread_begin
#define CTX_OP_COLD_LINES(note) note(otel_swap_here_place(), sizeof(const struct ctx *))
#else
#define CTX_UNAVAILABLE_REASON "its accesses, which no compiler may move, are written for x86-64 and aarch64"
#include "modules/unavailable.h"
#endif

#define TLS_OTEL_RECORD_IN_A_FRAME "the record lies in the frame of the call that opens a scope, and ends with it"

static const struct ctx_exception tls_otel_exceptions[] = {
    {"attach-detach", CTX_DOES_NOT_APPLY, TLS_OTEL_RECORD_IN_A_FRAME},
    {"attach-overlap", CTX_DOES_NOT_APPLY, TLS_OTEL_RECORD_IN_A_FRAME},
    {"attach-elsewhere", CTX_DOES_NOT_APPLY, TLS_OTEL_RECORD_IN_A_FRAME},
};

#define CTX_NAME "tls-otel"
#define CTX_SUMMARY "a thread-local variable, and a pointer to a record for profilers (OTEP 4947)"
#define CTX_TRAITS (CTX_TRAIT_ID_SEEN_OUTSIDE | CTX_TRAIT_BINDINGS_SEEN_OUTSIDE)
#define CTX_EXCEPTIONS tls_otel_exceptions
#include "kernels.h"
