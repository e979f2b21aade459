/* The sequences of the TLS models on aarch64; part of tls_model.h. */
#ifndef CTX_TLS_MODEL_AARCH64_H
#define CTX_TLS_MODEL_AARCH64_H

#include <stdlib.h>

#include "strategy.h"

/*
 * As on x86-64; `after` is an operand with the constraint "rZ" and the modifier x. Calls need no care here: the stack
 * is always aligned, nothing lies below the stack pointer, and that the link register is lost can be said.
 */
#define TLS_SEQUENCE(first, after, passed_on, second)                                                                  \
    first "\n\t.ifnc " after ",xzr\n\tadd " passed_on ", " passed_on ", " after "\n\t.endif\n\t" second

CTX_OPERATION const struct ctx *tls_load(uintptr_t offset) {
    const struct ctx *context;
    __asm__ volatile("mrs %0, tpidr_el0\n\tldr %0, [%0, %1]" : "=&r"(context) : "r"(offset) : "memory");
    return context;
}

CTX_OPERATION void tls_store(uintptr_t offset, const struct ctx *context) {
    uintptr_t self;
    __asm__ volatile("mrs %0, tpidr_el0\n\tstr %2, [%0, %1]" : "=&r"(self) : "r"(offset), "r"(context) : "memory");
}

CTX_OPERATION const void *tls_place(uintptr_t offset) {
    uintptr_t self;
    __asm__ volatile("mrs %0, tpidr_el0" : "=r"(self));
    return (const void *)(self + offset); /* NOLINT: an address */
}

#define TLS_INITIAL_EXEC(name, symbol)                                                                                 \
    CTX_OPERATION uintptr_t name(uintptr_t after) {                                                                    \
        uintptr_t offset;                                                                                              \
        __asm__ volatile(                                                                                              \
            TLS_SEQUENCE("adrp %0, :gottprel:" #symbol, "%x1", "%0", "ldr %0, [%0, #:gottprel_lo12:" #symbol "]")      \
            : "=&r"(offset)                                                                                            \
            : "rZ"(after));                                                                                            \
        return offset;                                                                                                 \
    }

/* Compilers choose descriptors here unless they are told -mtls-dialect=trad. */
#define TLS_GENERAL_DYNAMIC(name, symbol)                                                                              \
    CTX_OPERATION const struct ctx **name(uintptr_t after) {                                                           \
        register const struct ctx **address __asm__("x0");                                                             \
        __asm__ volatile(TLS_SEQUENCE("adrp x0, :tlsgd:" #symbol, "%x1", "x0",                                         \
                                      "add x0, x0, #:tlsgd_lo12:" #symbol "\n\tbl __tls_get_addr\n\tnop")              \
                         : "=&r"(address)                                                                              \
                         : "rZ"(after)                                                                                 \
                         : "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",    \
                           "x15", "x16", "x17", "x18", "x30", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v16",   \
                           "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29",  \
                           "v30", "v31", "memory", "cc");                                                              \
        return address;                                                                                                \
    }

#define TLS_DESCRIPTOR(name, symbol)                                                                                   \
    CTX_OPERATION uintptr_t name(uintptr_t after) {                                                                    \
        register uintptr_t offset __asm__("x0");                                                                       \
        __asm__ volatile(TLS_SEQUENCE("adrp x0, :tlsdesc:" #symbol, "%x1", "x0",                                       \
                                      "ldr x1, [x0, #:tlsdesc_lo12:" #symbol "]\n\t"                                   \
                                      "add x0, x0, #:tlsdesc_lo12:" #symbol "\n\t"                                     \
                                      ".tlsdesccall " #symbol "\n\tblr x1")                                            \
                         : "=&r"(offset)                                                                               \
                         : "rZ"(after)                                                                                 \
                         : "x1", "x30", "cc");                                                                         \
        return offset;                                                                                                 \
    }

#endif
