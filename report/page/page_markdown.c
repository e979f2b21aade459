#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "page/page.h"

struct markdown {
    FILE *out;
    const char *figures_path;
    enum document_kind before; /* the block above */
};

/* ---- Text ---- */

/*
 * Writes text in which nothing is markup, a link, a mention of somebody or of an issue: an empty comment parts what
 * would be taken for one.
 */
static void write_escaped(FILE *out, const char *text) {
    const char *begin = text;
    for (; *text != '\0'; text++) {
        const bool first = text == begin;
        if (strchr("\\`*_[]<>|~$&", *text) != NULL || (first && strchr("-+=#", *text) != NULL))
            (void)fprintf(out, "\\%c", *text);
        else if (*text == '.' && (text[1] == ' ' || text[1] == '\0') && !first &&
                 strspn(begin, "0123456789") == (size_t)(text - begin))
            (void)fputs("\\.", out); /* would begin a numbered list */
        else if (*text == '@' || *text == '#')
            (void)fprintf(out, "%c<!-- -->", *text);
        else if (strncmp(text, "://", 3) == 0)
            (void)fputs(":<!-- -->", out);
        else if (*text == '.' && !first && tolower((unsigned char)text[-1]) == 'w')
            (void)fputs("<!-- -->.", out);
        else
            (void)fputc(*text, out);
    }
}

/* A code span, fenced by more backticks than it holds. A bar would end the cell of a table even there. */
static void write_code(FILE *out, const char *text) {
    size_t longest = 0, run = 0;
    for (const char *c = text; *c != '\0'; c++) {
        run = *c == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    for (size_t i = 0; i <= longest; i++)
        (void)fputc('`', out);
    (void)fputs(longest > 0 ? " " : "", out);
    for (; *text != '\0'; text++)
        (void)fprintf(out, *text == '|' ? "\\%c" : "%c", *text);
    (void)fputs(longest > 0 ? " " : "", out);
    for (size_t i = 0; i <= longest; i++)
        (void)fputc('`', out);
}

static void write_text(FILE *out, const char *text) {
    bool name = false;
    while (*text != '\0') {
        const size_t plain = strcspn(text, DOCUMENT_NAME DOCUMENT_STRONG);
        char *piece = strndup(text, plain);
        if (piece != NULL && plain > 0)
            (name ? write_code : write_escaped)(out, piece);
        free(piece);
        text += plain;
        if (*text == *DOCUMENT_STRONG)
            (void)fputs("**", out);
        name = *text == *DOCUMENT_NAME ? !name : name;
        text += *text != '\0';
    }
}

/* Names and numbers stand as they are; anything else is shown letter by letter. */
static void write_cell(FILE *out, const char *text) {
    if (strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:;()%+-/*_") == strlen(text) &&
        strstr(text, "://") == NULL && strstr(text, "www.") == NULL)
        write_escaped(out, text);
    else
        write_text(out, text);
}

/* ---- Blocks ---- */

static void write_table(FILE *out, const struct document_table *table) {
    if (table->folded || table->row_count == 0)
        return;
    if (table->caption[0] != '\0') {
        write_text(out, table->caption);
        (void)fputs("\n\n", out);
    }
    for (size_t i = 0; i < table->column_count; i++) {
        (void)fputs(i > 0 ? " | " : "| ", out);
        write_cell(out, table->columns[i].title);
    }
    (void)fputs(" |\n", out);
    for (size_t i = 0; i < table->column_count; i++)
        (void)fputs(table->columns[i].numeric ? "| ---: " : table->columns[i].narrow ? "| :---: " : "| :--- ", out);
    (void)fputs("|\n", out);
    for (size_t row = 0; row < table->row_count; row++) {
        for (size_t i = 0; i < table->column_count; i++) {
            (void)fputs(i > 0 ? " | " : "| ", out);
            write_cell(out, table->cells[row * table->column_count + i].text);
            if (table->cells[row * table->column_count + i].remark != NULL)
                (void)fprintf(out, " %zu", table->cells[row * table->column_count + i].number);
        }
        (void)fputs(" |\n", out);
    }
}

/* A path as the target of a link: what is no UTF-8 is written as in a URL, so that the link leads there. */
static void write_path(FILE *out, const char *path) {
    while (*path != '\0') {
        const size_t length = utf8_character(path);
        if (length == 0)
            (void)fprintf(out, "%%%02X", (unsigned char)*path);
        else
            (void)fprintf(out, "%s%.*s", strchr("<>\\", *path) != NULL ? "\\" : "", (int)length, path);
        path += length > 0 ? length : 1;
    }
}

static void write_drawing(const struct markdown *markdown, const char *id, const char *title, const char *caption) {
    if (markdown->figures_path != NULL) {
        (void)fputs("![", markdown->out);
        write_escaped(markdown->out, title);
        (void)fputs("](<", markdown->out);
        write_path(markdown->out, markdown->figures_path);
        (void)fprintf(markdown->out, "/%s.svg>)\n\n", id);
    }
    write_text(markdown->out, caption);
    (void)fputc('\n', markdown->out);
}

/* "1 package, each with 2 cores" */
static void write_machine(FILE *out, const struct document_block *block) {
    (void)fputs("The machine: ", out);
    for (size_t i = 0; i < block->level_count; i++) {
        (void)fprintf(out, "%s%u x ", i > 0 ? ", each with " : "", block->levels[i].count);
        write_escaped(out, block->levels[i].name);
    }
    (void)fputs(".\n", out);
}

static void write_line(FILE *out, const char *before, const char *text) {
    (void)fputs(before, out);
    write_text(out, text);
    (void)fputc('\n', out);
}

static void write_block(struct markdown *markdown, const struct document_block *block) {
    FILE *out = markdown->out;
    if (block->kind == DOCUMENT_EVIDENCE ||
        (block->kind == DOCUMENT_TABLE && (block->table->folded || block->table->row_count == 0)))
        return;
    if (block->kind != DOCUMENT_ITEM || markdown->before != DOCUMENT_ITEM)
        (void)fputc('\n', out);
    switch (block->kind) {
    case DOCUMENT_SECTION:
        write_line(out, "## ", block->text);
        break;
    case DOCUMENT_SUBSECTION:
        write_line(out, "### ", block->text);
        break;
    case DOCUMENT_PARAGRAPH:
        write_line(out, "", block->text);
        break;
    case DOCUMENT_ITEM:
        write_line(out, "- ", block->text);
        break;
    case DOCUMENT_WARNING:
        write_line(out, "> ", block->text);
        break;
    case DOCUMENT_TABLE:
        write_table(out, block->table);
        break;
    case DOCUMENT_FIGURE:
        write_drawing(markdown, block->figure->id, block->figure->title, block->figure->caption);
        break;
    case DOCUMENT_MACHINE:
        write_machine(out, block);
        break;
    case DOCUMENT_SCATTER:
        write_drawing(markdown, block->scatter->id, block->scatter->title, block->scatter->caption);
        break;
    case DOCUMENT_EVIDENCE:
        break;
    }
    markdown->before = block->kind;
}

void page_write_markdown(const struct document *document, const char *figures_path, FILE *out) {
    struct markdown markdown = {.out = out, .figures_path = figures_path, .before = DOCUMENT_SECTION};
    write_line(out, "# ", document->title);
    (void)fputc('\n', out);
    write_line(out, "", document->subtitle);
    for (const struct document_block *block = document->first; block != NULL; block = block->next)
        write_block(&markdown, block);
}
