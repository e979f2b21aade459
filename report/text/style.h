/* How a table looks on the stream that it goes to. */
#ifndef CTXBENCH_STYLE_H
#define CTXBENCH_STYLE_H

#include <stdbool.h>
#include <stdio.h>

struct table_style {
    unsigned width; /* columns */
    bool colour;
    bool references; /* rows of references beside others, not only as ratios */
    bool is_brief;   /* what is asked first stands first, and a table of many rows has one for each strategy */
};

/* What suits the stream: the terminal's width (or COLUMNS, or 80), colour on a terminal unless NO_COLOR is set. */
struct table_style table_style_for(FILE *out);

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

/* Writes one of these codes, if the style has colour. */
void style_paint(struct table_style style, FILE *out, const char *code);

#endif
