/* gnuplot's SVG, written anew for its place: within a page, or as a file of its own. Knows figures' colours only. */
#ifndef CTXBENCH_SVG_H
#define CTXBENCH_SVG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct svg_place {
    const char *description; /* for those who do not see it */
    double width, height;    /* of the drawing, in its own units */
    bool in_page;            /* colours follow the page's; otherwise they stay, on white */
};

/* Text as XML and HTML take it, in content and in double-quoted attributes. */
void svg_escape(FILE *out, const char *text);

/* Writes the drawing. False if `drawn` is no SVG of gnuplot's, or holds what our figures are not drawn of. */
bool svg_write(const char *drawn, const struct svg_place *place, FILE *out);

/* The declarations that colours in a page refer to: `--figure-0:#0072b2;...`. */
void svg_write_colours(bool on_black, FILE *out);

#endif
