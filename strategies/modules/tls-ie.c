/*
 * Thread-local storage, initial-exec: the loader puts the variable's distance from the thread pointer into the module's
 * table of offsets. Two dependent loads. What libraries use that are there when a program starts.
 */
#include "modules/tls_model.h"

#if !defined(CTX_UNAVAILABLE_REASON)

/* Exported, as a library's variable is that others may use. */
extern _Thread_local const struct ctx *ctx_tls_ie_here;
_Thread_local const struct ctx *ctx_tls_ie_here;

/*
 * In the latency form the first load waits for `after`, which its address can only do when it stands in a register. The
 * slot in the table has no name but its relocation, which assemblers take with `mov` and `add` alone (from
 * binutils 2.44 on), since linkers rewrite these two in programs. A shared object is not rewritten: here the relocation
 * is set by hand on the last four bytes of the `lea`, counted from their end.
 */
CTX_OPERATION uintptr_t tls_ie_offset(uintptr_t after) {
    uintptr_t offset;
#if defined(__x86_64__)
    __asm__ volatile(
        ".ifc %1,$0\n\t"
        "movq ctx_tls_ie_here@gottpoff(%%rip), %0\n\t"
        ".else\n\t"
        "leaq 0(%%rip), %0\n\t"
        ".reloc .-4, R_X86_64_GOTTPOFF, ctx_tls_ie_here-4\n\t"
        "movq (%0,%1), %0\n\t"
        ".endif"
        : "=&r"(offset)
        : "re"(after));
#else
    __asm__ volatile(
        TLS_SEQUENCE("adrp %0, :gottprel:ctx_tls_ie_here", "%x1", "%0", "ldr %0, [%0, #:gottprel_lo12:ctx_tls_ie_here]")
        : "=&r"(offset)
        : "rZ"(after));
#endif
    return offset;
}

#define CTX_OP_CURRENT(after) tls_load(tls_ie_offset(after))
#define CTX_OP_COLD_LINES(note) note(tls_place(tls_ie_offset(0)), sizeof(const struct ctx *))
#define CTX_OP_WITH(next, fn, arg) tls_run(tls_ie_offset(0), next, fn, arg)
#define CTX_OP_PUT(context) tls_store(tls_ie_offset(0), context)

#endif

#define CTX_NAME "tls-ie"
#define CTX_SUMMARY "a thread-local variable of a shared object, initial-exec"
#define CTX_TRAITS 0
#include "kernels.h"
