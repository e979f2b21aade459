/* The instructions of x86-64 that C has no name for; part of instructions.h. */
#ifndef CTX_INSTRUCTIONS_X86_64_H
#define CTX_INSTRUCTIONS_X86_64_H

#include <stdint.h>

/* 0, but only once `value` is there: processors do not recognise `and $0` as independent of its input. */
static inline uintptr_t ctx_after(uintptr_t value) {
    __asm__ volatile("and $0, %0" : "+r"(value) : : "cc");
    return value;
}

/* What follows starts only when all that was loaded before is there: for reads whose start cannot depend on a value. */
static inline void ctx_fence_loads(void) {
    __builtin_ia32_lfence();
}

/* Tells the processor that this is a waiting loop. */
static inline void ctx_relax(void) {
    __builtin_ia32_pause();
}

/* A counter of constant rate (recorder.h). */
static inline uint64_t ctx_ticks(void) {
    return __builtin_ia32_rdtsc();
}

/* Takes the cache line at this address out of all caches, some time before ctx_wait_for_flushes returns. */
static inline void ctx_flush_line(uintptr_t line) {
    __asm__ volatile("clflush (%0)" : : "r"(line) : "memory");
}

static inline void ctx_wait_for_flushes(void) {
    __asm__ volatile("mfence\n\tlfence" : : : "memory");
}

/* The functions of a thread-local variable of the program; local_exec.h says which. */
#define LOCAL_EXEC_VARIABLE(name, type, symbol)                                                                        \
    CTX_OPERATION type name##_load(uintptr_t after) {                                                                  \
        type value;                                                                                                    \
        if (__builtin_constant_p(after) && after == 0)                                                                 \
            __asm__ volatile("movq %%fs:" #symbol "@tpoff, %0" : "=r"(value) : : "memory");                            \
        else                                                                                                           \
            __asm__ volatile("movq %%fs:" #symbol "@tpoff(%1), %0" : "=r"(value) : "r"(after) : "memory");             \
        return value;                                                                                                  \
    }                                                                                                                  \
    CTX_OPERATION void name##_store(type value) {                                                                      \
        __asm__ volatile("movq %0, %%fs:" #symbol "@tpoff" : : "r"(value) : "memory");                                 \
    }                                                                                                                  \
    __attribute__((unused)) CTX_OPERATION void *name##_place(void) {                                                   \
        void *place;                                                                                                   \
        __asm__ volatile("movq %%fs:0, %0\n\tleaq " #symbol "@tpoff(%0), %0" : "=r"(place) : : "memory");              \
        return place;                                                                                                  \
    }                                                                                                                  \
    _Static_assert(sizeof(type) == 8, "one load takes eight bytes")

/* The text of a function f(stack, fn, arg), which calls fn(arg) on another stack; unwinders find their way back. */
#define CTX_CALL_ON_STACK                                                                                              \
    "\tpushq %rbp\n"                                                                                                   \
    "\t.cfi_adjust_cfa_offset 8\n"                                                                                     \
    "\t.cfi_rel_offset %rbp, 0\n"                                                                                      \
    "\tmovq %rsp, %rbp\n"                                                                                              \
    "\t.cfi_def_cfa_register %rbp\n"                                                                                   \
    "\tmovq %rdi, %rsp\n"                                                                                              \
    "\tmovq %rdx, %rdi\n"                                                                                              \
    "\tcallq *%rsi\n"                                                                                                  \
    "\tmovq %rbp, %rsp\n"                                                                                              \
    "\tpopq %rbp\n"                                                                                                    \
    "\t.cfi_def_cfa %rsp, 8\n"                                                                                         \
    "\tretq\n"

/*
 * The bytes of a function f(fn, arg) that pushes what it must keep, takes the frame pointer's register for itself, and
 * calls fn(arg). Nothing in it depends on where it lies.
 */
#define CTX_CODE_OF_A_CALL                                                                                             \
    0xf3, 0x0f, 0x1e, 0xfa,                       /* endbr64 */                                                        \
        0x55,                                     /* push %rbp */                                                      \
        0x48, 0x81, 0xec, 0x00, 0x01, 0x00, 0x00, /* sub $256, %rsp */                                                 \
        0x31, 0xed,                               /* xor %ebp, %ebp */                                                 \
        0x48, 0x89, 0xf8,                         /* mov %rdi, %rax */                                                 \
        0x48, 0x89, 0xf7,                         /* mov %rsi, %rdi */                                                 \
        0xff, 0xd0,                               /* call *%rax */                                                     \
        0x48, 0x81, 0xc4, 0x00, 0x01, 0x00, 0x00, /* add $256, %rsp */                                                 \
        0x5d,                                     /* pop %rbp */                                                       \
        0xc3,                                     /* ret */

#endif
