/*
 * What the walk over a stack must know of the processor: its registers in DWARF's numbering, where a call leaves the
 * return address, and what a signal leaves behind. All else in the walk is the same everywhere.
 *
 * Sources: System V ABI for AMD64, 3.6 and 6.2; DWARF for the Arm 64-bit Architecture; Linux,
 * arch/x86/kernel/signal_64.c and arch/arm64/kernel/signal.c.
 */
#ifndef GLS_PROCESSOR_H
#define GLS_PROCESSOR_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

/* Code is read as data, and perhaps it is none: no sanitizer takes part, and none of its functions is called. */
#define PROCESSOR_READS_CODE __attribute__((no_sanitize("address", "thread", "undefined"))) static inline

PROCESSOR_READS_CODE bool processor_bytes_are(const unsigned char *code, const unsigned char *wanted, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (*(const volatile unsigned char *)(code + i) != wanted[i])
            return false;
    return true;
}

#if defined(__x86_64__)

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

#elif defined(__aarch64__)

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

#else
#error "processor.h knows x86-64 and aarch64"
#endif

#endif
