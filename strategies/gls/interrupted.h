/*
 * Part of tag.c: on from a signal handler to what it interrupted, where libunwind does not know the way.
 *
 * On aarch64 libunwind 1.6.2 looks an interrupted instruction up as if it were behind a call: at the very start of a
 * function it takes the rules of what lies in front of it. Told that the registers are a signal's, it does not. And
 * linkers describe their stubs for calls between modules (the PLT) at most on x86-64, and lld nowhere.
 */
#ifndef GLS_INTERRUPTED_H
#define GLS_INTERRUPTED_H

#define UNW_LOCAL_ONLY
#include <libunwind.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "memory.h"

#if defined(__aarch64__)

enum { INTERRUPTIONS_ARE_MISTAKEN = true };

/*
 * Is this code what a signal handler returns to? libunwind recognises it by its two instructions, and so steps over it
 * as it should though there may be no unwind tables: that of an emulator has none.
 */
enum { SIGNAL_RETURN_BYTES = 8 };
static inline bool is_signal_return(const void *code) {
    static const uint32_t mov_x8_139_svc_0[] = {0xd2801168, 0xd4000001};
    return memcmp(code, mov_x8_139_svc_0, SIGNAL_RETURN_BYTES) == 0;
}

/* Is this code a stub for calls between modules, or the rest of one? It touches x16 and x17 and jumps on. */
static inline bool is_call_stub(uintptr_t address) {
    enum { INSTRUCTIONS_MAX = 6, BR_X17 = 0xd61f0220 };
    static const struct {
        uint32_t mask, value;
    } may_be[] = {
        {0xfffff01f, 0xd503201f}, /* nop, bti */
        {0x9f00001f, 0x90000010}, /* adrp x16 */
        {0xffc003ff, 0xf9400211}, /* ldr x17, [x16] */
        {0xffc003ff, 0x91000210}, /* add x16, x16 */
    };
    uint32_t code[INSTRUCTIONS_MAX];
    if (glsi_memory_read(code, (const void *)address, sizeof code) != MEMORY_READ) // NOLINT: text is read as data
        return false;
    for (size_t i = 0; i < INSTRUCTIONS_MAX; i++) {
        bool known = false;
        if (code[i] == BR_X17)
            return true;
        for (size_t j = 0; j < sizeof may_be / sizeof *may_be; j++)
            known |= (code[i] & may_be[j].mask) == may_be[j].value;
        if (!known)
            return false;
    }
    return false;
}

/* Does libunwind step over such a stub by itself? */
static inline bool is_passable_stub(uintptr_t address) {
    (void)address;
    return false;
}

/*
 * Moves the cursor from the frame that a handler returns to on to what the signal interrupted, with its registers in
 * `interrupted`: they lie behind the siginfo on the handler's stack (Linux, arch/arm64/kernel/signal.c). A call stub is
 * taken for already left. False where they cannot be had.
 */
static inline bool resume_interrupted(unw_cursor_t *cursor, unw_context_t *interrupted) {
    enum { LINK_REGISTER = 30 };
    unw_word_t frame = 0;
    if (unw_get_reg(cursor, UNW_REG_SP, &frame) != 0)
        return false;
    const void *registers = (const char *)frame + sizeof(siginfo_t); // NOLINT: frames are addresses
    if (glsi_memory_read(interrupted, registers, sizeof *interrupted) != MEMORY_READ)
        return false;
    if (!is_call_stub(interrupted->uc_mcontext.pc))
        return unw_init_local2(cursor, interrupted, UNW_INIT_SIGNAL_FRAME) == 0;
    interrupted->uc_mcontext.pc = interrupted->uc_mcontext.regs[LINK_REGISTER];
    return unw_init_local(cursor, interrupted) == 0;
}

#else

enum { INTERRUPTIONS_ARE_MISTAKEN = false, SIGNAL_RETURN_BYTES = 1 };

/*
 * Is this code a stub for calls between modules that does nothing yet but jump? lld describes its own in no unwind
 * table. libunwind knows them by the same bytes and steps over them as it should (1.6.2, x86_64/Gstep.c).
 */
static inline bool is_passable_stub(uintptr_t address) {
    enum { JUMP_BYTES = 6, STUB_BYTES = 12, PUSH = 0x68, JUMP_ON = 0xe9 };
    static const unsigned char jump[] = {0xff, 0x25};
    unsigned char code[STUB_BYTES];
    return glsi_memory_read(code, (const void *)address, sizeof code) == MEMORY_READ && // NOLINT: text is read as data
           memcmp(code, jump, sizeof jump) == 0 && code[JUMP_BYTES] == PUSH && code[STUB_BYTES - 1] == JUMP_ON;
}

static inline bool is_signal_return(const void *code) {
    (void)code;
    return false;
}

static inline bool resume_interrupted(unw_cursor_t *cursor, unw_context_t *interrupted) {
    (void)cursor, (void)interrupted;
    return false;
}

#endif
#endif
