/*
 * Stack tags in an alphabet of 256 digits: fewer frames for the same id. Ids, readers and all the rest are those of
 * stacktag; the two do not see each other's tags.
 */
#include <pthread.h>

#define TAG_STRATEGY_HELD (256 / ID_SHARDS_MIN) /* ids of a shard that have one digit */
#define TAG_STRATEGY_ALPHABET mark_wide
#include "gls/tag.h"
#include "stacktag/tag_strategy.h"
#include "stacktag/wide_marks.h"
#include "strategy.h"

static void stacktag_wide_check(void) {
    glsi_tag_check(&mark_wide);
}

/* Not at the program's start: reading 256 marks back takes longer than all else that happens there. */
static void stacktag_wide_thread_begin(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, stacktag_wide_check);
    tag_strategy_thread_begin();
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
#define CTX_OP_THREAD_BEGIN stacktag_wide_thread_begin
#define CTX_OP_THREAD_END tag_strategy_thread_end
#include "kernels.h"
