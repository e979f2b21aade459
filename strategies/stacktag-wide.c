/*
 * Stack tags in an alphabet of 256 digits: fewer frames for the same id. Ids, readers and all the rest are those of
 * stacktag; the two do not see each other's tags.
 */
#define TAG_STRATEGY_HELD (256 / ID_SHARDS_MIN) /* ids of a shard that have one digit */
#define TAG_STRATEGY_ALPHABET mark_wide
#include "stacktag/wide_marks.h"
#include "strategy.h"
#include "tag.h"
#include "tag_strategy.h"

__attribute__((constructor)) static void stacktag_wide_init(void) {
    glsi_tag_check(&mark_wide);
}

CTX_OPERATION const struct ctx *stacktag_wide_current(uintptr_t after) {
    uint32_t id = 0;
    const enum tag_answer answer = tag_read_in(&mark_wide, after, &id);
    return tag_context(answer, id);
}

#define CTX_NAME "stacktag-wide"
#define CTX_SUMMARY "stack tags of 256 digits: fewer frames for many ids"
#define CTX_TRAITS (CTX_TRAIT_READS_STACK | CTX_TRAIT_SURVIVES_FIBER_SWITCH | CTX_TRAIT_NEEDS_FRAME_POINTERS)
#define CTX_OP_CURRENT(after) stacktag_wide_current(after)
#define CTX_OP_WITH(next, fn, arg) tag_strategy_with_in(&mark_wide, next, fn, arg)
#define CTX_OP_THREAD_BEGIN tag_strategy_thread_begin
#define CTX_OP_THREAD_END tag_strategy_thread_end
#include "kernels.h"
