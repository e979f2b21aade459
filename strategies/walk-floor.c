/*
 * The least that a stack reader could do: the dependent loads over the same frames, those of the marks included, then
 * one load. How many frames there are is counted beforehand, so that nothing is compared on the way.
 */
#include "gls/tag.h"
#include "opaque.h"
#include "stacktag/tag_strategy.h"
#include "strategy.h"

extern uintptr_t walk_floor_cell;

/* From the function that this is inlined into to the frame whose call S made, both included. */
CTX_OPERATION unsigned walk_floor_count(void) {
    const struct frame_record *frame = __builtin_frame_address(0);
    unsigned count = 1;
    bool tag_seen = false;
    for (;; frame = frame->up, count++) {
        tag_seen |= frame_return(frame) == (uintptr_t)mark_hexadecimal.end_return;
        if (tag_seen && mark_index(&mark_hexadecimal, frame_return(frame)) == mark_S(&mark_hexadecimal))
            return count;
    }
}

CTX_OPERATION enum ctx_answer walk_floor_get(uintptr_t after, unsigned frames, void **value) {
    uintptr_t at = (uintptr_t)__builtin_frame_address(0) + after;
    for (; frames > 1; frames--)
        at = *(const uintptr_t *)at; // NOLINT
    /* The cell's address depends on the last frame's: the load cannot start before the walk has ended. */
    *value = *(void *const *)((const char *)&walk_floor_cell + ctx_after(at));
    return CTX_SET;
}

/* References fill in no scope. Of one that is handed on as const, to be read, clang 21 warns that nobody has. */
CTX_OPERATION void walk_floor_with(struct ctx *unfilled, void (*fn)(void *), void *arg) {
    tag_strategy_with(unfilled, fn, arg);
}

#define CTX_NAME "walk-floor"
#define CTX_SUMMARY "the dependent loads over the frames that a stack reader passes"
#define CTX_TRAITS CTX_TRAIT_READS_STACK
#define CTX_REFERENCE 1
#define CTX_YARDSTICK .label = "walk", .legend = "times a bare walk over the same frames", .order = 3
#define CTX_OP_CURRENT(after) ((void)(after), (const struct ctx *)NULL)
#define CTX_OP_WITH(next, fn, arg) walk_floor_with((struct ctx *)(uintptr_t)(next), fn, arg) /* NOLINT: as above */
#define CTX_OP_BEFORE_READS const unsigned walk_floor_frames = walk_floor_count()
#define CTX_OP_GET(after, manager, key, value)                                                                         \
    ((void)(manager), (void)(key), walk_floor_get(after, walk_floor_frames, value))
#define CTX_OP_THREAD_BEGIN tag_strategy_thread_begin
#define CTX_OP_THREAD_END tag_strategy_thread_end
#define CTX_ONLY 1
#define CTX_ONLY_GET 1
#define CTX_ONLY_FRAMES 1
#define CTX_ONLY_IDS 1
#define CTX_ONLY_KEYS 1
#define CTX_ONLY_THREADS 1
#include "kernels.h"

uintptr_t walk_floor_cell = CTX_BENCH_VALUE;
