/*
 * Part of unwound.c: on from a signal handler to what it interrupted, where libunwind does not know the way.
 *
 * On aarch64 libunwind 1.6.2 looks an interrupted instruction up as if it were behind a call: at the very start of a
 * function it takes the rules of what lies in front of it. Told that the registers are a signal's, it does not. And
 * linkers describe their stubs for calls between modules (the PLT) in no unwind table there.
 */
#ifndef GLS_INTERRUPTED_H
#define GLS_INTERRUPTED_H

#define UNW_LOCAL_ONLY
#include <libunwind.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "gls/memory.h"
#include "gls/processor.h"

#if defined(__aarch64__)

enum { INTERRUPTIONS_ARE_MISTAKEN = true };

/*
 * Moves the cursor from the frame that a handler returns to on to what the signal interrupted, with its registers in
 * `interrupted`: they lie behind the siginfo on the handler's stack (Linux, arch/arm64/kernel/signal.c). A call stub is
 * taken for already left. False where they cannot be had.
 */
static inline bool resume_interrupted(unw_cursor_t *cursor, unw_context_t *interrupted) {
    unw_word_t frame = 0;
    if (unw_get_reg(cursor, UNW_REG_SP, &frame) != 0)
        return false;
    const uintptr_t registers = frame + sizeof(siginfo_t);
    if (!glsi_memory_is_readable(registers, sizeof *interrupted))
        return false;
    memcpy(interrupted, (const void *)registers, sizeof *interrupted);
    const uintptr_t code = interrupted->uc_mcontext.pc;
    if (!glsi_memory_is_readable(code, CALL_STUB_BYTES) || !processor_is_call_stub((const void *)code))
        return unw_init_local2(cursor, interrupted, UNW_INIT_SIGNAL_FRAME) == 0;
    interrupted->uc_mcontext.pc = interrupted->uc_mcontext.regs[REGISTER_RA];
    return unw_init_local(cursor, interrupted) == 0;
}

#else

enum { INTERRUPTIONS_ARE_MISTAKEN = false };

static inline bool resume_interrupted(unw_cursor_t *cursor, unw_context_t *interrupted) {
    (void)cursor, (void)interrupted;
    return false;
}

#endif
#endif
