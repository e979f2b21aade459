/* What the stack-tag strategies share beside the tags themselves (gls/tag.h). */
#ifndef CTX_TAG_STRATEGY_H
#define CTX_TAG_STRATEGY_H

#include <stdio.h>
#include <stdlib.h>

#include "gls/tag.h"
#include "stacktag/crowd.h"
#include "strategy.h"

/* Of strategies in the library's alphabet: gls-decode(1) reads it in every trace, and what it stands for in memory. */
#define TAG_STRATEGY_TRAITS                                                                                            \
    (CTX_TRAIT_READS_STACK | CTX_TRAIT_SURVIVES_FIBER_SWITCH | CTX_TRAIT_ID_SEEN_OUTSIDE |                             \
     CTX_TRAIT_BINDINGS_SEEN_OUTSIDE)

_Noreturn static inline void tag_strategy_die_out_of_ids(void) {
    (void)fputs("no stack-tag id is free: four million scopes are open at once\n", stderr);
    abort();
}

CTX_OPERATION void tag_strategy_with_in(const struct mark_alphabet *alphabet, const struct ctx *next,
                                        void (*fn)(void *), void *arg) {
    if (__builtin_expect(!tag_with_in(alphabet, next, ID_NONE, fn, arg), 0))
        tag_strategy_die_out_of_ids();
}

CTX_OPERATION void tag_strategy_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    tag_strategy_with_in(&mark_hexadecimal, next, fn, arg);
}

/*
 * Every measuring thread holds the ids of its shard that have one digit or none, which would flatter: those of its
 * scopes have two or more. Of hexadecimal ids that is the first; an alphabet with more digits defines how many.
 */
#ifndef TAG_STRATEGY_HELD
#define TAG_STRATEGY_HELD 1
#endif
static _Thread_local uint32_t tag_strategy_held_ids[TAG_STRATEGY_HELD];
static _Thread_local unsigned tag_strategy_held;

static void tag_strategy_thread_begin(void) {
    while (tag_strategy_held < TAG_STRATEGY_HELD) {
        const uint32_t id = ids_acquire();
        if (id == ID_NONE)
            return;
        tag_strategy_held_ids[tag_strategy_held++] = id;
    }
}

/* Those that a measuring thread holds, and the one of its scope, are still to come. */
#define CTX_OP_HOLD_IDS(count) crowd_take(count, TAG_STRATEGY_HELD + 1)
#define CTX_OP_LET_GO_OF_IDS(held) crowd_release(held)

/* The slot that the innermost tag stands for. Which reader found the id makes no difference. */
#ifndef TAG_STRATEGY_ALPHABET
#define TAG_STRATEGY_ALPHABET mark_hexadecimal
#endif
#define CTX_OP_COLD_LINES(note)                                                                                        \
    do {                                                                                                               \
        uint32_t tag_strategy_id = 0;                                                                                  \
        if (tag_read_in(&TAG_STRATEGY_ALPHABET, 0, &tag_strategy_id) == TAG_FOUND)                                     \
            note(ids_slot(tag_strategy_id), sizeof(struct id_slot));                                                   \
    } while (0)

static void tag_strategy_thread_end(void) {
    while (tag_strategy_held > 0)
        ids_release(tag_strategy_held_ids[--tag_strategy_held]);
}

#endif
