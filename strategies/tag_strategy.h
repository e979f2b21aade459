/* What the stack-tag strategies share beside the tags themselves (gls/tag.h). */
#ifndef CTX_TAG_STRATEGY_H
#define CTX_TAG_STRATEGY_H

#include <stdio.h>
#include <stdlib.h>

#include "strategy.h"
#include "tag.h"

CTX_OPERATION void tag_strategy_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    if (__builtin_expect(tag_with(next, ID_NONE, fn, arg), 1))
        return;
    (void)fputs("no stack-tag id is free: four million scopes are open at once\n", stderr);
    abort();
}

/*
 * Every measuring thread holds one id of its shard, so that the ids of its scopes have two digits or more. The first
 * id of a shard has one digit or none, and would flatter.
 */
static _Thread_local uint32_t tag_strategy_held_id = ID_NONE;

static void tag_strategy_thread_begin(void) {
    tag_strategy_held_id = ids_acquire();
}

static void tag_strategy_thread_end(void) {
    if (tag_strategy_held_id != ID_NONE)
        ids_release(tag_strategy_held_id);
    tag_strategy_held_id = ID_NONE;
}

#endif
