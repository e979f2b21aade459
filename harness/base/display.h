/* Text as people see it on a terminal. It is UTF-8, and its widths are columns: those of wcwidth(3). */
#ifndef CTXBENCH_DISPLAY_H
#define CTXBENCH_DISPLAY_H

#include <stddef.h>
#include <stdio.h>

/*
 * Replaces characters that steer a terminal or reorder text: one from a file must show as what it is. A character whose
 * last bytes were cut off goes.
 */
void text_make_printable(char *text);

size_t text_width(const char *text);

/* Copies text, with ".." in its middle where it is wider than `width`. */
void text_shorten(const char *text, size_t width, char *out, size_t size);

/* Prints a paragraph: lines at most `width` wide, all but the first indented, words that are longer broken. */
void text_wrap(FILE *out, const char *text, size_t width, int indent);

/*
 * Prints `text` and a newline in a column that begins at `indent`, broken at blanks to fit TEXT_WIDTH. The cursor
 * stands at `column` already; if that leaves no blank before `indent` the text begins on the next line.
 */
enum { TEXT_WIDTH = 80 };
void text_print_wrapped(FILE *out, size_t column, size_t indent, const char *text);

/* The columns of the terminal behind a descriptor; 0 if it is none, or does not say. */
unsigned text_terminal_width(int fd);

#endif
