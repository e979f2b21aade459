#include "gls/decode/tags.h"

#include <stdlib.h>
#include <string.h>

enum { STRIDE = 32, DIGIT_BITS = 4, DIGITS = 16 };

void tags_begin(struct tags *tags) {
    tags->frame_count = 0;
    tags->count = 0;
    tags->is_cut = false;
}

void tags_free(struct tags *tags) {
    free(tags->ids);
    tags->ids = NULL;
    tags->capacity = 0;
}

/* The frame that came so many before the latest. */
static const struct frame *earlier(const struct tags *tags, size_t distance) {
    return &tags->latest[(tags->frame_count - 1 - distance) % TAGS_FRAMES_MAX];
}

static void add_id(struct tags *tags, uint32_t id) {
    if (tags->count == tags->capacity) {
        const size_t capacity = tags->capacity == 0 ? 16 : tags->capacity * 2;
        uint32_t *larger = realloc(tags->ids, capacity * sizeof *larger);
        tags->out_of_memory |= larger == NULL;
        if (larger == NULL)
            return;
        tags->ids = larger;
        tags->capacity = capacity;
    }
    tags->ids[tags->count++] = id;
}

static bool is_known_place(const struct tags *tags, const struct frame *start) {
    const size_t kept = tags->place_count < TAGS_PLACES_MAX ? tags->place_count : TAGS_PLACES_MAX;
    for (size_t i = 0; i < kept; i++)
        if (tags->places[i].address == start->address && strcmp(tags->places[i].base, start->base) == 0)
            return true;
    return false;
}

static void note_place(struct tags *tags, const struct frame *start) {
    if (!start->has_address || is_known_place(tags, start))
        return;
    struct tags_place *const place = &tags->places[tags->place_count++ % TAGS_PLACES_MAX];
    place->address = start->address;
    memcpy(place->base, start->base, sizeof place->base);
}

/* The digit of a mark by name; by its distance from S else. DIGITS: it is none. */
static unsigned digit_of(const struct frame *frame, const struct frame *start) {
    if (frame->mark != FRAME_NO_MARK || start->mark != FRAME_NO_MARK)
        return frame->mark < DIGITS ? frame->mark : DIGITS;
    if (!frame->has_address || strcmp(frame->base, start->base) != 0)
        return DIGITS;
    const uint64_t distance = start->address - frame->address;
    if (distance % STRIDE != 0 || distance < (uint64_t)2 * STRIDE || distance > (uint64_t)(DIGITS + 1) * STRIDE)
        return DIGITS;
    return FRAME_MARK_S - (unsigned)(distance / STRIDE);
}

/*
 * From E to S. E calls by another instruction than the others do: two bytes later on x86-64, as late on aarch64. There
 * two neighbouring digits are as far apart, too, which makes no tag: other marks lie around them.
 */
#if defined(__aarch64__)
enum { END_DISTANCE = 32, ENDS_AS_DIGITS_DO = 1 };
#else
enum { END_DISTANCE = 30, ENDS_AS_DIGITS_DO = 0 };
#endif

static bool is_end(const struct frame *frame, const struct frame *start) {
    if (frame->mark != FRAME_NO_MARK || start->mark != FRAME_NO_MARK)
        return frame->mark == FRAME_MARK_E;
    return frame->has_address && strcmp(frame->base, start->base) == 0 &&
           start->address - frame->address == END_DISTANCE;
}

/* Whether both may be marks, of which one calls the other. */
static bool are_neighbours(const struct frame *a, const struct frame *b) {
    const uint64_t distance = a->address > b->address ? a->address - b->address : b->address - a->address;
    return a->has_address && b->has_address && strcmp(a->base, b->base) == 0 && distance % STRIDE == 0 &&
           distance <= (uint64_t)(DIGITS + 1) * STRIDE;
}

/* On aarch64: a tag of which S, or E, has a mark on its other side is none. */
static bool is_within_another(const struct tags *tags, size_t digits) {
    return ENDS_AS_DIGITS_DO && earlier(tags, 0)->mark == FRAME_NO_MARK && tags->frame_count > digits + 2 &&
           digits + 2 < TAGS_FRAMES_MAX && are_neighbours(earlier(tags, digits + 2), earlier(tags, digits + 1));
}

static void drop_if_within_another(struct tags *tags) {
    if (ENDS_AS_DIGITS_DO && tags->count > 0 && tags->last_start + 2 == tags->frame_count &&
        earlier(tags, 1)->mark == FRAME_NO_MARK && are_neighbours(earlier(tags, 0), earlier(tags, 1)))
        tags->count--;
}

/* Does a tag start at the latest frame, which would be S, and end so many frames before? Ids have no leading 0. */
static bool spells(const struct tags *tags, size_t digits, uint32_t *id) {
    const struct frame *const start = earlier(tags, 0), *const end = earlier(tags, digits + 1);
    uint32_t value = 0;
    if (!is_end(end, start))
        return false;
    for (size_t i = digits; i > 0; i--) {
        const unsigned digit = digit_of(earlier(tags, i), start);
        if (digit >= DIGITS || (digit == 0 && i == digits))
            return false;
        value = value << DIGIT_BITS | digit;
    }
    *id = value;
    return digits > 0 || (start->is_library && end->is_library) || is_known_place(tags, start);
}

void tags_add(struct tags *tags, const struct frame *frame) {
    tags->latest[tags->frame_count++ % TAGS_FRAMES_MAX] = *frame;
    drop_if_within_another(tags);
    if (frame->mark != FRAME_MARK_S && (frame->mark != FRAME_NO_MARK || !frame->has_address))
        return;
    for (size_t digits = 0; digits <= TAGS_DIGITS_MAX && digits + 2 <= tags->frame_count; digits++) {
        uint32_t id = 0;
        if (!spells(tags, digits, &id) || is_within_another(tags, digits))
            continue;
        note_place(tags, frame);
        add_id(tags, id);
        tags->last_start = tags->frame_count - 1;
        return;
    }
}

void tags_end(struct tags *tags) {
    for (size_t i = 0; i < TAGS_FRAMES_MAX && i < tags->frame_count; i++) {
        const unsigned mark = earlier(tags, i)->mark;
        if (mark >= DIGITS) {
            tags->is_cut = mark == FRAME_MARK_E;
            return;
        }
    }
}
