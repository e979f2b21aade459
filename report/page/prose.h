/* Sentences that grow piece by piece, and then become a block of a document. */
#ifndef CTXBENCH_PROSE_H
#define CTXBENCH_PROSE_H

#include "page/document.h"

struct prose {
    struct document *document;
    FILE *out; /* NULL when out of memory, which every call here accepts */
    char *text;
    size_t size;
};

/* The stream refers to *prose, which must stay where it is until the end. */
void prose_begin(struct prose *prose, struct document *document);
__attribute__((format(printf, 2, 3))) void prose_add(struct prose *prose, const char *format, ...);

/* A name, set off from the words around it. */
void prose_add_name(struct prose *prose, const char *name);

/* "one", "one and two", "one, two and three": how the i-th of `count` things is joined to what stands before it. */
void prose_join(struct prose *prose, size_t i, size_t count);

/* Adds the block, unless nothing was written. */
void prose_end(struct prose *prose, enum document_kind kind);

/* The same as a text that lives as long as the document. */
const char *prose_keep(struct prose *prose);

#endif
