/* What keeps compilers and processors honest in a measuring loop. */
#ifndef CTX_OPAQUE_H
#define CTX_OPAQUE_H

#include <stdint.h>

/*
 * Stands for code of the user's: compiled on its own, as if it were in another file. Without this a compiler removes
 * the context argument or the whole frame, and passing it looks free.
 */
#if defined(__clang__)
#define CTX_OPAQUE __attribute__((noinline, used))
#else
#define CTX_OPAQUE __attribute__((noipa))
#endif

/* What is in memory may have changed: every iteration loads anew. */
#define ctx_forget_memory() __asm__ volatile("" : : : "memory")

/* The compiler must have `pointer`'s target ready here, and expect it to have changed. */
#define ctx_touch(pointer) __asm__ volatile("" : : "r"(pointer) : "memory")

/* 0, but only once `value` is there: processors do not recognise `and $0` as independent of its input. */
static inline uintptr_t ctx_after(uintptr_t value) {
#if defined(__x86_64__)
    __asm__ volatile("and $0, %0" : "+r"(value) : : "cc");
#else
    __asm__ volatile("and %0, %0, xzr" : "+r"(value));
#endif
    return value;
}

/* What follows starts only when all that was loaded before is there: for reads whose start cannot depend on a value. */
static inline void ctx_fence_loads(void) {
#if defined(__x86_64__)
    __builtin_ia32_lfence();
#else
    __asm__ volatile("dsb ld\n\tisb" : : : "memory");
#endif
}

#endif
