/*
 * A thread-local variable, and beside it a record that profilers read from outside (OTEP 4947): one for each thread,
 * which is not valid while it is written. A scope writes it twice, and its place outlives a call.
 */
#include "otel/toggle.h"

#if defined(CTX_HAS_OTEL)
#define CTX_OP_CURRENT(after) otel_toggle_context_load(after)
#define CTX_OP_WITH(next, fn, arg) otel_toggle_with(next, fn, arg)
#define CTX_OP_PUT(context) otel_toggle_put(context)
#define CTX_OP_SAVE() otel_toggle_context_load(0)
#define CTX_OP_RESTORE(context) otel_toggle_put(context)
#define CTX_OP_THREAD_BEGIN otel_thread_begin
#define CTX_OP_COLD_LINES(note) note(otel_toggle_context_place(), sizeof(const struct ctx *))
#else
#define CTX_UNAVAILABLE_REASON "its accesses, which no compiler may move, are written for x86-64 and aarch64"
#include "modules/unavailable.h"
#endif

#define CTX_NAME "tls-otel-valid"
#define CTX_SUMMARY "the same with one record for each thread, not valid while it is written"
#define CTX_TRAITS (CTX_TRAIT_ID_SEEN_OUTSIDE | CTX_TRAIT_BINDINGS_SEEN_OUTSIDE)
#include "kernels.h"
