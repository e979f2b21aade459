/* How numbers are written for people, in the cells of tables. */
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
 * A tick of a figure's scale: with the decimals of `step`, a round number, in the unit that suits `largest`: "2 ns",
 * "0.5".
 */
void format_tick(double value, double step, double largest, bool is_time, char cell[static FORMAT_CELL_MAX]);

/* A ratio as a change: "+5.2%", "-0.4%"; "x12.3" where per cent would be hard to read; "-" if it is not finite. */
void format_change(double ratio, char cell[static FORMAT_CELL_MAX]);

/* "+3.1..+7.0%" */
void format_change_range(double low, double high, char cell[static FORMAT_CELL_MAX]);

#endif
