/*
 * The same tags as stacktag, read through libunwind's unw_backtrace alone: the faithful port of jtolds/gls, which reads
 * them through Go's runtime.Callers.
 */
#include "gls/tag.h"
#include "opaque.h"
#include "stacktag/tag_strategy.h"
#include "stacktag/unwinder.h"
#include "stacktag/unwound.h"
#include "strategy.h"

CTX_OPERATION const struct ctx *stacktag_unwind_current(uintptr_t after) {
    uint32_t id = 0;
    /* libunwind takes no start that could depend on `after`: a fence makes the read wait for it instead. */
    if (!__builtin_constant_p(after))
        ctx_fence_loads();
    const enum tag_answer answer = unwound_read_backtrace(&id);
    return tag_context(answer, id);
}

#define CTX_NAME "stacktag-unwind"
#define CTX_SUMMARY "the same tags, read through libunwind's unw_backtrace"
#define CTX_TRAITS TAG_STRATEGY_TRAITS
#define CTX_EXCEPTIONS unwinder_exceptions
#define CTX_OP_CURRENT(after) stacktag_unwind_current(after)
#define CTX_OP_WITH(next, fn, arg) tag_strategy_with(next, fn, arg)
#define CTX_OP_THREAD_BEGIN tag_strategy_thread_begin
#define CTX_OP_THREAD_END tag_strategy_thread_end
#include "kernels.h"
