/*
 * The call stack itself holds the context's id, spelt by return addresses; read by frame pointers where they may be
 * believed, and through libunwind elsewhere.
 */
#include "gls/tag.h"
#include "stacktag/tag_strategy.h"
#include "strategy.h"

CTX_OPERATION const struct ctx *stacktag_current(uintptr_t after) {
    uint32_t id = 0;
    const enum tag_answer answer = tag_read(after, &id);
    return tag_context(answer, id);
}

#define CTX_NAME "stacktag"
#define CTX_SUMMARY "return addresses spell an id; read by frame pointers"
#define CTX_TRAITS (TAG_STRATEGY_TRAITS | CTX_TRAIT_NEEDS_FRAME_POINTERS)
#define CTX_OP_CURRENT(after) stacktag_current(after)
#define CTX_OP_WITH(next, fn, arg) tag_strategy_with(next, fn, arg)
#define CTX_OP_THREAD_BEGIN tag_strategy_thread_begin
#define CTX_OP_THREAD_END tag_strategy_thread_end
#include "kernels.h"
