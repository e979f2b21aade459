/* SIGTRAP after each instruction, by the processor's trap flag. Sanitizers cannot be stepped through. */
#ifndef SINGLE_STEPS_H
#define SINGLE_STEPS_H

#include "gls/fiber_tools.h"

#if defined(__x86_64__) && !defined(FIBER_ASAN) && !defined(FIBER_TSAN)
enum { CAN_STEP = 1 };
/* Below the red zone, which may be in use. */
static inline __attribute__((always_inline)) void step_from_here(void) {
    __asm__ volatile("sub $128, %%rsp\n\tpushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\tadd $128, %%rsp"
                     :
                     :
                     : "memory", "cc");
}
static inline __attribute__((always_inline)) void step_no_more(void) {
    __asm__ volatile("sub $128, %%rsp\n\tpushfq\n\tandq $~0x100, (%%rsp)\n\tpopfq\n\tadd $128, %%rsp"
                     :
                     :
                     : "memory", "cc");
}
#else
enum { CAN_STEP = 0 };
static inline void step_from_here(void) {
}
static inline void step_no_more(void) {
}
#endif

#endif
