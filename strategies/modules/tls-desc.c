/*
 * Thread-local storage, TLS descriptors: the module holds a function and an argument, chosen by the loader; called, it
 * returns the variable's distance from the thread pointer, and spares all other registers. Where the loader found room
 * beside the program's own variables, as glibc does for a module as small as this, the function is one load.
 */
#include "modules/tls_model.h"

#if !defined(CTX_UNAVAILABLE_REASON)

/* Exported, as a library's variable is that others may use. */
extern _Thread_local const struct ctx *ctx_tls_desc_here;
_Thread_local const struct ctx *ctx_tls_desc_here;

#if defined(__x86_64__)

CTX_OPERATION uintptr_t tls_desc_offset(uintptr_t after) {
    uintptr_t offset;
    tls_frame_calls();
    __asm__ volatile(TLS_SEQUENCE("leaq ctx_tls_desc_here@tlsdesc(%%rip), %%rax", "%2", "%%rax",
                                  "call *ctx_tls_desc_here@tlscall(%%rax)")
                     : "=&a"(offset), "+r"(tls_stack_pointer)
                     : "re"(after)
                     : "cc");
    return offset;
}

#else

CTX_OPERATION uintptr_t tls_desc_offset(uintptr_t after) {
    register uintptr_t offset __asm__("x0");
    __asm__ volatile(TLS_SEQUENCE("adrp x0, :tlsdesc:ctx_tls_desc_here", "%x1", "x0",
                                  "ldr x1, [x0, #:tlsdesc_lo12:ctx_tls_desc_here]\n\t"
                                  "add x0, x0, #:tlsdesc_lo12:ctx_tls_desc_here\n\t"
                                  ".tlsdesccall ctx_tls_desc_here\n\tblr x1")
                     : "=&r"(offset)
                     : "rZ"(after)
                     : "x1", "x30", "cc");
    return offset;
}

#endif

#define CTX_OP_CURRENT(after) tls_load(tls_desc_offset(after))
#define CTX_OP_COLD_LINES(note) note(tls_place(tls_desc_offset(0)), sizeof(const struct ctx *))
#define CTX_OP_WITH(next, fn, arg) tls_run(tls_desc_offset(0), next, fn, arg)
#define CTX_OP_PUT(context) tls_store(tls_desc_offset(0), context)

#endif

#define CTX_NAME "tls-desc"
#define CTX_SUMMARY "a thread-local variable of a shared object, TLS descriptors"
#define CTX_TRAITS 0
#include "kernels.h"
