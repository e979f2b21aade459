/*
 * Texts in columns, for a terminal: as wide as they need, all but the last; that one has what is left of the width, and
 * is cut behind one of its items where it is longer.
 */
#ifndef CTXBENCH_COLUMNS_H
#define CTXBENCH_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "text/style.h"

enum { COLUMNS_COUNT_MAX = 8 };

struct columns_title {
    const char *text;
    bool is_number;   /* flush right */
    unsigned dropped; /* the order in which columns give way where there is no room; 0: never */
};

struct columns_row {
    const char *cells[COLUMNS_COUNT_MAX]; /* one for each title; NULL: "-" */
    const char *colour;                   /* NULL: plain */
};

/* Prints titles and rows. A column that says nothing in any row is left out. */
void columns_print(const struct columns_title *titles, size_t title_count, const struct columns_row *rows,
                   size_t row_count, FILE *out, struct table_style style);

#endif
