/* Where a caller stands, and a scope opened there: what the public functions begin with. */
#ifndef GLS_PLACE_H
#define GLS_PLACE_H

#include <errno.h>

#include "gls/hint.h"
#include "gls/publish.h"
#include "gls/tag.h"

/* The innermost tag on this stack: what is in force, and which tag is the outermost. */
struct place {
    const struct ctx *context; /* NULL when there is no tag */
    uint32_t root;             /* ID_NONE when there is no tag */
};

/* Inlined, so that the reader starts in the public function. False: the stack cannot be read. */
__attribute__((always_inline)) static inline bool find_place(struct place *place) {
    const struct id_slot *slot = hint_find(0);
    *place = (struct place){.context = NULL, .root = ID_NONE};
    if (__builtin_expect(slot == NULL, 0)) {
        uint32_t id = 0;
        const enum tag_answer answer = tag_read(0, &id);
        if (answer != TAG_FOUND)
            return answer == TAG_NONE;
        slot = ids_slot(id);
    }
    *place = (struct place){.context = slot->context, .root = slot->root};
    return true;
}

/* The same for who is about to open a scope, or has another do so: not for signal handlers. From the first time on the
 * thread's own stack is known, so that all scopes on it are sealed. */
__attribute__((always_inline)) static inline bool find_place_to_open(struct place *place) {
    glsi_stack_learn();
    return find_place(place);
}

static inline int open_scope(const struct ctx *context, uint32_t root, void (*fn)(void *), void *arg) {
    if (__builtin_expect(publish_is_on(), 0))
        return glsi_publish_scope(context, root, fn, arg) ? 0 : EAGAIN;
    return seal_with(context, root, fn, arg) ? 0 : EAGAIN;
}

#endif
