/*
 * What a report says, before anyone decides how it looks: headings, sentences, tables and figures, in order. The page,
 * the Markdown and the terminal's text are made from the same document, so that they cannot disagree.
 *
 * Texts are plain. Names in them stand between two DOCUMENT_NAME characters, what matters most between two
 * DOCUMENT_STRONG ones; result files cannot bring these along, since what is loaded holds no control characters.
 */
#ifndef CTXBENCH_DOCUMENT_H
#define CTXBENCH_DOCUMENT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "figure/figure.h"
#include "figure/looks.h"
#include "figure/scatter.h"

#define DOCUMENT_NAME "\1"
#define DOCUMENT_STRONG "\2"

enum tone {
    TONE_PLAIN,
    TONE_GOOD,
    TONE_BAD,
    TONE_DIM,
};

struct document_cell {
    const char *text;
    const char *note;   /* more than there is room for; NULL: nothing */
    const char *remark; /* the id of an item that says more, which is called by the number below; NULL: none */
    size_t number;
    double sort; /* what a numeric column is sorted by; NAN: unknown */
    enum tone tone;
};

struct document_column {
    const char *title;
    bool numeric;
    bool minor;  /* left out where there is little room */
    bool heads;  /* of the first column: rows that share what stands there follow each other, and it may be told once */
    bool narrow; /* one sign a cell; the title is written upwards */
};

struct document_table {
    const char *id;      /* letters, digits and '-'; unique in the document */
    const char *caption; /* may be empty */
    const struct document_column *columns;
    size_t column_count;
    struct document_cell *cells; /* row by row */
    size_t row_count, row_capacity;
    bool folded;     /* shown on demand: it repeats what stands elsewhere, or is long */
    bool searchable; /* long enough to be filtered */
};

/* The machine as boxes in boxes, the outermost first. */
struct document_level {
    const char *name; /* "L3, 32 MiB" */
    unsigned count;   /* how many of it in each of the level above */
};

struct document_block {
    enum document_kind {
        DOCUMENT_SECTION,    /* heading of a section, with an id */
        DOCUMENT_SUBSECTION, /* heading within a section */
        DOCUMENT_PARAGRAPH,
        DOCUMENT_ITEM,    /* of a list; neighbours make one list */
        DOCUMENT_WARNING, /* the same, of what disturbs the figures */
        DOCUMENT_TABLE,
        DOCUMENT_FIGURE,
        DOCUMENT_MACHINE,
        DOCUMENT_SCATTER,
        DOCUMENT_EVIDENCE, /* JSON, from which a page's script computes advice; its form and table stand in this section
                            */
    } kind;
    const char *id, *text;
    struct document_table *table;
    const struct figure *figure;
    const struct scatter *scatter;
    bool folded; /* of a section: what is in it is shown on demand */
    const struct document_level *levels;
    size_t level_count;
    struct document_block *next;
};

struct document {
    struct arena arena; /* holds all that belongs to the document */
    const char *title, *subtitle;
    struct document_block *first, *last;
    struct looks looks; /* of the strategies in its figures */
    bool out_of_memory; /* then the document is incomplete, and must not be shown */
};

void document_free(struct document *document);

/* A text that lives as long as the document; "" when out of memory. */
__attribute__((format(printf, 2, 3))) const char *document_text(struct document *document, const char *format, ...);

/* The last block's text is the format's result. */
__attribute__((format(printf, 4, 5))) void document_add(struct document *document, enum document_kind kind,
                                                        const char *id, const char *format, ...);

/* Columns stay the caller's, and must outlive the document. NULL when out of memory, which every call here accepts. */
struct document_table *document_add_table(struct document *document, const char *id, const char *caption,
                                          const struct document_column *columns, size_t column_count);

/* A row of empty cells; NULL when out of memory. */
struct document_cell *document_add_row(struct document *document, struct document_table *table);

void document_add_figure(struct document *document, const struct figure *figure);

void document_add_scatter(struct document *document, const struct scatter *scatter);

/* Folds the section that was added last. */
void document_fold_section(struct document *document);

/* The look of a strategy, the same in all figures of the document; it is chosen by document_choose_looks. */
const struct figure_look *document_look(struct document *document, const char *strategy);
void document_choose_looks(struct document *document);

void document_add_machine(struct document *document, const struct document_level *levels, size_t level_count);

#endif
