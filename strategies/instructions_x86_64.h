/* The instructions of x86-64 that measuring loops need; part of instructions.h. */
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

#endif
