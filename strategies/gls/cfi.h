/*
 * A small interpreter of call frame information, for one question: at which addresses does a function keep its frame
 * pointer? It reads .eh_frame as described in the Linux Standard Base (Core, "Exception Frames") and DWARF 5, section
 * 6.4. Pure functions over memory; nothing is written but the caller's arguments.
 */
#ifndef GLS_CFI_H
#define GLS_CFI_H

#include <stdbool.h>
#include <stdint.h>

enum cfi_row_kind {
    CFI_OTHER,         /* believe nothing */
    CFI_FRAME_POINTER, /* the caller's frame pointer lies where ours points, its return address behind it */
    CFI_ENTRY,         /* nothing saved yet, or everything restored: the stack pointer is where the call left it */
    CFI_SAVED,         /* both lie side by side on the stack, `saved_at` bytes above the stack pointer */
    CFI_STACK_END,     /* there is no caller */
};

/* The unwind rules between two addresses. */
struct cfi_row {
    uintptr_t start, end;
    enum cfi_row_kind kind;
    uintptr_t function; /* where it begins */
    int64_t saved_at;
};

/*
 * Calls `visit` with the rows of each function in turn, in order of address within the function, until it returns
 * false. eh_frame is the start of a loaded .eh_frame section, which ends with a zero length or at `limit`. Unwind
 * information that is not understood gives rows of CFI_OTHER, or none at all.
 */
typedef bool cfi_visitor(const struct cfi_row *row, void *arg);
void glsi_cfi_visit(const unsigned char *eh_frame, const unsigned char *limit, cfi_visitor *visit, void *arg);

#endif
