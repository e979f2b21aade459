/*
 * The same tags as stacktag, and no walk to find them: each stack remembers which scope was opened last on it, and a
 * read checks that against the tag. It costs the same at every depth and in all code, and walks when in doubt. A scope
 * costs some stores more.
 */
#include "gls/hint.h"
#include "gls/jumps.h"
#include "stacktag/tag_strategy.h"
#include "strategy.h"

static void stacktag_hint_thread_begin(void) {
    glsi_stack_learn();
    tag_strategy_thread_begin();
}

CTX_OPERATION const struct ctx *stacktag_hint_current(uintptr_t after) {
    const struct id_slot *const slot = hint_find(after);
    if (__builtin_expect(slot != NULL, 1))
        return slot->context;
    uint32_t id = 0;
    const enum tag_answer answer = tag_read(after, &id);
    return tag_context(answer, id);
}

CTX_OPERATION void stacktag_hint_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    if (__builtin_expect(!seal_with(next, ID_NONE, fn, arg), 0))
        tag_strategy_die_out_of_ids();
}

/* Nothing between scope and reader is looked at. */
static const struct ctx_exception stacktag_hint_exceptions[] = {
    {"jit", CTX_PASSES, NULL},
    {"unload-destructor", CTX_PASSES, NULL},
};

#define CTX_NAME "stacktag-hint"
#define CTX_SUMMARY "the same tags; the stack remembers the innermost, and is walked when in doubt"
#define CTX_TRAITS TAG_STRATEGY_TRAITS
#define CTX_EXCEPTIONS stacktag_hint_exceptions
#define CTX_OP_UNAVAILABLE glsi_jumps_unfollowed
#define CTX_OP_CURRENT(after) stacktag_hint_current(after)
#define CTX_OP_WITH(next, fn, arg) stacktag_hint_with(next, fn, arg)
#define CTX_OP_THREAD_BEGIN stacktag_hint_thread_begin
#define CTX_OP_THREAD_END tag_strategy_thread_end
#include "kernels.h"
