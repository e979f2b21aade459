/* The looks of what is drawn in several figures: the same in each of them, and told apart within each. */
#ifndef CTXBENCH_LOOKS_H
#define CTXBENCH_LOOKS_H

#include "base/arena.h"
#include "figure/figure.h"

struct named_look;
struct looks {
    struct named_look *first, *last;
};

/*
 * The look of what has this name, which is not copied: what is found there is valid after looks_assign. It lies in the
 * arena. NULL when out of memory.
 */
const struct figure_look *looks_named(struct looks *looks, struct arena *arena, const char *name);

/*
 * Chooses all looks. Series that meet in one of the figures get different colours, as far as there are enough; what
 * shares a colour has different marks, as far as there are enough.
 */
void looks_assign(struct looks *looks, const struct figure *const *figures, size_t figure_count);

#endif
