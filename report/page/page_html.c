#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figure/svg.h"
#include "page/page.h"
#include "text/format.h"
#include "text/xml.h"

extern const char page_style[], page_script[];

/* No more boxes than this beside one another, nor in all. */
enum { BOXES_MAX = 8, BOXES_IN_ALL = 128 };

/* Columns beyond these stay on narrow screens, too. */
enum { MINOR_COLUMNS_MAX = 40 };

/* Longer tables are folded, so that a reader comes by the figures first; one of narrow columns is a picture, too. */
enum { ROWS_UNFOLDED_MAX = 40 };

struct page {
    FILE *out;
    bool in_section, in_part, in_list, in_fold;
    bool in_lead; /* what a part has down to its first figure, which paper does not tear apart */
    bool out_of_memory;
};

/* ---- Text ---- */

/* Escapes text, and gives names and what is stressed their elements. */
static void write_text(FILE *out, const char *text) {
    bool name = false, strong = false;
    while (*text != '\0') {
        const size_t plain = strcspn(text, DOCUMENT_NAME DOCUMENT_STRONG);
        char *piece = strndup(text, plain);
        if (piece != NULL)
            xml_escape(out, piece);
        free(piece);
        text += plain;
        if (*text == *DOCUMENT_NAME) {
            name = !name;
            (void)fputs(name ? "<code>" : "</code>", out);
        } else if (*text == *DOCUMENT_STRONG) {
            strong = !strong;
            (void)fputs(strong ? "<strong>" : "</strong>", out);
        }
        text += *text != '\0';
    }
}

static void write_element(FILE *out, const char *open, const char *text, const char *close) {
    (void)fputs(open, out);
    write_text(out, text);
    (void)fputs(close, out);
}

static unsigned hex_digit(char c) {
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* The script's hash as base64 (RFC 4648), which is what a content security policy takes. */
static void write_script_hash(FILE *out) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static const char hash[] = PAGE_SCRIPT_SHA256;
    enum { BYTES = 32 };
    for (size_t i = 0; i < BYTES; i += 3) {
        unsigned long group = 0;
        for (size_t b = i; b < i + 3; b++)
            group = group << 8 | (b < BYTES ? hex_digit(hash[2 * b]) << 4 | hex_digit(hash[2 * b + 1]) : 0);
        for (size_t d = 0; d < 4; d++)
            (void)fputc(i + d > BYTES ? '=' : digits[group >> (18 - 6 * d) & 63], out);
    }
}

/* ---- Tables ---- */

static const char *class_of(enum tone tone) {
    static const char *const classes[] = {[TONE_PLAIN] = "", [TONE_GOOD] = "g", [TONE_BAD] = "b", [TONE_DIM] = "d"};
    return classes[tone];
}

/*
 * Most columns are of numbers, and most first ones of names, so that those have no class; which columns are minor, and
 * that all but the first are narrow, the table says: a page of thousands of cells is half as long for it.
 */
static void write_classes(FILE *out, const struct document_column *column, bool is_first, enum tone tone) {
    const bool is_text = !column->numeric && !column->narrow;
    const char *const classes[] = {is_text == is_first || column->narrow ? ""
                                   : is_text                             ? "t"
                                                                         : "r",
                                   column->narrow && tone == TONE_GOOD ? "" : class_of(tone)};
    char all[16] = "";
    size_t length = 0;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (classes[i][0] != '\0')
            length += (size_t)snprintf(all + length, sizeof all - length, "%s%s", length > 0 ? " " : "", classes[i]);
    }
    if (length > 0)
        (void)fprintf(out, strchr(all, ' ') == NULL ? " class=%s" : " class=\"%s\"", all);
}

/* Is the number that rows are sorted by the one that the cell shows? Then the page's script reads it there. */
static bool shows_its_value(const struct document_cell *cell) {
    if (strstr(cell->text, "..") != NULL) /* an interval, which begins with it */
        return true;
    char time[FORMAT_CELL_MAX], number[FORMAT_CELL_MAX], count[FORMAT_CELL_MAX];
    format_time(cell->sort, time);
    format_number(cell->sort, number);
    (void)snprintf(count, sizeof count, "%.0f", cell->sort);
    return strcmp(cell->text, time) == 0 || strcmp(cell->text, number) == 0 || strcmp(cell->text, count) == 0;
}

