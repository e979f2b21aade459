/*
 * The unwind table of a program whose linker made no index of it and left no trace of where it stands, as gcc has it
 * for
 * `-static`. The section is looked for in the program's data when the library is loaded: it is where a chain of entries
 * without a fault leads over one that describes this library.
 */
#ifndef GLS_UNINDEXED_H
#define GLS_UNINDEXED_H

#include <stdbool.h>
#include <stdint.h>

/* The entry of the last function that begins at `code` or before it; NULL: none, or the program has an index. */
const unsigned char *glsi_unindexed_find(uintptr_t code);

/* Where the section begins, and where what may be read of it ends. False: it was not found, or the program has an
 * index. */
bool glsi_unindexed_section(const unsigned char **eh_frame, const unsigned char **limit);

/* For constructors: looks for it, once, if the program has no index. */
void glsi_unindexed_begin(void);

#endif
