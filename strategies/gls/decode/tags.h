/*
 * The tags of one stack, out of its frames, which come from the innermost one outwards.
 *
 * Where marks have no names their addresses tell them: E and S, which a tag begins and ends with, are a distance from
 * each other that is known, and so is every digit from S. Nothing has to be known of where the library lies. A tag
 * without a digit, which is that of id 0, could be two calls of other code that happen to be so far apart: it counts
 * where the library is named, or where its marks have been met before.
 */
#ifndef GLS_DECODE_TAGS_H
#define GLS_DECODE_TAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gls/decode/frame.h"

enum { TAGS_DIGITS_MAX = 6, TAGS_FRAMES_MAX = TAGS_DIGITS_MAX + 3, TAGS_PLACES_MAX = 64 };

/* Where marks have been met: S returns there. */
struct tags_place {
    uint64_t address;
    char base[FRAME_BASE_MAX];
};

struct tags {
    struct frame latest[TAGS_FRAMES_MAX]; /* a ring: frame number n is in n % TAGS_FRAMES_MAX */
    size_t frame_count;
    uint32_t *ids; /* innermost first */
    size_t count, capacity;
    size_t last_start;  /* the frame in which the outermost of them starts */
    bool is_cut;        /* the stack ends within a tag */
    bool out_of_memory; /* ids are missing */
    struct tags_place places[TAGS_PLACES_MAX];
    size_t place_count; /* of which the latest are kept */
};

void tags_begin(struct tags *tags); /* another stack; all zeros is a first one */
void tags_add(struct tags *tags, const struct frame *frame);
void tags_end(struct tags *tags); /* no frame of this stack follows */
void tags_free(struct tags *tags);

#endif
