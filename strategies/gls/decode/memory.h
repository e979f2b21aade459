/* The memory of a process, or of what a core file has kept of one, and the ids and contexts of gls in it. */
#ifndef GLS_DECODE_MEMORY_H
#define GLS_DECODE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct memory {
    /* False: it is not there, or not all of it. */
    bool (*read)(const struct memory *memory, uint64_t address, void *into, size_t bytes);
    const void *source;
};

/* What a module with the library in it has, by its notes; 0: it has none. */
struct library {
    uint64_t marks;  /* the first of them */
    uint64_t layout; /* struct layout */
};

/* Looks into notes that lie at `address` in the memory; `alignment` is their segment's. */
void memory_find_library(const struct memory *memory, uint64_t address, const unsigned char *notes, size_t bytes,
                         size_t alignment, struct library *library);

/*
 * Writes a line for each binding that is in force in the scope with this id: a tab, the key's name, the value, and the
 * text that it points to, if it is one. Says so where there is nothing to be read.
 */
void memory_print_bindings(const struct memory *memory, const struct library *library, uint32_t id, FILE *out);

#endif
