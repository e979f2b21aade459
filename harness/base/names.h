/*
 * A set of strings, each kept once, so that a report of many rows holds its few words once and compares them by
 * address. Adding may take memory; everything is freed together.
 */
#ifndef CTXBENCH_NAMES_H
#define CTXBENCH_NAMES_H

#include <stddef.h>

enum { NAME_UNTAGGED = -1 };

struct name {
    ptrdiff_t tag; /* for the user of the set; NAME_UNTAGGED at first */
    char text[];
};

struct names {
    struct name **slots; /* open addressing; the capacity is a power of two */
    size_t capacity, count;
};

/* The one name with this text. NULL when out of memory. */
struct name *names_add(struct names *names, const char *text);

/* NULL if there is none. */
struct name *names_find(const struct names *names, const char *text);

void names_free(struct names *names);

#endif
