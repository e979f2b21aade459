/* How numbers and text are written for people, in columns. Widths count characters, not bytes. */
#ifndef CTXBENCH_FORMAT_H
#define CTXBENCH_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { FORMAT_CELL_MAX = 32 };

/* Three significant digits, without an exponent: "0.123", "2.10", "45.1", "1023". */
void format_number(double value, char cell[static FORMAT_CELL_MAX]);

/* The same with the unit that suits: "2.10 ns", "45.1 us". */
void format_time(double ns, char cell[static FORMAT_CELL_MAX]);

/* "2.08..2.15", in the unit that format_time chooses for `ns`. */
void format_range(double low_ns, double high_ns, double ns, char cell[static FORMAT_CELL_MAX]);

/*
 * Replaces characters that steer a terminal or reorder text: one from a file must show as what it is. A character whose
 * last bytes were cut off goes.
 */
void text_make_printable(char *text);

/* The same as format_time and format_number without zeros at the end: "2 ns", "0.5". For the scales of figures. */
void format_tick(double value, bool is_time, char cell[static FORMAT_CELL_MAX]);

/* A ratio as a change: "+5.2%", "-0.4%"; "x12.3" where per cent would be hard to read; "-" if it is not finite. */
void format_change(double ratio, char cell[static FORMAT_CELL_MAX]);

/* "+3.1..+7.0%" */
void format_change_range(double low, double high, char cell[static FORMAT_CELL_MAX]);

size_t text_width(const char *text);

/* Copies text, with ".." in its middle where it is wider than `width`. */
void text_shorten(const char *text, size_t width, char *out, size_t size);

/* Prints a paragraph: lines at most `width` wide, all but the first indented, words that are longer broken. */
void text_wrap(FILE *out, const char *text, size_t width, int indent);

#endif
