/*
 * Thread-local storage, initial-exec: the loader puts the variable's distance from the thread pointer into the module's
 * table of offsets. Two dependent loads. What libraries use that are there when a program starts.
 */
#include "modules/tls_model.h"

/* Exported, as a library's variable is that others may use. */
extern _Thread_local const struct ctx *ctx_tls_ie_here;
_Thread_local const struct ctx *ctx_tls_ie_here;

TLS_INITIAL_EXEC(tls_ie_offset, ctx_tls_ie_here)

#define CTX_OP_CURRENT(after) tls_load(tls_ie_offset(after))
#define CTX_OP_COLD_LINES(note) note(tls_place(tls_ie_offset(0)), sizeof(const struct ctx *))
#define CTX_OP_WITH(next, fn, arg) tls_run(tls_ie_offset(0), next, fn, arg)
#define CTX_OP_PUT(context) tls_store(tls_ie_offset(0), context)

#define CTX_NAME "tls-ie"
#define CTX_SUMMARY "a thread-local variable of a shared object, initial-exec"
#define CTX_TRAITS 0
#include "kernels.h"
