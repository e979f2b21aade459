/*
 * Thread-local variables of the program, each access in one statement that names the variable by its distance from the
 * thread pointer (local-exec). For code that may go on on another thread, as on a fiber: in C a compiler takes the
 * address of such a variable for constant within a function, and goes on with that of the thread it left.
 *
 * LOCAL_EXEC_VARIABLE(name, type, symbol) defines name_load(after), name_store(value) and name_place() for a variable
 * of eight bytes or, for name_place, of any size. The assembler knows it by its name, so that it cannot be static.
 */
#ifndef CTX_LOCAL_EXEC_H
#define CTX_LOCAL_EXEC_H

#include <stdint.h>

#if defined(__x86_64__)

#define CTX_HAS_LOCAL_EXEC 1

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

#elif defined(__aarch64__)

#define CTX_HAS_LOCAL_EXEC 1

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

#endif

#endif
