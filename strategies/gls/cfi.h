/*
 * A small interpreter of call frame information: where a function's caller left its registers, address by address. It
 * reads .eh_frame as described in the Linux Standard Base (Core, "Exception Frames") and DWARF 5, section 6.4. Pure
 * functions over memory; nothing is written but the caller's arguments. They need less than 2 KiB of stack: signal
 * handlers have little.
 */
#ifndef GLS_CFI_H
#define GLS_CFI_H

#include <stdbool.h>
#include <stdint.h>

#include "gls/processor.h"

enum cfi_rule {
    CFI_SAME,                /* the register has the value that it has in the caller */
    CFI_UNDEFINED,           /* its value is lost; of the return address: there is no caller */
    CFI_SAVED,               /* at CFA + operand */
    CFI_CFA_PLUS,            /* is CFA + operand */
    CFI_IN_REGISTER,         /* in the register that the operand names */
    CFI_SAVED_AT_EXPRESSION, /* at the address that an expression computes ... */
    CFI_IS_EXPRESSION,       /* ... or that value itself: the operand says where the expression stands */
};

/*
 * The unwind rules that hold at an address: the canonical frame address (CFA: the caller's stack pointer, for
 * compilers) and, from it, the caller's registers. The expressions stand in the table: a length as ULEB128, then DWARF
 * operations.
 */
struct cfi_rules {
    const unsigned char *common;         /* expressions stand so far behind it as their operand says */
    const unsigned char *cfa_expression; /* NULL: the CFA is a register plus an offset */
    int64_t cfa_offset;
    uint32_t cfa_register;
    unsigned char rules[CFI_REGISTERS]; /* enum cfi_rule */
    int32_t operands[CFI_REGISTERS];
};

enum cfi_row_kind {
    CFI_OTHER,         /* no frame pointer to believe */
    CFI_FRAME_POINTER, /* the caller's frame pointer lies where ours points, its return address behind it */
    CFI_ENTRY,         /* nothing saved yet, or everything restored: the stack pointer is where the call left it */
    CFI_BOTH_SAVED,    /* both lie side by side on the stack, `saved_at` bytes above the stack pointer */
    CFI_STACK_END,     /* there is no caller */
};

/* The unwind rules between two addresses. */
struct cfi_row {
    uintptr_t start, end;
    enum cfi_row_kind kind;
    uintptr_t function; /* where it begins */
    int64_t saved_at;
    const struct cfi_rules *rules; /* until the visitor returns; NULL: not understood */
};

/*
 * Calls `visit` with the rows of each function in turn, in order of address within the function, until it returns
 * false. eh_frame is the start of a loaded .eh_frame section, which ends with a zero length or at `limit`. Unwind
 * information that is not understood gives rows of CFI_OTHER without rules, or none at all.
 */
typedef bool cfi_visitor(const struct cfi_row *row, void *arg);
void glsi_cfi_visit(const unsigned char *eh_frame, const unsigned char *limit, cfi_visitor *visit, void *arg);

/* The same with the rows of one function, whose entry (an FDE) is at `entry_at`; its CIE lies between `first` and it.
 */
void glsi_cfi_visit_function(const unsigned char *entry_at, const unsigned char *first, const unsigned char *limit,
                             cfi_visitor *visit, void *arg);

/*
 * Calls `visit` with each entry of a function in a section, and where that function begins. False: something in the
 * section is not what a section consists of.
 */
typedef void cfi_entry_visitor(const unsigned char *entry, uintptr_t function, void *arg);
bool glsi_cfi_list(const unsigned char *eh_frame, const unsigned char *limit, cfi_entry_visitor *visit, void *arg);

/* A ULEB128 or SLEB128 number at `*at`, and on to what follows it. Up to `limit`, beyond which all reads as 0. */
uint64_t glsi_cfi_read_uleb(const unsigned char **at, const unsigned char *limit);
int64_t glsi_cfi_read_sleb(const unsigned char **at, const unsigned char *limit);

#endif
