/*
 * Stack tags, read by comparing raw stack words, many at a time, with the return address of E: no frame is followed.
 *
 * Such a word may be stale: what a tag has left in locals that nobody initialised. So a word counts as a tag only if
 * the digits that follow it spell an id whose scope is sealed at this very word (seal.h), and the innermost one is
 * found first. Where a scope is open that may be here, and is not sealed, the readers of tag.h decide.
 *
 * A scan needs to know where the stack ends. It does for the stacks that threads were started with, and for our fibers
 * (gls/stacks.h). On any other, an alternate signal stack say, the readers of tag.h serve, for which these tags are
 * like any others.
 *
 * On other processors than x86-64, whose marks lay their frames out in another way, this is not available: the readers
 * of tag.h take its place.
 */
#ifndef STACKTAG_SCAN_H
#define STACKTAG_SCAN_H

#include "gls/running.h"
#include "gls/seal.h"
#include "gls/tag.h"

/* NULL, or why scanning would not be right here. */
const char *scan_unavailable(void);

/*
 * The innermost tag for a reader at `here`, a multiple of a word's size, on this stack. TAG_UNREADABLE: the readers of
 * tag.h have to say. Reads whole vectors, never of other pages than those of the stack.
 */
enum tag_answer scan_find_tag(struct known_stack *stack, uintptr_t here, uint32_t *id);

#if defined(__x86_64__)

/* Reads the innermost tag, starting at the function that this is inlined into; see tag_read. */
TAG_READER enum tag_answer scan_read(uintptr_t after, uint32_t *id) {
    const uintptr_t here = (uintptr_t)__builtin_frame_address(0) + after;
    struct known_stack *const stack = running_stack(after);
    if (__builtin_expect(stack_contains(stack, here), 1)) {
        const enum tag_answer answer = scan_find_tag(stack, here, id);
        if (__builtin_expect(answer != TAG_UNREADABLE, 1))
            return answer;
    }
    return tag_read(after, id);
}

#else
#define scan_read(after, id) tag_read(after, id)
#endif

#endif
