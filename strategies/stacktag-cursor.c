/*
 * The same tags as stacktag, read by libunwind's cursor, one unw_step a frame: the reader to compare with where
 * unw_backtrace does not exist.
 */
#include "gls/tag.h"
#include "opaque.h"
#include "stacktag/tag_strategy.h"
#include "stacktag/unwinder.h"
#include "stacktag/unwound.h"
#include "strategy.h"

CTX_OPERATION const struct ctx *stacktag_cursor_current(uintptr_t after) {
    uint32_t id = 0;
    /* libunwind takes no start that could depend on `after`: a fence makes the read wait for it instead. */
    if (!__builtin_constant_p(after))
        ctx_fence_loads();
    const enum tag_answer answer = unwound_read_cursor(&id);
    return tag_context(answer, id);
}

#define CTX_NAME "stacktag-cursor"
#define CTX_SUMMARY "the same tags, read by libunwind's cursor, step by step"
#define CTX_TRAITS TAG_STRATEGY_TRAITS
#define CTX_EXCEPTIONS unwinder_exceptions
#define CTX_OP_CURRENT(after) stacktag_cursor_current(after)
#define CTX_OP_WITH(next, fn, arg) tag_strategy_with(next, fn, arg)
#define CTX_OP_THREAD_BEGIN tag_strategy_thread_begin
#define CTX_OP_THREAD_END tag_strategy_thread_end
#include "kernels.h"
