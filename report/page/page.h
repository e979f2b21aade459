/* Renders a document for its readers. Each returns false when writing failed or memory ran out. */
#ifndef CTXBENCH_PAGE_H
#define CTXBENCH_PAGE_H

#include "data/summary.h"
#include "page/document.h"
#include "text/style.h"

/*
 * One HTML file that needs nothing else. `drawings` holds the figures' SVG, in their order in the document; a NULL in
 * it is a figure that could not be drawn, of which the data still stand there as a table.
 */
void page_write_html(const struct document *document, char *const *drawings, FILE *out);

/* GitHub's Markdown. Figures are linked as `figures_path`/ID.svg; NULL: there are none. */
void page_write_markdown(const struct document *document, const char *figures_path, FILE *out);

/* Text, with bars in place of figures. Long tables are left out. */
void page_write_terminal(const struct document *document, FILE *out, struct table_style style);

#endif
