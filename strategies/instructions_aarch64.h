/* The instructions of aarch64 that measuring loops need; part of instructions.h. */
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

#endif
