/*
 * What the walk over a stack must know of x86-64; part of processor.h.
 *
 * Sources: System V ABI for AMD64, 3.6 and 6.2; Linux, arch/x86/kernel/signal_64.c.
 */
#ifndef GLS_PROCESSOR_X86_64_H
#define GLS_PROCESSOR_X86_64_H

/* CFA_AT_ENTRY: how far above the stack pointer the canonical frame address lies when a function has just been called.
 */
enum { CFI_REGISTERS = 17, REGISTER_FP = 6, REGISTER_SP = 7, REGISTER_RA = 16, CFA_AT_ENTRY = 8 };

/* Where a frame keeps a frame pointer, the caller's stack begins behind the frame record, so that it is known, too. */
enum { FRAME_RECORD_ENDS_FRAME = true };

/* The register itself is not a return address that user code may have signed. */
static inline uintptr_t processor_address(uintptr_t return_address) {
    return return_address;
}

/*
 * Writes the registers that a function must preserve, the frame pointer and the stack pointer of the function that this
 * is inlined into to their places in `registers`; returns where that was.
 */
/* NOLINTNEXTLINE(readability-non-const-parameter): the assembly writes to it */
__attribute__((always_inline)) static inline uintptr_t processor_capture(uintptr_t registers[static CFI_REGISTERS]) {
    uintptr_t here;
    __asm__ volatile(
        "movq %%rbx, 24(%2)\n\t"
        "movq %%rbp, 48(%2)\n\t"
        "movq %%rsp, 56(%2)\n\t"
        "movq %%r12, 96(%2)\n\t"
        "movq %%r13, 104(%2)\n\t"
        "movq %%r14, 112(%2)\n\t"
        "movq %%r15, 120(%2)\n\t"
        "leaq 0f(%%rip), %0\n"
        "0:"
        : "=&r"(here), "+m"(*(uintptr_t(*)[CFI_REGISTERS])registers)
        : "r"(registers));
    return here;
}
enum { PROCESSOR_CAPTURED = 1 << 3 | 1 << REGISTER_FP | 1 << REGISTER_SP | 0xf << 12 };

/* What a signal handler returns to: mov $15, %rax; syscall. */
enum { SIGNAL_RETURN_BYTES = 9 };
PROCESSOR_READS_CODE bool processor_is_signal_return(const void *code) {
    static const unsigned char wanted[SIGNAL_RETURN_BYTES] = {0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05};
    return processor_bytes_are(code, wanted, sizeof wanted);
}

/* How far above the stack pointer the interrupted registers lie when a handler has returned there. */
enum { SIGNAL_CONTEXT_OFFSET = 0 };

