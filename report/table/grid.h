/*
 * Cases in rows, with columns to the right of their names: what the tables for terminals share. Cases stand in groups
 * of one workload and form. Where the width does not suffice, parameters that a group's rows share move to its heading;
 * then columns are left out; then names are shortened in their middle.
 */
#ifndef CTXBENCH_GRID_H
#define CTXBENCH_GRID_H

#include "data/result_file.h"
#include "text/format.h"
#include "text/style.h"

enum { GRID_COLUMNS_MAX = 8, GRID_WIDTH_MIN = 40, GRID_GAP = 2 };

struct grid_column {
    const char *title;
    /* What a cell says; "-" for nothing. A column that says nothing in any row is left out, but for the first. */
    void (*write)(const void *data, size_t index, char cell[static FORMAT_CELL_MAX]);
    size_t index;     /* for `write`, where it serves several columns */
    unsigned dropped; /* the order in which columns give way on a narrow terminal; 0: never */
    const char *legend;
};

struct grid_row {
    const struct result_case *of; /* all rows of one file: words are compared by address */
    const void *data;             /* for the columns */
    const char *colour;           /* of the row; NULL: plain */
    bool starred;                 /* its strategy has a star, which a line below the table explains */
};

struct grid {
    FILE *out;
    struct table_style style; /* at least GRID_WIDTH_MIN wide */
    const struct grid_column *columns;
    size_t column_count; /* at most GRID_COLUMNS_MAX */
    const struct grid_row *rows;
    size_t row_count; /* at least 1 */

    /* Made by grid_fit. */
    size_t widths[GRID_COLUMNS_MAX]; /* 0: left out */
    bool shares_parameters;          /* those with one value in a group stand in its heading, for want of room */
    bool one_strategy;               /* then names need no second part */
    size_t parameters_width, strategy_width; /* the two parts of a name */
    size_t heading_width;                    /* the widest */
    size_t label_width;                      /* the first column: names, and headings as far as they fit */
};

/* Chooses what fits. Before the others. */
void grid_fit(struct grid *grid);

void grid_print(const struct grid *grid);

/* How to read the columns that are there; nothing if they need no explanation. */
void grid_print_legend(const struct grid *grid);

#endif
