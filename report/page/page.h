/* Renders a document for its readers. Whether it was written, the stream knows. */
#ifndef CTXBENCH_PAGE_H
#define CTXBENCH_PAGE_H

#include "data/summary.h"
#include "page/document.h"
#include "text/style.h"

/* One HTML file that needs nothing else. False when out of memory; then it is incomplete. */
bool page_write_html(const struct document *document, FILE *out);

/* GitHub's Markdown. Figures are linked as `figures_path`/ID.svg; NULL: there are none. */
void page_write_markdown(const struct document *document, const char *figures_path, FILE *out);

/* Text, with bars in place of figures. Long tables are left out. */
void page_write_terminal(const struct document *document, FILE *out, struct table_style style);

#endif