/* Writes the interrupted registers to `registers`; returns where the interruption was. */
static inline uintptr_t processor_interrupted(const ucontext_t *context, uintptr_t registers[static CFI_REGISTERS]) {
    static const unsigned char places[] = {REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI, REG_RBP, REG_RSP,
                                           REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
    for (size_t i = 0; i < sizeof places; i++)
        registers[i] = (uintptr_t)context->uc_mcontext.gregs[places[i]];
    return (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
}

/*
 * Is this the beginning of a stub for calls between modules, which has done nothing yet? lld describes its own in no
 * unwind table: jmp *table(%rip); push $index; jmp first stub. The jump goes on to the callee, for which the stack is
 * as the call left it.
 */
enum { CALL_STUB_BYTES = 12 };
PROCESSOR_READS_CODE bool processor_is_call_stub(const void *code) {
    enum { JUMP_BYTES = 6, PUSH = 0x68, JUMP_ON = 0xe9 };
    static const unsigned char jump[] = {0xff, 0x25};
    const unsigned char *byte = code;
    return processor_bytes_are(byte, jump, sizeof jump) && byte[JUMP_BYTES] == PUSH &&
           byte[CALL_STUB_BYTES - 1] == JUMP_ON;
}

/*
 * Do the bytes in front of this address look like a call that would return to it? E8 and a distance, or FF /2 with what
 * its operand takes.
 */
enum { CALL_BYTES_MAX = 7 };
PROCESSOR_READS_CODE bool processor_is_behind_call(const void *code) {
    enum { CALL = 0xe8, CALL_BYTES = 5, GROUP = 0xff, CALL_IN_GROUP = 2 };
    static const unsigned char lengths[] = {2, 3, 4, 6, 7};
    const unsigned char *byte = code;
    if (*(byte - CALL_BYTES) == CALL)
        return true;
    for (size_t i = 0; i < sizeof lengths; i++)
        if (*(byte - lengths[i]) == GROUP && (*(byte - lengths[i] + 1) >> 3 & 7) == CALL_IN_GROUP)
            return true;
    return false;
}

/* The length of the no-op at `at`, in the encodings that assemblers pad with; 0 if it is something else. */
PROCESSOR_READS_CODE size_t processor_no_op_bytes(const unsigned char *at, const unsigned char *end) {
    const unsigned char *byte = at;
    while (byte < end && (*byte == 0x66 || *byte == 0x2e))
        byte++;
    if (byte < end && (*byte == 0x90 || (byte == at && (*byte == 0xcc || *byte == 0x00))))
        return (size_t)(byte + 1 - at);
    if (end - byte < 3 || byte[0] != 0x0f || byte[1] != 0x1f)
        return 0;
    /* nop r/m: mod selects the displacement, r/m 4 a SIB byte. */
    const unsigned char mod = byte[2] >> 6, rm = byte[2] & 7;
    const size_t displacement = mod == 1 ? 1 : mod == 2 ? 4 : 0;
    return (size_t)(byte - at) + 3 + (rm == 4 ? 1 : 0) + displacement;
}

/* Where a context of makecontext returns to at its end; 0 if it is not where it is looked for. */
static inline uintptr_t processor_end_of_context(const ucontext_t *made) {
    return *(const uintptr_t *)made->uc_mcontext.gregs[REG_RSP];
}

/* ---- What instructions say: whether calls can return here, and who sets the frame pointer ---- */

/*
 * No call is made where the stack pointer is as the function's own call left it: the stack would be misaligned for it
 * (x86-64 psABI).
 */
enum { PROCESSOR_ENTRY_MAKES_NO_CALLS = true };

/*
 * The length of the instruction at `at`, if it is one of those that compilers like to put in front of the one that sets
 * the frame pointer; 0 if it is another. An address relative to the instruction pointer is why: where a linker puts
 * things decides whether its displacement looks like a call.
 */
static inline size_t processor_harmless_bytes(const unsigned char *at, const unsigned char *end) {
    enum { WIDE = 0x66, REX = 0x40, REX_W = 0x48, REX_MASK = 0xf0, REX_W_MASK = 0xf8, LONGEST = 7 };
    enum { LEA = 0x8d, LOAD = 0x8b, MOV = 0x89, XOR = 0x31 };
    enum { ESCAPE = 0x0f, MOVQ = 0x6e, PUNPCKLQDQ = 0x6c };
    enum { REGISTERS = 0xc0, RIP_MASK = 0xc7, RIP = 0x05 };
    if (end - at < LONGEST) /* no instruction here goes beyond what may be read */
        return 0;
    if ((at[0] & REX_W_MASK) == REX_W && (at[1] == LEA || at[1] == LOAD) && (at[2] & RIP_MASK) == RIP)
        return LONGEST;
    const unsigned char *byte = at + (at[0] == WIDE);
    byte += (*byte & REX_MASK) == REX;
    if (at[0] == WIDE && byte[0] == ESCAPE && (byte[1] == MOVQ || byte[1] == PUNPCKLQDQ) && byte[2] >= REGISTERS)
        return (size_t)(byte + 3 - at);
    if (at[0] != WIDE && (byte[0] == MOV || byte[0] == XOR) && byte[1] >= REGISTERS)
        return (size_t)(byte + 2 - at);
    return 0;
}

/*
 * From the first instruction on that is not known to be harmless: can no two bytes be the start of a near call (E8, or
 * FF with 2 in the middle of the next byte)?
 */
static inline bool processor_holds_no_call(uintptr_t start, uintptr_t end) {
    const unsigned char *byte = (const unsigned char *)start, *const limit = (const unsigned char *)end;
    for (size_t bytes; (bytes = processor_harmless_bytes(byte, limit)) > 0;)
        byte += bytes;
    for (; byte < limit; byte++)
        if (byte[0] == 0xe8 || (byte[0] == 0xff && (byte[1] >> 3 & 7) == 2))
            return false;
    return true;
}

/*
 * Does the code of a row that saves the frame pointer at `saved_at` above the stack pointer make it the function's own?
 * Here the tables say so themselves.
 */
static inline bool processor_sets_frame_pointer(uintptr_t start, uintptr_t end, int64_t saved_at) {
    (void)start, (void)end, (void)saved_at;
    return false;
}

/* Is this an instruction of unwind tables, or a letter of their augmentation, that needs no heed here? */
static inline bool processor_ignores_cfi(unsigned char opcode) {
    (void)opcode;
    return false;
}

static inline bool processor_ignores_augmentation(char letter) {
    (void)letter;
    return false;
}

/* The return address that libunwind means by what unw_backtrace says of a frame. */
static inline uintptr_t processor_unwound_address(uintptr_t address) {
    return address;
}

/* e_machine of its ELF files. */
enum { PROCESSOR_ELF_MACHINE = 62 };

#endif
