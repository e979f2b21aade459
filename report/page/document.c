#include "page/document.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

void document_free(struct document *document) {
    arena_free(&document->arena);
    *document = (struct document){0};
}

static void *take(struct document *document, size_t size) {
    void *taken = arena_take(&document->arena, size);
    document->out_of_memory |= taken == NULL;
    return taken;
}

__attribute__((format(printf, 2, 0))) static const char *keep(struct document *document, const char *format,
                                                              va_list args) {
    const char *text = arena_vprintf(&document->arena, format, args);
    if (text != NULL && !utf8_is_valid(text)) { /* where a character was cut */
        char *escaped = utf8_escaped(text);
        text = escaped != NULL ? arena_printf(&document->arena, "%s", escaped) : NULL;
        free(escaped);
    }
    document->out_of_memory |= text == NULL;
    return text != NULL ? text : "";
}

const char *document_text(struct document *document, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const char *text = keep(document, format, args);
    va_end(args);
    return text;
}

static struct document_block *add_block(struct document *document, enum document_kind kind) {
    struct document_block *block = take(document, sizeof *block);
    if (block == NULL)
        return NULL;
    block->kind = kind;
    if (document->last != NULL)
        document->last->next = block;
    else
        document->first = block;
    document->last = block;
    return block;
}

void document_add(struct document *document, enum document_kind kind, const char *id, const char *format, ...) {
    struct document_block *block = add_block(document, kind);
    if (block == NULL)
        return;
    va_list args;
    va_start(args, format);
    block->id = id;
    block->text = keep(document, format, args);
    va_end(args);
}

struct document_table *document_add_table(struct document *document, const char *id, const char *caption,
                                          const struct document_column *columns, size_t column_count) {
    struct document_table *table = take(document, sizeof *table);
    struct document_block *block = add_block(document, DOCUMENT_TABLE);
    if (table == NULL || block == NULL)
        return NULL;
    *table = (struct document_table){.id = id, .caption = caption, .columns = columns, .column_count = column_count};
    block->table = table;
    return table;
}

/* Doubles the room for rows. The arena takes nothing back, which costs as much again at most. */
static bool grow(struct document *document, struct document_table *table) {
    size_t capacity = table->row_capacity > 0 ? 2 * table->row_capacity : 16;
    struct document_cell *cells = take(document, capacity * table->column_count * sizeof *cells);
    if (cells == NULL)
        return false;
    if (table->row_count > 0)
        memcpy(cells, table->cells, table->row_count * table->column_count * sizeof *cells);
    table->cells = cells;
    table->row_capacity = capacity;
    return true;
}

struct document_cell *document_add_row(struct document *document, struct document_table *table) {
    if (table == NULL || (table->row_count == table->row_capacity && !grow(document, table)))
        return NULL;
    struct document_cell *row = &table->cells[table->row_count++ * table->column_count];
    for (size_t i = 0; i < table->column_count; i++)
        row[i] = (struct document_cell){.text = "", .sort = NAN};
    return row;
}

void document_add_figure(struct document *document, const struct figure *figure) {
    struct document_block *block = add_block(document, DOCUMENT_FIGURE);
    if (block != NULL)
        block->figure = figure;
}

void document_add_scatter(struct document *document, const struct scatter *scatter) {
    struct document_block *block = add_block(document, DOCUMENT_SCATTER);
    if (block != NULL)
        block->scatter = scatter;
}

void document_fold_section(struct document *document) {
    if (document->last != NULL && document->last->kind == DOCUMENT_SECTION)
        document->last->folded = true;
}

const struct figure_look *document_look(struct document *document, const char *strategy) {
    const struct figure_look *look = looks_named(&document->looks, &document->arena, strategy);
    document->out_of_memory |= look == NULL;
    return look;
}

void document_choose_looks(struct document *document) {
    size_t count = 0;
    for (const struct document_block *block = document->first; block != NULL; block = block->next)
        count += block->kind == DOCUMENT_FIGURE;
    const struct figure **figures = arena_take(&document->arena, (count + 1) * sizeof *figures);
    document->out_of_memory |= figures == NULL;
    if (figures == NULL)
        return;
    count = 0;
    for (const struct document_block *block = document->first; block != NULL; block = block->next)
        if (block->kind == DOCUMENT_FIGURE)
            figures[count++] = block->figure;
    looks_assign(&document->looks, figures, count);
}

void document_add_machine(struct document *document, const struct document_level *levels, size_t level_count) {
    struct document_block *block = add_block(document, DOCUMENT_MACHINE);
    if (block == NULL)
        return;
    block->levels = levels;
    block->level_count = level_count;
}