static void write_cell(FILE *out, const struct document_column *column, bool is_first,
                       const struct document_cell *cell) {
    (void)fputs("<td", out);
    write_classes(out, column, is_first, cell->tone);
    if (column->numeric && !isnan(cell->sort) && !shows_its_value(cell))
        (void)fprintf(out, " data-v=\"%.6g\"", cell->sort);
    if (cell->note != NULL) {
        (void)fputs(" title=\"", out);
        xml_escape(out, cell->note);
        (void)fputc('"', out);
    }
    (void)fputc('>', out);
    if (cell->remark == NULL) {
        write_text(out, cell->text);
        return;
    }
    (void)fprintf(out, "<a href=#%s>", cell->remark);
    write_text(out, cell->text);
    (void)fprintf(out, "<sup>%zu</sup></a>", cell->number);
}

/* The first that is a column on the page: heads stand above their rows. */
static size_t first_column(const struct document_table *table) {
    return table->columns[0].heads ? 1 : 0;
}

static void write_head(FILE *out, const struct document_table *table) {
    (void)fputs("<thead><tr>", out);
    for (size_t i = first_column(table); i < table->column_count; i++) {
        const struct document_column *column = &table->columns[i];
        (void)fputs("<th scope=\"col\"", out);
        write_classes(out, column, i == first_column(table), TONE_PLAIN);
        write_element(out, column->narrow ? "><span>" : ">", column->title, column->narrow ? "</span>" : "");
    }
    (void)fputs("<tbody>\n", out);
}

/* A head over the rows that share their first cell, where these begin. */
static void write_row_head(FILE *out, const struct document_table *table, size_t row) {
    const char *text = table->cells[row * table->column_count].text;
    if (row > 0 && strcmp(table->cells[(row - 1) * table->column_count].text, text) == 0)
        return;
    (void)fprintf(out, "%s<tr><th scope=\"rowgroup\" colspan=\"%zu\">", row > 0 ? "<tbody>" : "",
                  table->column_count - 1);
    write_element(out, "", text, "\n");
}

static void write_row(FILE *out, const struct document_table *table, size_t row) {
    if (table->columns[0].heads)
        write_row_head(out, table, row);
    (void)fputs("<tr>", out);
    for (size_t i = first_column(table); i < table->column_count; i++)
        write_cell(out, &table->columns[i], i == first_column(table), &table->cells[row * table->column_count + i]);
    (void)fputc('\n', out);
}

/* Whether all but the first column are of one sign a cell. */
static bool is_narrow(const struct document_table *table) {
    return table->columns[table->column_count - 1].narrow;
}

/* As classes of the table: the minor columns by their numbers. */
static void write_classes_of_columns(FILE *out, const struct document_table *table) {
    const char *separator = " class=\"";
    if (is_narrow(table)) {
        (void)fprintf(out, "%snarrow", separator);
        separator = " ";
    }
    for (size_t i = 0; i < table->column_count && i < MINOR_COLUMNS_MAX; i++) {
        if (!table->columns[i].minor)
            continue;
        (void)fprintf(out, "%sm%zu", separator, i + 1 - first_column(table));
        separator = " ";
    }
    (void)fputs(separator[1] == '\0' ? "\"" : "", out);
}

static void write_table(const struct page *page, const struct document_table *table) {
    FILE *out = page->out;
    const bool folded = table->folded || (table->row_count > ROWS_UNFOLDED_MAX && !is_narrow(table));
    if (table->row_count == 0)
        return;
    if (folded) {
        write_element(out, "<details><summary>", table->caption, "");
        (void)fprintf(out, " (%zu rows)</summary>", table->row_count);
    }
    (void)fprintf(out, "<div class=\"table\"><table id=\"%s\"", table->id);
    write_classes_of_columns(out, table);
    (void)fprintf(out, "%s>", table->searchable ? " data-search" : "");
    if (!folded && table->caption[0] != '\0')
        write_element(out, "<caption>", table->caption, "</caption>");
    write_head(out, table);
    for (size_t row = 0; row < table->row_count; row++)
        write_row(out, table, row);
    (void)fprintf(out, "</table></div>%s\n", folded ? "</details>" : "");
}

