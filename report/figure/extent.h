/*
 * How wide text is in a proportional sans-serif font that is not known here. The estimate is that of DejaVu Sans, which
 * is as wide as any common default: in most other fonts text is narrower, so that what fits here fits there.
 */
#ifndef CTXBENCH_EXTENT_H
#define CTXBENCH_EXTENT_H

#include <stddef.h>

enum { EXTENT_TEXT_MAX = 256 };

/* From one baseline to the next, and from the middle of a line to its baseline, in sizes of the font. */
#define EXTENT_LINE 1.25
#define EXTENT_BASELINE 0.36

/* The width of `text` in the unit of `font`, the font's size. */
double extent_of(const char *text, double font);

/* Copies `text`, with ".." in its middle where it is wider than `room`. */
void extent_shorten(const char *text, double room, double font, char shortened[static EXTENT_TEXT_MAX]);

#endif
