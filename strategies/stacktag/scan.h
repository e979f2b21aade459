/*
 * Stack tags, read by comparing raw stack words, many at a time, with the return address of E: no frame is followed.
 *
 * Such a word may be stale: what a tag has left in locals that nobody initialised. So a scope that is opened here has a
 * seal: its id's slot names the place of the tag, the very stack word that holds E's return address. It does so from
 * the moment when the tag is complete until the scope is left: by returning, by a C++ exception, by the end of its
 * thread, or by longjmp, which this takes part in (scan_longjmp.c). A word counts as a tag only if the digits that
 * follow it spell an id whose slot names this word. While a slot names a word, a live frame keeps it, with the digits,
 * as it is; so what counts is a tag that is in force, wherever else its words may have been copied, and the innermost
 * one is found first.
 *
 * A scan needs to know where the stack ends. It does for the stacks that threads were started with, and for our fibers
 * (scan_stacks.c). On any other, an alternate signal stack say, the readers of tag.h serve, for which these tags are
 * like any others; their scopes must have been opened here to be found by a scan.
 *
 * What this does not see through: a stack inside a stack, such as an alternate signal stack that is a local array; and
 * scopes left by other jumps than those of the C library.
 *
 * On other processors than x86-64, whose marks lay their frames out in another way, this is not available: the readers
 * of tag.h take its place.
 */
#ifndef STACKTAG_SCAN_H
#define STACKTAG_SCAN_H

#include "gls/tag.h"
#include "stacktag/scan_stacks.h"

/* NULL, or why scanning would not be right here. */
const char *scan_unavailable(void);

struct scan_tag {
    uintptr_t place; /* the stack word that holds E's return address; 0: there is no tag */
    uint32_t id;     /* ID_NONE then */
};

/*
 * The first tag from `from` to `end` that is sealed. Both addresses are multiples of a word's size. Reads whole
 * vectors, never of other pages than those of the words asked for.
 */
struct scan_tag scan_find_sealed(uintptr_t from, uintptr_t end);

/* Ends the seals of the tags in a part of the stack that a jump takes away. */
void scan_break_seals(uintptr_t from, uintptr_t end);

/* The body of a scope: seals its tag, then runs fn(arg). */
struct scan_body {
    void (*fn)(void *arg);
    void *arg;
};
void scan_run_body(void *arg);

#if defined(__x86_64__)

/* Reads the innermost tag, starting at the function that this is inlined into; see tag_read. */
TAG_READER enum tag_answer scan_read(uintptr_t after, uint32_t *id) {
    const uintptr_t here = (uintptr_t)__builtin_frame_address(0) + after;
    const struct scan_stack stack = scan_stack_of(here);
    if (__builtin_expect(stack.bytes == 0, 0))
        return tag_read(after, id);
    const struct scan_tag tag = scan_find_sealed(here, stack.low + stack.bytes);
    *id = tag.id;
    return tag.place != 0 ? TAG_FOUND : TAG_NONE;
}

/* Opens a scope that is found by scans, and by all other readers; see tag_with. */
__attribute__((always_inline)) static inline bool scan_with(const struct ctx *next, uint32_t root, void (*fn)(void *),
                                                            void *arg) {
    struct scan_body body = {.fn = fn, .arg = arg};
    return tag_with(next, root, scan_run_body, &body);
}

#else
#define scan_read(after, id) tag_read(after, id)
#define scan_with(next, root, fn, arg) tag_with(next, root, fn, arg)
#endif

#endif
