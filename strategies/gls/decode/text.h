/* Stacks out of text, whichever tool wrote it: where one begins and ends, and what stands above it. */
#ifndef GLS_DECODE_TEXT_H
#define GLS_DECODE_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "gls/decode/tags.h"

/*
 * Writes a line for each stack in `in`: id, ids of its scopes and heading, with tabs between them. `*found`: one of
 * them has an id. False: reading failed (errno), or memory is out.
 */
bool text_decode(FILE *in, FILE *out, bool *found);

/* One such line. The id is that of the outermost scope, as gls_get_id answers. */
void text_print_stack(FILE *out, const struct tags *tags, const char *heading);

#endif
