/* What a process wrote, made fit for a sentence. */
#ifndef CTXBENCH_EXCERPT_H
#define CTXBENCH_EXCERPT_H

#include <stddef.h>

/*
 * Writes what fits of `length` bytes as one line of plain ASCII: line ends become " | ", what cannot be shown "?", and
 * an ellipsis stands where something was left out. `size` is at least 4.
 */
void excerpt_first(char *to, size_t size, const char *from, size_t length);
void excerpt_last(char *to, size_t size, const char *from, size_t length);

#endif
