#include "page/prose.h"

#include <stdlib.h>

void prose_begin(struct prose *prose, struct document *document) {
    *prose = (struct prose){.document = document};
    prose->out = open_memstream(&prose->text, &prose->size);
    document->out_of_memory |= prose->out == NULL;
}

void prose_add(struct prose *prose, const char *format, ...) {
    if (prose->out == NULL)
        return;
    va_list args;
    va_start(args, format);
    (void)vfprintf(prose->out, format, args);
    va_end(args);
}

void prose_add_name(struct prose *prose, const char *name) {
    prose_add(prose, DOCUMENT_NAME "%s" DOCUMENT_NAME, name);
}

void prose_join(struct prose *prose, size_t i, size_t count) {
    prose_add(prose, "%s", i == 0 ? "" : i + 1 == count ? " and " : ", ");
}

/* Closes the stream. False if the text is not whole. */
static bool finish(struct prose *prose) {
    const bool whole = prose->out != NULL && fclose(prose->out) == 0;
    prose->document->out_of_memory |= !whole;
    return whole;
}

void prose_end(struct prose *prose, enum document_kind kind) {
    if (finish(prose) && prose->size > 0)
        document_add(prose->document, kind, NULL, "%s", prose->text);
    free(prose->text);
}

const char *prose_keep(struct prose *prose) {
    const char *kept = finish(prose) ? document_text(prose->document, "%s", prose->text) : "";
    free(prose->text);
    return kept;
}
