/*
 * Thread-local storage, TLS descriptors: the module holds a function and an argument, chosen by the loader; called, it
 * returns the variable's distance from the thread pointer, and spares all other registers. Where the loader found room
 * beside the program's own variables, as glibc does for a module as small as this, the function is one load.
 */
#include "modules/tls_model.h"

/* Exported, as a library's variable is that others may use. */
extern _Thread_local const struct ctx *ctx_tls_desc_here;
_Thread_local const struct ctx *ctx_tls_desc_here;

TLS_DESCRIPTOR(tls_desc_offset, ctx_tls_desc_here)

#define CTX_OP_CURRENT(after) tls_load(tls_desc_offset(after))
#define CTX_OP_COLD_LINES(note) note(tls_place(tls_desc_offset(0)), sizeof(const struct ctx *))
#define CTX_OP_WITH(next, fn, arg) tls_run(tls_desc_offset(0), next, fn, arg)
#define CTX_OP_PUT(context) tls_store(tls_desc_offset(0), context)

#define CTX_NAME "tls-desc"
#define CTX_SUMMARY "a thread-local variable of a shared object, TLS descriptors"
#define CTX_TRAITS 0
#include "kernels.h"
