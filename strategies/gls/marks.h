/*
 * The marks: functions whose return addresses spell an id in the call stack. A mark for each digit, S (the tag starts:
 * outermost) and E (the tag ends: innermost). They stand in one section at a fixed stride, so that a return address
 * becomes a digit by a subtraction and a shift. Written in assembly (marks.S): compilers reorder, fold, align or
 * instrument functions, and a tag must not depend on that.
 *
 * A tag is complete only when its E is there. While a tag is being built or taken down, a signal handler may read the
 * stack, and its digits alone would spell another live id.
 *
 * The library spells with hexadecimal digits. Others may have an alphabet of their own: marks.S can be assembled again
 * with more digits under other names, and all that spells and reads takes an alphabet.
 *
 * Idea: jtolds/gls, which names goroutines by 16 functions; E, and marks in assembly, are ours.
 */
#ifndef GLS_MARKS_H
#define GLS_MARKS_H

#define MARK_STRIDE_BITS 5
#define MARK_STRIDE (1 << MARK_STRIDE_BITS)

/* The ELF notes by which copies of the library find each other, and readers outside of the process what ids stand for.
 */
#define MARK_NOTE_NAME "gls"
#define MARK_NOTE_TYPE 1
#define MARK_NOTE_LAYOUT 2

#ifndef __ASSEMBLER__

#include <stdint.h>

/*
 * A set of marks: the digits, then E, then S. Constant in every user's eyes: readers are inlined, and the members
 * become part of their instructions.
 */
struct mark_alphabet {
    const char *marks;      /* the start of mark 0; never called through this name */
    const char *end_return; /* the one address that a call made by E returns to: such a frame is the body of a scope */
    unsigned digit_bits;    /* of an id, in each mark */
};

extern const char glsi_marks[], glsi_mark_E_return[];
static const struct mark_alphabet mark_hexadecimal = {glsi_marks, glsi_mark_E_return, 4};

static inline uintptr_t mark_digits(const struct mark_alphabet *alphabet) {
    return (uintptr_t)1 << alphabet->digit_bits;
}

static inline uintptr_t mark_E(const struct mark_alphabet *alphabet) {
    return mark_digits(alphabet);
}

static inline uintptr_t mark_S(const struct mark_alphabet *alphabet) {
    return mark_digits(alphabet) + 1;
}

/* The index of the mark that this return address belongs to: above that of S when it belongs to none. */
static inline uintptr_t mark_index(const struct mark_alphabet *alphabet, uintptr_t return_address) {
    return (return_address - (uintptr_t)alphabet->marks) >> MARK_STRIDE_BITS;
}

static inline uintptr_t mark_address(const struct mark_alphabet *alphabet, uintptr_t index) {
    return (uintptr_t)alphabet->marks + (index << MARK_STRIDE_BITS);
}

/*
 * What a chain of marks follows: the address of the next mark for each, and, behind that of E, the function to run and
 * its argument. Lives in the frame of whoever opens the scope.
 */
enum { MARK_DIGITS_MAX = 8, MARK_PATH_MAX = MARK_DIGITS_MAX + 3 };
typedef void mark_function(const uintptr_t *path);

/*
 * Spells the path for `id`: its digits with the least significant one first, then E, the function and its argument. Id
 * 0 has no digit. The least significant digit is pushed first, so that a reader, who comes from inside, meets the most
 * significant one first and needs no count of them. Returns how many marks the path has, E included.
 */
static inline unsigned mark_spell(const struct mark_alphabet *alphabet, uint32_t id, void (*fn)(void *), void *arg,
                                  uintptr_t path[static MARK_PATH_MAX]) {
    unsigned count = 0;
    for (; id != 0; id >>= alphabet->digit_bits)
        path[count++] = mark_address(alphabet, id & (mark_digits(alphabet) - 1));
    path[count++] = mark_address(alphabet, mark_E(alphabet));
    path[count] = (uintptr_t)fn;
    path[count + 1] = (uintptr_t)arg;
    return count;
}

#if defined(__x86_64__)
/* The stack pointer of the function that this is inlined into, as it is when that calls mark_call next. */
__attribute__((always_inline)) static inline uintptr_t mark_stack_pointer(void) {
    uintptr_t stack;
    __asm__ volatile("mov %%rsp, %0" : "=r"(stack));
    return stack;
}

/*
 * Where the word will be, then, that completes the tag: the return address of the call by E, below one frame for S and
 * one for each of the `count` marks of the path. Whoever relies on it has to look at the word.
 */
static inline uintptr_t mark_place(uintptr_t stack_pointer, unsigned count) {
    return stack_pointer - (count + 1) * (2 * sizeof(uintptr_t)) - sizeof(uintptr_t);
}
#endif

/* Runs what the path says below the tag that it spells. The path must stay as it is until this returns. */
static inline void mark_call(const struct mark_alphabet *alphabet, const uintptr_t path[static MARK_PATH_MAX]) {
    ((mark_function *)mark_address(alphabet, mark_S(alphabet)))(path);
    /* Something must follow the call: a tail call would let the path's frame go, and it would hide the caller's own. */
    __asm__ volatile("" : : "r"(path) : "memory");
}

#endif
#endif
