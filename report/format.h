/* How numbers and text are written for people, in columns. Widths count characters, not bytes. */
#ifndef CTXBENCH_FORMAT_H
#define CTXBENCH_FORMAT_H

#include <stddef.h>
#include <stdio.h>

enum { FORMAT_CELL_MAX = 32 };

/* Three significant digits, without an exponent: "0.123", "2.10", "45.1", "1023". */
void format_number(double value, char cell[static FORMAT_CELL_MAX]);

/* The same with the unit that suits: "2.10 ns", "45.1 us". */
void format_time(double ns, char cell[static FORMAT_CELL_MAX]);

/* "2.08..2.15", in the unit that format_time chooses for `ns`. */
void format_range(double low_ns, double high_ns, double ns, char cell[static FORMAT_CELL_MAX]);

/* Replaces control characters, those of UTF-8 too: text from a file must not be able to steer a terminal. */
void text_make_printable(char *text);

size_t text_width(const char *text);

/* Copies text, with ".." in its middle where it is wider than `width`. */
void text_shorten(const char *text, size_t width, char *out, size_t size);

/* Prints a paragraph: lines at most `width` wide, all but the first indented, words that are longer broken. */
void text_wrap(FILE *out, const char *text, size_t width, int indent);

#endif
