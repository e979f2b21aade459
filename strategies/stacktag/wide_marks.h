/*
 * An alphabet of 256 digits for stack tags: an id below 256 takes one mark, a million of them three, where the
 * library's hexadecimal ones take two and five. Fewer frames lie between a reader and its scope; 8 KiB of marks take
 * part.
 */
#ifndef STACKTAG_WIDE_MARKS_H
#define STACKTAG_WIDE_MARKS_H

#include "gls/marks.h"

extern const char ctx_wide_marks[], ctx_wide_mark_E_return[];
static const struct mark_alphabet mark_wide = {ctx_wide_marks, ctx_wide_mark_E_return, 8};

#endif
