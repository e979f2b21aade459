/* The newest results that are at hand: in results/ here, and in the current directory. */
#ifndef CTXBENCH_NEWEST_H
#define CTXBENCH_NEWEST_H

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

enum { NEWEST_MAX = 2 };

struct newest {
    struct arena arena;
    char *paths[NEWEST_MAX]; /* in the arena: the newest run, and where that has no matrix, the newest one of its
                                machine */
    size_t count;
};

/* False with *error set where there is no run. newest_free in both cases. */
bool newest_find(struct newest *newest, struct error *error);
void newest_free(struct newest *newest);

#endif
