#include "gls/tag.h"

#include <stdio.h>
#include <stdlib.h>

#include "gls/walk.h"

_Atomic bool glsi_tags_are_unsealed;

/* What a walk has come to where frames may be followed by frame pointer: many of them, a load each. */
TAG_READER void follow_frames(const struct mark_alphabet *alphabet, struct walk *walk) {
    while (walk->code != (uintptr_t)alphabet->end_return && textmap_find(&glsi_text_map, walk->code) != NULL) {
        const struct frame_record *frame = (const struct frame_record *)walk->registers[REGISTER_FP];
        walk_to_call(walk, frame_return(frame), (uintptr_t)(frame + 1), (uintptr_t)frame->up);
    }
}

/* Goes on to the innermost tag. WALK_STEPPED: `answer` is what was found. */
static enum walk_step walk_to_tag(const struct mark_alphabet *alphabet, struct walk *walk, enum tag_answer *answer,
                                  uint32_t *id) {
    for (;;) {
        if (FRAME_RECORD_ENDS_FRAME && !walk->is_whole && !walk->is_interrupted)
            follow_frames(alphabet, walk);
        if (walk->code == (uintptr_t)alphabet->end_return) {
            const struct frame_record *frame = (const struct frame_record *)walk->registers[REGISTER_FP];
            *answer = frame == NULL ? TAG_UNREADABLE : tag_decode(alphabet, frame, id);
            return WALK_STEPPED;
        }
        const enum walk_step step = glsi_walk_step(walk);
        if (step != WALK_STEPPED)
            return step;
    }
}

static enum tag_answer read_by_walk(const struct mark_alphabet *alphabet, struct walk *walk, uint32_t *id) {
    enum tag_answer answer = TAG_UNREADABLE;
    return walk_to_tag(alphabet, walk, &answer, id) == WALK_ENDED ? TAG_NONE : answer;
}

enum tag_answer glsi_tag_read_tables_in(const struct mark_alphabet *alphabet, uint32_t *id) {
    struct walk walk;
    walk_from_here(&walk);
    return read_by_walk(alphabet, &walk, id);
}

enum tag_answer glsi_tag_read_tables(uint32_t *id) {
    return glsi_tag_read_tables_in(&mark_hexadecimal, id);
}

enum tag_answer glsi_tag_read_beyond(const struct mark_alphabet *alphabet, const struct frame_record *frame,
                                     uint32_t *id) {
    enum tag_answer answer = TAG_UNREADABLE;
    struct walk walk;
    if (FRAME_RECORD_ENDS_FRAME) {
        walk = walk_from_call(frame_return(frame), (uintptr_t)(frame + 1), (uintptr_t)frame->up);
    } else {
        walk_from_here(&walk);
        walk.is_whole = false;
    }
    switch (walk_to_tag(alphabet, &walk, &answer, id)) {
    case WALK_ENDED:
        return TAG_NONE;
    case WALK_LACKS: /* some function finds its frame by another register */
        return glsi_tag_read_tables_in(alphabet, id);
    case WALK_STEPPED:
    case WALK_LOST:
        break;
    }
    return answer;
}

_Noreturn void glsi_tag_die_unreadable(void) {
    (void)fputs(
        "gls: the call stack cannot be read to its end, so it is unknown whether a context is in force; "
        "some function on it has no unwind information or a wrong one (see \"unreadable\" in gls(3))\n",
        stderr);
    abort();
}

/* ---- The check at start-up: a tag that cannot be read back is found before anybody relies on one. ---- */

struct probe {
    const struct mark_alphabet *alphabet;
    uint32_t by_frames, by_tables;
    bool read;
};

__attribute__((noinline)) static void read_probe(void *arg) {
    struct probe *probe = arg;
    probe->read = tag_read_in(probe->alphabet, 0, &probe->by_frames) == TAG_FOUND &&
                  glsi_tag_read_tables_in(probe->alphabet, &probe->by_tables) == TAG_FOUND;
}

static void check_id(const struct mark_alphabet *alphabet, uint32_t id) {
    struct probe probe = {.alphabet = alphabet};
    uintptr_t path[MARK_PATH_MAX];
    (void)mark_spell(alphabet, id, read_probe, &probe, path);
    mark_call(alphabet, path);
    if (probe.read && probe.by_frames == id && probe.by_tables == id)
        return;
    (void)fprintf(
        stderr,
        "gls: a stack tag for id %#x was not read back (frame pointers: %#x, unwind tables: %#x); the marks or "
        "their unwind information are damaged, and no id can be trusted: rebuild the library\n",
        id, probe.by_frames, probe.by_tables);
    abort();
}

void glsi_tag_check(const struct mark_alphabet *alphabet) {
    const uint32_t digits = (uint32_t)mark_digits(alphabet);
    check_id(alphabet, 0); /* has none */
    for (uint32_t digit = 0; digit < digits;) {
        uint32_t id = 0;
        for (unsigned bit = 0; bit < 32; bit += alphabet->digit_bits)
            id |= digit++ << bit;
        check_id(alphabet, id);
    }
}

/* After ids and the text map, which it uses. */
__attribute__((constructor(102))) static void tag_init(void) {
    glsi_tag_check(&mark_hexadecimal);
}
