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

#include "strategy.h"

/*
 * A header for each processor defines TLS_SEQUENCE, with which it writes the sequences; tls_load, tls_store and
 * tls_place for a variable at a distance from the thread pointer; and, as macros, the function that finds a variable in
 * each model: TLS_INITIAL_EXEC and TLS_DESCRIPTOR one that returns the distance, TLS_GENERAL_DYNAMIC one that returns
 * the address.
 */
#if defined(__x86_64__)
#include "modules/tls_model_x86_64.h"
#elif defined(__aarch64__)
#include "modules/tls_model_aarch64.h"
#else
#error "tls_model.h knows x86-64 and aarch64"
#endif

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
