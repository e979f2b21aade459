/*
 * What the walk over a stack must know of aarch64; part of processor.h.
 *
 * Sources: DWARF for the Arm 64-bit Architecture; Linux, arch/arm64/kernel/signal.c.
 */
#ifndef GLS_PROCESSOR_AARCH64_H
#define GLS_PROCESSOR_AARCH64_H

enum { CFI_REGISTERS = 32, REGISTER_FP = 29, REGISTER_SP = 31, REGISTER_RA = 30, CFA_AT_ENTRY = 0 };

/* gcc's frame records lie at the bottom of their frames. */
enum { FRAME_RECORD_ENDS_FRAME = false };

/* Code may have signed a return address, in the bits above those that an address has. */
static inline uintptr_t processor_address(uintptr_t return_address) {
    return return_address & ((UINT64_C(1) << 48) - 1);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the assembly writes to it */
__attribute__((always_inline)) static inline uintptr_t processor_capture(uintptr_t registers[static CFI_REGISTERS]) {
    uintptr_t here, stack;
    __asm__ volatile(
        "stp x19, x20, [%3, #152]\n\t"
        "stp x21, x22, [%3, #168]\n\t"
        "stp x23, x24, [%3, #184]\n\t"
        "stp x25, x26, [%3, #200]\n\t"
        "stp x27, x28, [%3, #216]\n\t"
        "stp x29, x30, [%3, #232]\n\t"
        "mov %1, sp\n\t"
        "str %1, [%3, #248]\n\t"
        "adr %0, 0f\n"
        "0:"
        : "=&r"(here), "=&r"(stack), "+m"(*(uintptr_t(*)[CFI_REGISTERS])registers)
        : "r"(registers));
    return here;
}
enum { PROCESSOR_CAPTURED = (int)(0xfff80000u) };

/* mov x8, #139; svc #0 */
enum { SIGNAL_RETURN_BYTES = 8 };
PROCESSOR_READS_CODE bool processor_is_signal_return(const void *code) {
    static const unsigned char wanted[SIGNAL_RETURN_BYTES] = {0x68, 0x11, 0x80, 0xd2, 0x01, 0, 0, 0xd4};
    return processor_bytes_are(code, wanted, sizeof wanted);
}

enum { SIGNAL_CONTEXT_OFFSET = sizeof(siginfo_t) };

static inline uintptr_t processor_interrupted(const ucontext_t *context, uintptr_t registers[static CFI_REGISTERS]) {
    memcpy(registers, context->uc_mcontext.regs, sizeof context->uc_mcontext.regs);
    registers[REGISTER_SP] = context->uc_mcontext.sp;
    return context->uc_mcontext.pc;
}

/* Is this code a stub for calls between modules, or the rest of one? It touches x16 and x17 and jumps on. */
enum { CALL_STUB_BYTES = 24 };
PROCESSOR_READS_CODE bool processor_is_call_stub(const void *bytes) {
    enum { INSTRUCTIONS_MAX = CALL_STUB_BYTES / 4, BR_X17 = 0xd61f0220 };
    static const struct {
        uint32_t mask, value;
    } may_be[] = {
        {0xfffff01f, 0xd503201f}, /* nop, bti */
        {0x9f00001f, 0x90000010}, /* adrp x16 */
        {0xffc003ff, 0xf9400211}, /* ldr x17, [x16] */
        {0xffc003ff, 0x91000210}, /* add x16, x16 */
    };
    uint32_t code[INSTRUCTIONS_MAX];
    memcpy(code, bytes, sizeof code);
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

/* NOP, and the undefined instruction 0 that fills gaps. */
PROCESSOR_READS_CODE size_t processor_no_op_bytes(const unsigned char *at, const unsigned char *end) {
    enum { NOP = 0xd503201f };
    uint32_t instruction = 0;
    if (end - at < (ptrdiff_t)sizeof instruction)
        return (size_t)(end - at); /* less than an instruction */
    memcpy(&instruction, at, sizeof instruction);
    return instruction == 0 || instruction == NOP ? sizeof instruction : 0;
}

/* bl, blr, and blr with an address that is signed. */
enum { CALL_BYTES_MAX = 4 };
PROCESSOR_READS_CODE bool processor_is_behind_call(const void *code) {
    uint32_t before;
    memcpy(&before, (const char *)code - sizeof before, sizeof before);
    return (before & 0xfc000000) == 0x94000000 || (before & 0xfffffc1f) == 0xd63f0000 ||
           (before & 0xfefff800) == 0xd63f0800;
}

static inline uintptr_t processor_end_of_context(const ucontext_t *made) {
    return made->uc_mcontext.regs[REGISTER_RA];
}

/* ---- What instructions say ---- */

/* The return address is in a register, and a function that never returns may call without having saved it. */
enum { PROCESSOR_ENTRY_MAKES_NO_CALLS = false };

enum { PROCESSOR_INSTRUCTION_BYTES = 4 };

static inline uint32_t processor_instruction_at(uintptr_t address) {
    uint32_t instruction = 0;
    memcpy(&instruction, (const void *)address, sizeof instruction); // NOLINT: text is read as data
    return instruction;
}

/* BL, BLR and its authenticating forms (Arm Architecture Reference Manual, C4.1). */
static inline bool processor_is_call(uint32_t instruction) {
    return (instruction & 0xfc000000) == 0x94000000 || (instruction & 0xfefff000) == 0xd63f0000;
}

static inline bool processor_holds_no_call(uintptr_t start, uintptr_t end) {
    for (uintptr_t at = start; at < end; at += PROCESSOR_INSTRUCTION_BYTES)
        if (processor_is_call(processor_instruction_at(at)))
            return false;
    return true;
}

/*
 * gcc describes a frame by the stack pointer even where it keeps a frame pointer, and saves x29 in the same pair where
 * that holds a value of the function's own. `add x29, sp, #saved_at` (mov, where that is 0), in front of the first
 * call, makes the difference: no object of the function's lies where its frame record does.
 */
static inline bool processor_sets_frame_pointer(uintptr_t start, uintptr_t end, int64_t saved_at) {
    enum { ADD_X29_SP = 0x910003fd, IMMEDIATE_BIT = 10, IMMEDIATE_MAX = 0xfff };
    if (saved_at < 0 || saved_at > IMMEDIATE_MAX)
        return false;
    const uint32_t wanted = ADD_X29_SP | (uint32_t)saved_at << IMMEDIATE_BIT;
    for (uintptr_t at = start; at < end && !processor_is_call(processor_instruction_at(at));
         at += PROCESSOR_INSTRUCTION_BYTES)
        if (processor_instruction_at(at) == wanted)
            return true;
    return false;
}

/* DW_CFA_AARCH64_negate_ra_state: from here on the return address is signed, or no longer. Readers strip signatures. */
static inline bool processor_ignores_cfi(unsigned char opcode) {
    return opcode == 0x2d;
}

/* B: return addresses are signed with the other key. */
static inline bool processor_ignores_augmentation(char letter) {
    return letter == 'B';
}

/* libunwind 1.6.2 names the last byte of the call and not the address behind it; instructions are aligned there. */
static inline uintptr_t processor_unwound_address(uintptr_t address) {
    return (address + 3) & ~(uintptr_t)3;
}

enum { PROCESSOR_ELF_MACHINE = 183 };

#endif
