/*
 * UTF-8 (RFC 3629). Paths, arguments and what others print are bytes, which need not be UTF-8, while JSON, HTML and
 * what reads our tables want it: there a byte that is part of no character is written as \xfc.
 */
#ifndef CTXBENCH_UTF8_H
#define CTXBENCH_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* How many bytes the character at the start of `text` takes; 0 if no character starts there, or the text ends. */
size_t utf8_character(const char *text);

bool utf8_is_valid(const char *text);

/* Copies what fits, whole characters and whole escapes only. `size` is at least 1. */
void utf8_escape(char *to, size_t size, const char *from);

/* The same in a block that is freed by free(). NULL when out of memory. */
char *utf8_escaped(const char *from);

/* A path, or another text of the user's, as it may stand anywhere: escaped, and without control characters. Likewise.
 */
char *utf8_shown(const char *from);

#endif