/* ---- Figures and the machine ---- */

static void end_lead(struct page *page) {
    if (page->in_lead)
        (void)fputs("</div>\n", page->out);
    page->in_lead = false;
}

static void write_figure(struct page *page, const struct figure *figure) {
    (void)fprintf(page->out, "<figure id=\"figure-%s\"%s>", figure->id, figure->wide ? " class=wide" : "");
    page->out_of_memory |= !svg_write(figure, FIGURE_IN_PAGE, page->out);
    write_element(page->out, "<figcaption>", figure->caption, "</figcaption></figure>\n");
    end_lead(page);
}

static void write_scatter(struct page *page, const struct scatter *scatter) {
    (void)fprintf(page->out, "<figure id=\"figure-%s\">", scatter->id);
    page->out_of_memory |= !scatter_write_svg(scatter, FIGURE_IN_PAGE, page->out);
    write_element(page->out, "<figcaption>", scatter->caption, "</figcaption></figure>\n");
    end_lead(page);
}

/* As a block of data, which browsers do not run. It is ASCII; no '<' in it begins the end of the element. */
static void write_evidence(FILE *out, const char *json) {
    (void)fputs("<script type=\"application/json\" id=\"evidence\">", out);
    for (; *json != '\0'; json++)
        (void)fputs(*json == '<' ? "\\u003c" : (char[]){*json, '\0'}, out);
    (void)fputs("</script>\n", out);
}

/* Boxes of one level and what they hold. `in_all` counts how many stand beside each other on this level. */
static void write_boxes(FILE *out, const struct document_level *levels, size_t level_count, unsigned in_all) {
    if (level_count == 0)
        return;
    unsigned drawn = levels->count;
    if (drawn > BOXES_MAX || drawn * in_all > BOXES_IN_ALL)
        drawn = 1;
    for (unsigned i = 0; i < drawn; i++) {
        write_element(out, "<div class=\"box\">", levels->name, "<div>");
        write_boxes(out, levels + 1, level_count - 1, in_all * drawn);
        (void)fputs("</div></div>", out);
    }
    if (drawn < levels->count)
        (void)fprintf(out, "<div class=\"box d\">and %u more like it</div>", levels->count - drawn);
}

static void write_machine(FILE *out, const struct document_block *block) {
    (void)fputs("<div class=\"machine\" role=\"img\" aria-label=\"The machine: ", out);
    for (size_t i = 0; i < block->level_count; i++) {
        (void)fprintf(out, "%s%u of ", i > 0 ? ", each with " : "", block->levels[i].count);
        xml_escape(out, block->levels[i].name);
    }
    (void)fputs("\">", out);
    write_boxes(out, block->levels, block->level_count, 1);
    (void)fputs("</div>\n", out);
}

/* ---- Sections ---- */

static void end_list(struct page *page) {
    if (page->in_list)
        (void)fputs("</ul>\n", page->out);
    page->in_list = false;
}

static void end_part(struct page *page) {
    end_list(page);
    end_lead(page);
    if (page->in_part)
        (void)fputs("</div>\n", page->out);
    page->in_part = false;
}

static void end_section(struct page *page) {
    end_part(page);
    if (page->in_section)
        (void)fprintf(page->out, "</div>%s</section>\n", page->in_fold ? "</details>" : "");
    page->in_section = page->in_fold = false;
}

static void begin_section(struct page *page, const struct document_block *block) {
    end_section(page);
    (void)fprintf(page->out, "<section id=\"%s\">", block->id);
    write_element(page->out, "<h2>", block->text, "</h2>\n");
    (void)fprintf(page->out, "%s<div class=\"parts\">\n", block->folded ? "<details><summary>In words</summary>" : "");
    page->in_section = true;
    page->in_fold = block->folded;
}

