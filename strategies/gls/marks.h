/*
 * The marks: functions whose return addresses spell an id in the call stack. Sixteen hexadecimal digits, S (the tag
 * starts: outermost) and E (the tag ends: innermost). They stand in one section at a fixed stride, so that a return
 * address becomes a digit by a subtraction and a shift. Written in assembly (marks.S): compilers reorder, fold, align
 * or instrument functions, and a tag must not depend on that.
 *
 * A tag is complete only when its E is there. While a tag is being built or taken down, a signal handler may read the
 * stack, and its digits alone would spell another live id.
 *
 * Idea: jtolds/gls, which names goroutines by 16 functions; E, and marks in assembly, are ours.
 */
#ifndef GLS_MARKS_H
#define GLS_MARKS_H

#define MARK_STRIDE_BITS 5
#define MARK_STRIDE (1 << MARK_STRIDE_BITS)
#define MARK_DIGITS 16 /* marks 0 to 15 */
#define MARK_E 16
#define MARK_S 17
#define MARK_COUNT 18

#ifndef __ASSEMBLER__

#include <stdint.h>

/* The start of mark 0. Never called through this name. */
extern const char glsi_marks[MARK_COUNT * MARK_STRIDE];

/* The one address that a call made by E returns to: a frame with this return address is the body of a scope. */
extern const char glsi_mark_E_return[];

/*
 * What a chain of marks follows: the address of the next mark for each, and, behind that of E, the function to run and
 * its argument. Lives in the frame of whoever opens the scope.
 */
enum { MARK_DIGITS_MAX = 8, MARK_PATH_MAX = MARK_DIGITS_MAX + 3 };
typedef void mark_function(const uintptr_t *path);

/* The index of the mark that this return address belongs to: >= MARK_COUNT when it belongs to none. */
static inline uintptr_t mark_index(uintptr_t return_address) {
    return (return_address - (uintptr_t)glsi_marks) >> MARK_STRIDE_BITS;
}

static inline uintptr_t mark_address(uintptr_t index) {
    return (uintptr_t)glsi_marks + (index << MARK_STRIDE_BITS);
}

/*
 * Runs fn(arg) below a tag that spells `id`: S, the digits with the least significant one outermost, E. Id 0 has no
 * digit. Pushing the least significant digit first means that a reader, who comes from inside, meets the most
 * significant one first and needs no count of them.
 */
static inline void mark_call(uint32_t id, void (*fn)(void *), void *arg) {
    uintptr_t path[MARK_PATH_MAX];
    uintptr_t *next = path;
    for (; id != 0; id >>= 4)
        *next++ = mark_address(id & (MARK_DIGITS - 1));
    next[0] = mark_address(MARK_E);
    next[1] = (uintptr_t)fn;
    next[2] = (uintptr_t)arg;
    ((mark_function *)mark_address(MARK_S))(path);
    /* Something must follow the call: a tail call would let the path's frame go, and it would hide the caller's own. */
    __asm__ volatile("" : : "r"(path) : "memory");
}

#endif
#endif
