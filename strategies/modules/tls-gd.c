/*
 * Thread-local storage, general dynamic: __tls_get_addr finds the variable's address, by the module's number, in the
 * thread's vector of modules. What compilers emit for shared objects unless they are told otherwise.
 */
#include "modules/tls_model.h"

#if !defined(CTX_UNAVAILABLE_REASON)

/* Exported, as a library's variable is that others may use. */
extern _Thread_local const struct ctx *ctx_tls_gd_here;
_Thread_local const struct ctx *ctx_tls_gd_here;

#if defined(__x86_64__)

/* The prefixes give the sequence the length that linkers want. The registers are those that a call loses. */
CTX_OPERATION const struct ctx **tls_gd_address(uintptr_t after) {
    const struct ctx **address;
    tls_frame_calls();
    __asm__ volatile(TLS_SEQUENCE("data16 leaq ctx_tls_gd_here@tlsgd(%%rip), %%rdi", "%2", "%%rdi",
                                  ".value 0x6666\n\trex64 call __tls_get_addr@PLT")
                     : "=a"(address), "+r"(tls_stack_pointer)
                     : "re"(after)
                     : "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",
                       "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15",
                       "memory", "cc");
    return address;
}

#else /* aarch64, where compilers choose descriptors unless they are told -mtls-dialect=trad */

CTX_OPERATION const struct ctx **tls_gd_address(uintptr_t after) {
    register const struct ctx **address __asm__("x0");
    __asm__ volatile(TLS_SEQUENCE("adrp x0, :tlsgd:ctx_tls_gd_here", "%x1", "x0",
                                  "add x0, x0, #:tlsgd_lo12:ctx_tls_gd_here\n\tbl __tls_get_addr\n\tnop")
                     : "=&r"(address)
                     : "rZ"(after)
                     : "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
                       "x16", "x17", "x18", "x30", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v16", "v17", "v18",
                       "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31",
                       "memory", "cc");
    return address;
}

#endif

struct tls_gd_scope {
    const struct ctx **address;
    const struct ctx *outer;
};

/* Restores also when the body throws a C++ exception or ends its thread. */
CTX_OPERATION void tls_gd_restore(const struct tls_gd_scope *scope) {
    *scope->address = scope->outer;
}

/* Asks for the address once, as compilers do within a function. */
CTX_OPERATION void tls_gd_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    const struct ctx **address = tls_gd_address(0);
    __attribute__((cleanup(tls_gd_restore), unused)) const struct tls_gd_scope scope = {address, *address};
    *address = next;
    fn(arg);
}

#define CTX_OP_CURRENT(after) (*tls_gd_address(after))
#define CTX_OP_COLD_LINES(note) note(tls_gd_address(0), sizeof(const struct ctx *))
#define CTX_OP_WITH(next, fn, arg) tls_gd_with(next, fn, arg)
#define CTX_OP_PUT(context) (*tls_gd_address(0) = (context))

#endif

#define CTX_NAME "tls-gd"
#define CTX_SUMMARY "a thread-local variable of a shared object, general dynamic"
#define CTX_TRAITS 0
#include "kernels.h"
