/*
 * Words that look like a stack tag and are none, in the frames between a scope and its reader. Each of these runs
 * fn(arg) below such words.
 */
#ifndef STALE_TAGS_H
#define STALE_TAGS_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "conformance/peer.h"
#include "opaque.h"
#include "stacktag/scan.h"

/* Who includes this need not use all of them. */
#define STALE_KIND __attribute__((unused)) CTX_OPAQUE static

enum { STALE_WORDS = 320 };

/* How many words that complete a tag were found in locals that nobody has initialised. */
static uint64_t stale_words_seen;

/* Takes a part of the stack for locals, as it is: for a sanitizer, perhaps still as an earlier frame was marked. */
__attribute__((no_sanitize("address", "thread"))) STALE_KIND void stale_run_above(void (*fn)(void *), void *arg) {
    volatile uintptr_t locals[STALE_WORDS];
    ctx_touch(locals);
    for (size_t i = 0; i < STALE_WORDS; i++)
        stale_words_seen += locals[i] == (uintptr_t)mark_hexadecimal.end_return; // NOLINT: garbage is what it looks for
    fn(arg);
    ctx_touch(locals);
}

static inline void stale_nothing(void *arg) {
    (void)arg;
}

/* A scope that has ended. */
STALE_KIND void stale_after_return(void (*fn)(void *), void *arg) {
    (void)seal_with(&ctx_empty, ID_NONE, stale_nothing, NULL);
    stale_run_above(fn, arg);
}

/* A scope, and one within, that longjmp has left. */
__attribute__((unused)) static jmp_buf stale_way_out;

static inline void stale_jump(void *arg) {
    (void)arg;
    longjmp(stale_way_out, 1);
}

static inline void stale_jump_from_within(void *arg) {
    (void)seal_with(&ctx_empty, ID_NONE, stale_jump, arg);
}

STALE_KIND void stale_open_and_jump(void) {
    if (setjmp(stale_way_out) == 0)
        (void)seal_with(&ctx_empty, ID_NONE, stale_jump_from_within, NULL);
}

STALE_KIND void stale_after_longjmp(void (*fn)(void *), void *arg) {
    stale_open_and_jump();
    stale_run_above(fn, arg);
}

/* A scope that a C++ exception has left. */
static inline void stale_throw(void *arg) {
    (void)arg;
    ctx_peer_throw();
}

static inline void stale_open_and_throw(void *arg) {
    (void)seal_with(&ctx_empty, ID_NONE, stale_throw, arg);
}

STALE_KIND void stale_after_exception(void (*fn)(void *), void *arg) {
    (void)ctx_peer_catch(stale_open_and_throw, NULL);
    stale_run_above(fn, arg);
}

/* Spells an id as marks would, frame pointers included, at an address where they never were. Returns the next word. */
static inline uintptr_t *stale_forge(uintptr_t *word, uint32_t id) {
    enum { SOMEWHERE_IN_A_MARK = 16 };
    uintptr_t path[MARK_PATH_MAX];
    const unsigned marks = mark_spell(&mark_hexadecimal, id, NULL, NULL, path);
    *word++ = (uintptr_t)mark_hexadecimal.end_return;
    for (unsigned digit = marks - 1; digit > 0; digit--) {
        *word = (uintptr_t)(word + 2);
        word[1] = path[digit - 1] + SOMEWHERE_IN_A_MARK;
        word += 2;
    }
    *word = (uintptr_t)(word + 2);
    word[1] = mark_address(&mark_hexadecimal, mark_S(&mark_hexadecimal)) + SOMEWHERE_IN_A_MARK;
    return word + 2;
}

/* Tags of the id that is in force, of neighbours of it, of one that is impossible; and one that has no end. */
STALE_KIND void stale_forged(void (*fn)(void *), void *arg) {
    uintptr_t words[STALE_WORDS] = {0}, *next = words;
    uint32_t id = 0;
    (void)tag_read(0, &id);
    const uint32_t ids[] = {id, id + 1, id ^ 1, id + (1u << glsi_id_pool.shard_bits), 0, UINT32_MAX};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        next = stale_forge(next, ids[i]);
    while (next < words + STALE_WORDS)
        *next++ = (uintptr_t)mark_hexadecimal.end_return;
    ctx_touch(words);
    fn(arg);
    ctx_touch(words);
}

/* The tag that is in force, and what follows it, word for word. */
__attribute__((no_sanitize("address", "thread"))) STALE_KIND void stale_copied(void (*fn)(void *), void *arg) {
    enum { TAG_WORDS = 2 * (MARK_DIGITS_MAX + 2) };
    volatile uintptr_t words[TAG_WORDS + 1] = {0};
    uint32_t id = 0;
    const enum tag_answer answer = tag_read(0, &id);
    const uintptr_t place = answer == TAG_FOUND ? atomic_load(&ids_slot(id)->place) : 0;
    if (place != 0)
        for (size_t i = 0; i < TAG_WORDS; i++)
            words[i] = ((const volatile uintptr_t *)place)[i]; // NOLINT: places are addresses
    ctx_touch(words);
    fn(arg);
    ctx_touch(words);
}

#endif
