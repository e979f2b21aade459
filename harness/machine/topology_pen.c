#include "machine/topology_pen.h"

#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <string.h>

enum { WIDTH_MIN = 40 };

static const struct glyphs ascii_glyphs = {"|- ", "`- ", "|  ", "   ", "-", "|", {"+", "+", "+"}, {"+", "+", "+"}};
static const struct glyphs box_glyphs = {"├─ ", "└─ ", "│  ", "   ", "─", "│", {"┌", "┬", "┐"}, {"└", "┴", "┘"}};

/* Asks the environment itself, so as not to depend on what the program has told setlocale. */
static bool locale_is_utf8(void) {
    const locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    if (locale == (locale_t)0)
        return false;
    const bool utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    freelocale(locale);
    return utf8;
}

struct pen pen_make(const struct topology *topology, FILE *out, unsigned width) {
    return (struct pen){
        .topology = topology,
        .out = out,
        .width = width < WIDTH_MIN ? WIDTH_MIN : width,
        .glyphs = locale_is_utf8() ? &box_glyphs : &ascii_glyphs,
    };
}

void pen_put(struct pen *pen, const char *text, unsigned columns) {
    (void)fputs(text, pen->out);
    pen->column += columns;
}

void pen_end_line(struct pen *pen) {
    (void)fputc('\n', pen->out);
    pen->column = 0;
}

void pen_begin_line(struct pen *pen) {
    for (unsigned i = 0; i < pen->depth; i++)
        pen_put(pen, pen->more_below[i] ? pen->glyphs->trunk : pen->glyphs->gap, PEN_INDENT);
    pen->fresh = true;
}

static void wrap_line(struct pen *pen) {
    pen_end_line(pen);
    pen_begin_line(pen);
    for (unsigned i = 0; i < pen->hang; i++)
        pen_put(pen, " ", 1);
}

/*
 * Puts a word of known length, on the next line if there is no room for it, and broken where no line has room. Counts a
 * column per byte, which is never too few.
 */
static void put_word(struct pen *pen, const char *word, size_t length) {
    if (!pen->fresh && pen->column + 1 + length > pen->width)
        wrap_line(pen);
    else if (!pen->fresh)
        pen_put(pen, " ", 1);
    for (size_t room = pen->width - pen->column; length > room; room = pen->width - pen->column) {
        while (room > 1 && ((unsigned char)word[room] & 0xc0) == 0x80) /* not within a UTF-8 character */
            room--;
        (void)fwrite(word, 1, room, pen->out);
        word += room;
        length -= room;
        wrap_line(pen);
    }
    (void)fwrite(word, 1, length, pen->out);
    pen->column += (unsigned)length;
    pen->fresh = false;
}

void pen_put_text(struct pen *pen, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (const char *word = text + strspn(text, " "); *word != '\0';) {
        const size_t length = strcspn(word, " ");
        put_word(pen, word, length);
        word += length;
        word += strspn(word, " ");
    }
}

/* ---- Lists of PUs ---- */

/* The first PU to be listed from place `i` of the order of OS indices on; the number of PUs if there is none. */
static size_t next_listed(const struct topology *topology, size_t i, pu_filter *filter, const void *arg) {
    while (i < topology->facts.pus_present && !filter(topology, topology->by_os_index[i], arg))
        i++;
    return i;
}

static unsigned os_index_at(const struct topology *topology, size_t i) {
    return topology->pus[topology->by_os_index[i]].os_index;
}

void pen_put_pus(struct pen *pen, pu_filter *filter, const void *arg, const char *end) {
    const struct topology *topology = pen->topology;
    const size_t count = topology->facts.pus_present;
    for (size_t next = next_listed(topology, 0, filter, arg); next < count;) {
        const unsigned first = os_index_at(topology, next);
        unsigned last = first;
        next = next_listed(topology, next + 1, filter, arg);
        for (; next < count && os_index_at(topology, next) == last + 1; last++)
            next = next_listed(topology, next + 1, filter, arg);
        const char *const mark = next < count ? "," : end;
        if (first == last)
            pen_put_text(pen, "%u%s", first, mark);
        else
            pen_put_text(pen, "%u-%u%s", first, last, mark);
    }
}