static void begin_part(struct page *page, const struct document_block *block) {
    end_part(page);
    (void)fputs("<div class=\"part\"><div>", page->out);
    write_element(page->out, "<h3>", block->text, "</h3>\n");
    page->in_part = page->in_lead = true;
}

static void write_item(struct page *page, const struct document_block *block) {
    if (!page->in_list)
        (void)fputs("<ul>\n", page->out);
    page->in_list = true;
    (void)fputs("<li", page->out);
    if (block->id != NULL)
        (void)fprintf(page->out, " id=%s", block->id);
    write_element(page->out, ">", block->text, "\n");
}

static void write_block(struct page *page, const struct document_block *block) {
    if (block->kind != DOCUMENT_ITEM)
        end_list(page);
    switch (block->kind) {
    case DOCUMENT_SECTION:
        begin_section(page, block);
        break;
    case DOCUMENT_SUBSECTION:
        begin_part(page, block);
        break;
    case DOCUMENT_PARAGRAPH:
        write_element(page->out, "<p>", block->text, "\n");
        break;
    case DOCUMENT_ITEM:
        write_item(page, block);
        break;
    case DOCUMENT_WARNING:
        write_element(page->out, "<p class=\"warning\">", block->text, "\n");
        break;
    case DOCUMENT_TABLE:
        write_table(page, block->table);
        break;
    case DOCUMENT_FIGURE:
        write_figure(page, block->figure);
        break;
    case DOCUMENT_MACHINE:
        write_machine(page->out, block);
        break;
    case DOCUMENT_SCATTER:
        write_scatter(page, block->scatter);
        break;
    case DOCUMENT_EVIDENCE:
        write_evidence(page->out, block->text);
        break;
    }
}

/* ---- The page ---- */

static void write_contents(FILE *out, const struct document *document) {
    (void)fputs("<nav aria-label=\"Contents\">", out);
    for (const struct document_block *block = document->first; block != NULL; block = block->next) {
        if (block->kind != DOCUMENT_SECTION)
            continue;
        (void)fprintf(out, "<a href=\"#%s\">", block->id);
        write_element(out, "", block->text, "</a>\n");
    }
    (void)fputs("</nav>", out);
}

static void write_rules_of_minor_columns(FILE *out, const char *where) {
    for (int i = 1; i <= MINOR_COLUMNS_MAX; i++)
        (void)fprintf(out, "%s.m%d tr>:nth-child(%d)%s", where, i, i,
                      i < MINOR_COLUMNS_MAX ? "," : "{display:none}}\n");
}

static void write_style(FILE *out) {
    (void)fputs("<style>\n", out);
    (void)fputs(page_style, out);
    (void)fputs(":root{", out);
    svg_write_colours(false, out);
    (void)fputs("}\n@media screen and (prefers-color-scheme:dark){:root{", out);
    svg_write_colours(true, out);
    (void)fputs("}}\n@media (max-width:40rem){", out);
    write_rules_of_minor_columns(out, "");
    (void)fputs("@media print{", out); /* two columns of text */
    write_rules_of_minor_columns(out, ".part ");
    (void)fputs("</style>\n", out);
}

bool page_write_html(const struct document *document, FILE *out) {
    struct page page = {.out = out};
    (void)fputs(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
        "style-src 'unsafe-inline'; script-src 'sha256-",
        out);
    write_script_hash(out);
    (void)fputs("'\">\n<link rel=\"icon\" href=\"data:,\">\n", out);
    write_element(out, "<title>", document->title, "</title>\n");
    write_style(out);
    (void)fputs("</head>\n<body>\n<header>", out);
    write_element(out, "<h1>", document->title, "</h1>\n");
    write_element(out, "<p>", document->subtitle, "\n");
    write_contents(out, document);
    (void)fputs("</header>\n<main>\n", out);
    for (const struct document_block *block = document->first; block != NULL; block = block->next)
        write_block(&page, block);
    end_section(&page);
    (void)fprintf(out, "</main>\n<script>%s</script>\n</body>\n</html>\n", page_script);
    return !page.out_of_memory;
}
