/*
 * A switch of stacks: on x86-64 our own (switch.S), elsewhere Boost.Context's. Ours has unwind tables, and does not
 * load a floating-point control word that is there already.
 */
#ifndef GLS_SWITCH_H
#define GLS_SWITCH_H

#include <stddef.h>
#include <stdint.h>

#include "gls/fcontext.h"

#if defined(__x86_64__)

/* What lies on a stack that waits, from its stack pointer on. */
struct switch_frame {
    uint32_t mxcsr;
    uint16_t x87;
    uint16_t unused;
    uint64_t r12, r13, r14, r15, rbx, rbp;
    void (*return_address)(struct fcontext_transfer);
};

/* Goes on at `to`, handing `data` over; returns when somebody goes on here. See fcontext.h. */
struct fcontext_transfer glsi_switch(fcontext to, void *data);

/*
 * Prepares a stack, which ends at `top`, a multiple of 16, to begin with fn. It finds its transfer in rax and rdx, as
 * one who returns from a switch does, must never return, and begins with the control words of the calling thread.
 */
static inline fcontext switch_make(char *top, size_t bytes, void (*fn)(struct fcontext_transfer)) {
    (void)bytes;
    /* As if fn had been called: its caller's return address would be the last word. */
    struct switch_frame *frame = (struct switch_frame *)(void *)(top - sizeof(uint64_t)) - 1;
    *frame = (struct switch_frame){.return_address = fn};
    *(uint64_t *)(void *)(top - sizeof(uint64_t)) = 0;
    __asm__("stmxcsr %0\n\tfnstcw %1" : "=m"(frame->mxcsr), "=m"(frame->x87));
    return frame;
}

#else

#define glsi_switch(to, data) jump_fcontext(to, data)
#define switch_make(top, bytes, fn) make_fcontext(top, bytes, fn)

#endif

#endif
