/* Where a caller stands, and a scope opened there: what the public functions begin with. */
#ifndef GLS_PLACE_H
#define GLS_PLACE_H

#include <errno.h>

#include "gls/publish.h"
#include "gls/stacks.h"
#include "gls/tag.h"

/* The innermost tag on this stack: what is in force, and which tag is the outermost. */
struct place {
    const struct ctx *context; /* NULL when there is no tag */
    uint32_t root;             /* ID_NONE when there is no tag */
};

/* Inlined, so that the walk starts in the public function. False: the stack cannot be read. */
__attribute__((always_inline)) static inline bool find_place(struct place *place) {
    uint32_t id = 0;
    const enum tag_answer answer = tag_read(0, &id);
    *place = (struct place){.context = NULL, .root = ID_NONE};
    if (answer == TAG_FOUND)
        *place = (struct place){.context = ids_slot(id)->context, .root = ids_slot(id)->root};
    return answer != TAG_UNREADABLE;
}

static inline int open_scope(const struct ctx *context, uint32_t root, void (*fn)(void *), void *arg) {
    if (__builtin_expect(publish_is_on(), 0))
        return glsi_publish_scope(context, root, fn, arg) ? 0 : EAGAIN;
    return glsi_open_scope(context, root, fn, arg) ? 0 : EAGAIN;
}

#endif
