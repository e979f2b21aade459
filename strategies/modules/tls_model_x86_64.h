/* The sequences of the TLS models on x86-64; part of tls_model.h. */
#ifndef CTX_TLS_MODEL_X86_64_H
#define CTX_TLS_MODEL_X86_64_H

#include <stdlib.h>

#include "strategy.h"

/* Two instructions of a sequence. In the latency form, where `after` is a register, it is added to what they pass on.
 */
#define TLS_SEQUENCE(first, after, passed_on, second)                                                                  \
    first "\n\t.ifnc " after ",$0\n\taddq " after ", " passed_on "\n\t.endif\n\t" second

/* An operand of each assembly that calls: the frame must be complete before it, and the stack pointer at its end. */
register uintptr_t tls_stack_pointer __asm__("rsp");

/*
 * A compiler does not see the calls in assembly. It would leave the stack unaligned in a function that calls nobody
 * else, and keep variables below the stack pointer. It does see this one, which never happens and costs no instruction.
 */
CTX_OPERATION void tls_frame_calls(void) {
    __asm__ goto("" : : : : never);
    return;
never:
    abort();
}

/* Reads and writes at a distance from the thread pointer. */
CTX_OPERATION const struct ctx *tls_load(uintptr_t offset) {
    const struct ctx *context;
    __asm__ volatile("movq %%fs:(%1), %0" : "=r"(context) : "r"(offset) : "memory");
    return context;
}

CTX_OPERATION void tls_store(uintptr_t offset, const struct ctx *context) {
    __asm__ volatile("movq %1, %%fs:(%0)" : : "r"(offset), "r"(context) : "memory");
}

/* Where that is: the first word of a thread's block is its own address. */
CTX_OPERATION const void *tls_place(uintptr_t offset) {
    uintptr_t self;
    __asm__ volatile("movq %%fs:0, %0" : "=r"(self));
    return (const void *)(self + offset); /* NOLINT: an address */
}

/*
 * In the latency form the first load waits for `after`, which its address can only do when it stands in a register. The
 * slot in the table has no name but its relocation, which assemblers take with `mov` and `add` alone (from
 * binutils 2.44 on), since linkers rewrite these two in programs. A shared object is not rewritten: here the relocation
 * is set by hand on the last four bytes of the `lea`, counted from their end.
 */
#define TLS_INITIAL_EXEC(name, symbol)                                                                                 \
    CTX_OPERATION uintptr_t name(uintptr_t after) {                                                                    \
        uintptr_t offset;                                                                                              \
        __asm__ volatile(                                                                                              \
            ".ifc %1,$0\n\t"                                                                                           \
            "movq " #symbol                                                                                            \
            "@gottpoff(%%rip), %0\n\t"                                                                                 \
            ".else\n\t"                                                                                                \
            "leaq 0(%%rip), %0\n\t"                                                                                    \
            ".reloc .-4, R_X86_64_GOTTPOFF, " #symbol                                                                  \
            "-4\n\t"                                                                                                   \
            "movq (%0,%1), %0\n\t"                                                                                     \
            ".endif"                                                                                                   \
            : "=&r"(offset)                                                                                            \
            : "re"(after));                                                                                            \
        return offset;                                                                                                 \
    }

/* The prefixes give the sequence the length that linkers want. The registers are those that a call loses. */
#define TLS_GENERAL_DYNAMIC(name, symbol)                                                                              \
    CTX_OPERATION const struct ctx **name(uintptr_t after) {                                                           \
        const struct ctx **address;                                                                                    \
        tls_frame_calls();                                                                                             \
        __asm__ volatile(TLS_SEQUENCE("data16 leaq " #symbol "@tlsgd(%%rip), %%rdi", "%2", "%%rdi",                    \
                                      ".value 0x6666\n\trex64 call __tls_get_addr@PLT")                                \
                         : "=a"(address), "+r"(tls_stack_pointer)                                                      \
                         : "re"(after)                                                                                 \
                         : "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2", "xmm3",       \
                           "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",         \
                           "xmm14", "xmm15", "memory", "cc");                                                          \
        return address;                                                                                                \
    }

#define TLS_DESCRIPTOR(name, symbol)                                                                                   \
    CTX_OPERATION uintptr_t name(uintptr_t after) {                                                                    \
        uintptr_t offset;                                                                                              \
        tls_frame_calls();                                                                                             \
        __asm__ volatile(                                                                                              \
            TLS_SEQUENCE("leaq " #symbol "@tlsdesc(%%rip), %%rax", "%2", "%%rax", "call *" #symbol "@tlscall(%%rax)")  \
            : "=&a"(offset), "+r"(tls_stack_pointer)                                                                   \
            : "re"(after)                                                                                              \
            : "cc");                                                                                                   \
        return offset;                                                                                                 \
    }

#endif
