/*
 * The same tags as stacktag, found by comparing raw stack words with the return address of E, many at a time: the cost
 * goes with the bytes of the stack, not with its frames, and nothing waits for a load. Right in code without frame
 * pointers, too.
 */
#include "gls/tag.h"
#include "stacktag/scan.h"
#include "stacktag/tag_strategy.h"
#include "strategy.h"

static void stacktag_scan_thread_begin(void) {
    glsi_stack_learn();
    tag_strategy_thread_begin();
}

CTX_OPERATION const struct ctx *stacktag_scan_current(uintptr_t after) {
    uint32_t id = 0;
    const enum tag_answer answer = scan_read(after, &id);
    return tag_context(answer, id);
}

CTX_OPERATION void stacktag_seal_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    if (__builtin_expect(!seal_with(next, ID_NONE, fn, arg), 0))
        tag_strategy_die_out_of_ids();
}

static const struct ctx_exception stacktag_scan_exceptions[] = {
    /* Whose frames they are makes no difference to a look at the words. */
    {"jit", CTX_PASSES, NULL},
    {"unload-destructor", CTX_PASSES, NULL},
};

#define CTX_NAME "stacktag-scan"
#define CTX_SUMMARY "the same tags, found by a vector compare of raw stack words"
#define CTX_TRAITS TAG_STRATEGY_TRAITS
#define CTX_EXCEPTIONS stacktag_scan_exceptions
#define CTX_OP_UNAVAILABLE scan_unavailable
#define CTX_OP_CURRENT(after) stacktag_scan_current(after)
#define CTX_OP_WITH(next, fn, arg) stacktag_seal_with(next, fn, arg)
#define CTX_OP_THREAD_BEGIN stacktag_scan_thread_begin
#define CTX_OP_THREAD_END tag_strategy_thread_end
#include "kernels.h"
