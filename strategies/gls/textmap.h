/*
 * Which machine code keeps frame pointers: the text in which a frame-pointer chain may be believed.
 *
 * Neither a zero nor stack bounds tell a chain that ended from one that was broken by a function which uses
 * the register for something else: such a function hands its caller's frame pointer on, the chain skips frames, and a
 * tag is missed without a trace. So a reader follows a frame only if the unwind tables (.eh_frame) say, for its return
 * address, that the frame lies where the frame pointer points (on x86-64: CFA = rbp + 16, with rbp saved at CFA - 16
 * and the return address at CFA - 8), or on aarch64, where gcc does not say so, if the function is seen to make it
 * point there. By induction from the reader's own frame every step is then the one that an unwinder would take. Nobody
 * has to declare anything, and code built without frame pointers, in the program, in libc or in a third party's
 * library, is recognised.
 *
 * The tables of the modules that cannot be unloaded (modules.h) are read once, at start-up. All other text is not known
 * here: another module may be put in its place.
 */
#ifndef GLS_TEXTMAP_H
#define GLS_TEXTMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The return addresses first to first + size - 1: those of calls that lie in the text one byte before. */
struct text_range {
    uintptr_t first, size;
};

struct text_map {
    struct text_range *ranges; /* sorted, disjoint */
    size_t count;
    struct text_range likely; /* the largest: where readers look first */
};

/* Filled before main and constant from then on: readable from any thread and from signal handlers. */
extern struct text_map glsi_text_map;

/* The range that holds this return address, or NULL: its frame is not to be followed by frame pointer. */
static inline const struct text_range *textmap_find(const struct text_map *map, uintptr_t return_address) {
    size_t low = 0, high = map->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const struct text_range *range = &map->ranges[middle];
        if (return_address - range->first < range->size)
            return range;
        if (return_address < range->first)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

#endif
