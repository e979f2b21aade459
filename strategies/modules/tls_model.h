/*
 * What the strategies in one TLS model share.
 *
 * The read is written in assembly, with the very instructions that compilers emit for the model (Drepper, "ELF Handling
 * For Thread-Local Storage"; Oliva, "RFC-TLSDESC-x86"; Arm, "ELF for the Arm 64-bit Architecture"). In C the address of
 * a thread-local variable is a constant: a compiler computes it once, in front of the loop that measures. It may also
 * choose a cheaper model than was asked for, and clang 14 has no TLS descriptors on x86-64. Which model it is, the
 * module's relocations show; a test looks.
 *
 * In the latency form the first step already waits for the value that was read before. Where `after` is the constant 0,
 * the sequence is a compiler's to the byte.
 */
#ifndef CTX_TLS_MODEL_H
#define CTX_TLS_MODEL_H

#include <stdlib.h>

#include "strategy.h"

#if defined(__x86_64__)

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

#elif defined(__aarch64__)

/*
 * As above; `after` is an operand with the constraint "rZ" and the modifier x. Calls need no care here: the stack is
 * always aligned, nothing lies below the stack pointer, and that the link register is lost can be said.
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

#else
#define CTX_UNAVAILABLE_REASON "the instructions of the TLS models are written for x86-64 and aarch64"
#include "modules/unavailable.h"
#endif

#if !defined(CTX_UNAVAILABLE_REASON)

/* A scope of a variable at a distance from the thread pointer. */
struct tls_scope {
    uintptr_t offset;
    const struct ctx *outer;
};

/* Restores also when the body throws a C++ exception or ends its thread. */
CTX_OPERATION void tls_restore(const struct tls_scope *scope) {
    tls_store(scope->offset, scope->outer);
}

/* Asks for the distance once, as compilers do within a function. */
CTX_OPERATION void tls_run(uintptr_t offset, const struct ctx *next, void (*fn)(void *), void *arg) {
    __attribute__((cleanup(tls_restore), unused)) const struct tls_scope scope = {offset, tls_load(offset)};
    tls_store(offset, next);
    fn(arg);
}

#endif

#endif
