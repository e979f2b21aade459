/*
 * Stack tags: opening a scope that the call stack itself remembers, and reading the innermost one back.
 *
 * Two readers give the same answers: one follows frame pointers for as long as they may be believed (textmap.h), the
 * other goes by the unwind tables (walk.h) and serves wherever the first may not go. A walk that breaks off is never
 * taken for a stack without a tag.
 *
 * Everything here may be called from any thread and from signal handlers.
 */
#ifndef GLS_TAG_H
#define GLS_TAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "context/context.h"
#include "gls/ids.h"
#include "gls/marks.h"
#include "gls/processor.h"
#include "gls/textmap.h"

enum tag_answer {
    TAG_NONE,       /* the stack was read to its end and holds no complete tag */
    TAG_FOUND,      /* the innermost complete tag spells an id */
    TAG_UNREADABLE, /* the stack could not be read to its end: missing or wrong unwind information */
};

/*
 * What ends in _in takes the alphabet of the tag: tags of other alphabets are frames like any other. What does not
 * reads and opens scopes of the library's own, in hexadecimal digits.
 */

/* Reads by the unwind tables alone, starting here. */
enum tag_answer glsi_tag_read_tables_in(const struct mark_alphabet *alphabet, uint32_t *id);
enum tag_answer glsi_tag_read_tables(uint32_t *id);

/*
 * For who has followed frame pointers, and met no tag, to a frame whose return address is in no believed text: reads on
 * from there, by the tables.
 */
struct frame_record;
enum tag_answer glsi_tag_read_beyond(const struct mark_alphabet *alphabet, const struct frame_record *frame,
                                     uint32_t *id);

/*
 * Builds tags of all digits and has every reader read them back; aborts with a message if one reads something else.
 * Whoever has an alphabet checks it once, before anybody relies on it.
 */
void glsi_tag_check(const struct mark_alphabet *alphabet);

/* Frames are not what sanitizers know as objects, and may change while they are read. */
#define TAG_READER __attribute__((no_sanitize("address", "thread", "undefined"))) static inline

/* What a frame pointer points to. */
struct frame_record {
    const struct frame_record *up;
    uintptr_t return_address;
};

static inline uintptr_t frame_return(const struct frame_record *frame) {
    return processor_address(frame->return_address);
}

/* Spells the id out: `frame` is E's own. */
TAG_READER enum tag_answer tag_decode(const struct mark_alphabet *alphabet, const struct frame_record *frame,
                                      uint32_t *id) {
    uint32_t value = 0;
    for (;; frame = frame->up) {
        const uintptr_t mark = mark_index(alphabet, frame_return(frame));
        if (mark >= mark_digits(alphabet)) {
            *id = value;
            return mark == mark_S(alphabet) ? TAG_FOUND : TAG_UNREADABLE;
        }
        value = value << alphabet->digit_bits | (uint32_t)mark;
    }
}

/*
 * Reads the innermost tag by frame pointers, starting at the function that this is inlined into. Digits that are met
 * without an E belong to a tag under construction and are passed over like any other frame. `after` must be 0: a
 * latency measurement makes it depend on what was read before.
 */
TAG_READER enum tag_answer tag_read_in(const struct mark_alphabet *alphabet, uintptr_t after, uint32_t *id) {
    const struct frame_record *frame = (const struct frame_record *)((uintptr_t)__builtin_frame_address(0) + after);
    struct text_range text = glsi_text_map.likely;
    for (;; frame = frame->up) {
        const uintptr_t return_address = frame_return(frame);
        if (return_address == (uintptr_t)alphabet->end_return)
            return tag_decode(alphabet, frame->up, id);
        if (__builtin_expect(return_address - text.first >= text.size, 0)) {
            const struct text_range *other = textmap_find(&glsi_text_map, return_address);
            if (other == NULL)
                return glsi_tag_read_beyond(alphabet, frame, id);
            text = *other;
        }
    }
}

TAG_READER enum tag_answer tag_read(uintptr_t after, uint32_t *id) {
    return tag_read_in(&mark_hexadecimal, after, id);
}

/* Says on standard error that the stack could not be read, and aborts. */
_Noreturn void glsi_tag_die_unreadable(void);

/* The context of an answer: NULL when there is no tag. */
static inline const struct ctx *tag_context(enum tag_answer answer, uint32_t id) {
    if (__builtin_expect(answer == TAG_FOUND, 1))
        return ids_slot(id)->context;
    if (__builtin_expect(answer == TAG_UNREADABLE, 0))
        glsi_tag_die_unreadable();
    return NULL;
}

/* Some scope was opened that nobody vouches for: only a walk can tell that there is none. */
extern _Atomic bool glsi_tags_are_unsealed;

static inline void tag_close(const uint32_t *id) {
    if (__builtin_expect(*id == ID_NONE, 0))
        return;
    ids_close(ids_slot(*id));
    ids_release(*id);
}

/* The slot of an id that is about to be a scope's; `root` as in tag_with_in. */
static inline struct id_slot *tag_stand_for(uint32_t id, const struct ctx *next, uint32_t root) {
    struct id_slot *slot = ids_slot(id);
    slot->context = next;
    slot->root = root == ID_NONE ? id : root;
    return slot;
}

/*
 * Runs fn(arg) with `next` in force: under a tag of its own, which goes away with its frames. `root` is the id of the
 * stack's outermost tag, ID_NONE if this is it. Returns false, without having run fn, when no id is free. The id is
 * given back when fn returns, throws a C++ exception or ends its thread, and some time after it was left by longjmp.
 * Nobody vouches for this scope (seal.h): it is found by walking.
 * Always inlined: gcc would call it in one strategy and not in the next, and charge one of them with the call.
 */
__attribute__((always_inline)) static inline bool tag_with_in(const struct mark_alphabet *alphabet,
                                                              const struct ctx *next, uint32_t root, void (*fn)(void *),
                                                              void *arg) {
    __attribute__((cleanup(tag_close))) const uint32_t id = ids_acquire();
    if (__builtin_expect(id == ID_NONE, 0))
        return false;
    uintptr_t path[MARK_PATH_MAX];
    struct id_slot *slot = tag_stand_for(id, next, root);
    if (__builtin_expect(!atomic_load_explicit(&glsi_tags_are_unsealed, memory_order_relaxed), 0))
        atomic_store_explicit(&glsi_tags_are_unsealed, true, memory_order_relaxed);
    (void)mark_spell(alphabet, id, fn, arg, path);
    ids_open(slot, alphabet, path);
    mark_call(alphabet, path);
    return true;
}

__attribute__((always_inline)) static inline bool tag_with(const struct ctx *next, uint32_t root, void (*fn)(void *),
                                                           void *arg) {
    return tag_with_in(&mark_hexadecimal, next, root, fn, arg);
}

#endif
