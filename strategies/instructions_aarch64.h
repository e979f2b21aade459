/* The instructions of aarch64 that C has no name for; part of instructions.h. */
#ifndef CTX_INSTRUCTIONS_AARCH64_H
#define CTX_INSTRUCTIONS_AARCH64_H

#include <stdint.h>

static inline uintptr_t ctx_after(uintptr_t value) {
    __asm__ volatile("and %0, %0, xzr" : "+r"(value));
    return value;
}

static inline void ctx_fence_loads(void) {
    __asm__ volatile("dsb ld\n\tisb" : : : "memory");
}

static inline void ctx_relax(void) {
    __asm__ volatile("yield");
}

static inline uint64_t ctx_ticks(void) {
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
}

static inline void ctx_flush_line(uintptr_t line) {
    __asm__ volatile("dc civac, %0" : : "r"(line) : "memory");
}

static inline void ctx_wait_for_flushes(void) {
    __asm__ volatile("dsb sy\n\tisb" : : : "memory");
}

/* Three instructions make the address, in one statement, so that no switch comes between them. */
#define LOCAL_EXEC_ADDRESS(symbol)                                                                                     \
    "mrs %0, tpidr_el0\n\tadd %0, %0, #:tprel_hi12:" #symbol                                                           \
    ", lsl #12\n\t"                                                                                                    \
    "add %0, %0, #:tprel_lo12_nc:" #symbol

#define LOCAL_EXEC_VARIABLE(name, type, symbol)                                                                        \
    CTX_OPERATION type name##_load(uintptr_t after) {                                                                  \
        type value;                                                                                                    \
        if (__builtin_constant_p(after) && after == 0)                                                                 \
            __asm__ volatile(LOCAL_EXEC_ADDRESS(symbol) "\n\tldr %0, [%0]" : "=r"(value) : : "memory");                \
        else                                                                                                           \
            __asm__ volatile(LOCAL_EXEC_ADDRESS(symbol) "\n\tldr %0, [%0, %1]"                                         \
                             : "=&r"(value)                                                                            \
                             : "r"(after)                                                                              \
                             : "memory");                                                                              \
        return value;                                                                                                  \
    }                                                                                                                  \
    CTX_OPERATION void name##_store(type value) {                                                                      \
        uintptr_t address;                                                                                             \
        __asm__ volatile(LOCAL_EXEC_ADDRESS(symbol) "\n\tstr %1, [%0]" : "=&r"(address) : "r"(value) : "memory");      \
    }                                                                                                                  \
    __attribute__((unused)) CTX_OPERATION void *name##_place(void) {                                                   \
        void *place;                                                                                                   \
        __asm__ volatile(LOCAL_EXEC_ADDRESS(symbol) : "=r"(place) : : "memory");                                       \
        return place;                                                                                                  \
    }                                                                                                                  \
    _Static_assert(sizeof(type) == 8, "one load takes eight bytes")

#define CTX_CALL_ON_STACK                                                                                              \
    "\tstp x29, x30, [sp, #-16]!\n"                                                                                    \
    "\t.cfi_def_cfa_offset 16\n"                                                                                       \
    "\t.cfi_offset x29, -16\n"                                                                                         \
    "\t.cfi_offset x30, -8\n"                                                                                          \
    "\tmov x29, sp\n"                                                                                                  \
    "\t.cfi_def_cfa x29, 16\n"                                                                                         \
    "\tmov sp, x0\n"                                                                                                   \
    "\tmov x0, x2\n"                                                                                                   \
    "\tblr x1\n"                                                                                                       \
    "\tmov sp, x29\n"                                                                                                  \
    "\tldp x29, x30, [sp], #16\n"                                                                                      \
    "\t.cfi_restore x29\n"                                                                                             \
    "\t.cfi_restore x30\n"                                                                                             \
    "\t.cfi_def_cfa sp, 0\n"                                                                                           \
    "\tret\n"

#define CTX_CODE_OF_A_CALL                                                                                             \
    0x5f, 0x24, 0x03, 0xd5,     /* bti c */                                                                            \
        0xfd, 0x7b, 0xbe, 0xa9, /* stp x29, x30, [sp, #-32]! */                                                        \
        0xfd, 0x03, 0x1f, 0xaa, /* mov x29, xzr */                                                                     \
        0xe2, 0x03, 0x00, 0xaa, /* mov x2, x0 */                                                                       \
        0xe0, 0x03, 0x01, 0xaa, /* mov x0, x1 */                                                                       \
        0x40, 0x00, 0x3f, 0xd6, /* blr x2 */                                                                           \
        0xfd, 0x7b, 0xc2, 0xa8, /* ldp x29, x30, [sp], #32 */                                                          \
        0xc0, 0x03, 0x5f, 0xd6, /* ret */

#endif
