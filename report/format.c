#include "format.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

struct unit {
    const char *name;
    double ns;
};

/* The limits lie where three digits round up to the next unit's 1.00. */
static struct unit unit_for(double ns) {
    static const struct unit units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
    size_t i = 0;
    while (i + 1 < sizeof units / sizeof *units && ns >= 999.5 * units[i].ns)
        i++;
    return units[i];
}

static bool is_continuation(char byte) {
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* Where the n-th character starts, or the end. */
static const char *nth_character(const char *text, size_t n) {
    while (*text != '\0' && n > 0) {
        text++;
        while (is_continuation(*text))
            text++;
        n--;
    }
    return text;
}

void format_number(double value, char cell[static FORMAT_CELL_MAX]) {
    int decimals = value < 0.0995 ? 4 : value < 0.9995 ? 3 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    (void)snprintf(cell, FORMAT_CELL_MAX, "%.*f", decimals, value);
}

void format_time(double ns, char cell[static FORMAT_CELL_MAX]) {
    struct unit unit = unit_for(ns);
    char number[FORMAT_CELL_MAX];
    format_number(ns / unit.ns, number);
    (void)snprintf(cell, FORMAT_CELL_MAX, "%.*s %s", FORMAT_CELL_MAX - 4, number, unit.name);
}

void format_range(double low_ns, double high_ns, double ns, char cell[static FORMAT_CELL_MAX]) {
    struct unit unit = unit_for(ns);
    char low[FORMAT_CELL_MAX], high[FORMAT_CELL_MAX];
    format_number(low_ns / unit.ns, low);
    format_number(high_ns / unit.ns, high);
    (void)snprintf(cell, FORMAT_CELL_MAX, "%.*s..%.*s", FORMAT_CELL_MAX / 2 - 2, low, FORMAT_CELL_MAX / 2 - 2, high);
}

/*
 * How many bytes a character takes that must not be shown as it is: controls, U+0080 to U+009F among them; marks that
 * reorder the text around them (U+061C, U+200E and F, U+202A to E, U+2066 to 9); and what XML cannot hold (U+FFFE and
 * F). 0: it may be shown.
 */
static size_t unprintable_bytes(const unsigned char *c) {
    if (*c < 0x20 || *c == 0x7f)
        return 1;
    if ((*c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0) || (*c == 0xd8 && c[1] == 0x9c))
        return 2;
    if (*c == 0xe2 && c[1] == 0x80)
        return c[2] == 0x8e || c[2] == 0x8f || (c[2] >= 0xaa && c[2] <= 0xae) ? 3 : 0;
    if (*c == 0xe2 && c[1] == 0x81)
        return c[2] >= 0xa6 && c[2] <= 0xa9 ? 3 : 0;
    return *c == 0xef && c[1] == 0xbf && c[2] >= 0xbe ? 3 : 0;
}

static bool is_percentage(double ratio) {
    return ratio > 0.1 && ratio < 10;
}

void format_change(double ratio, char cell[static FORMAT_CELL_MAX]) {
    char number[FORMAT_CELL_MAX];
    format_number(ratio, number);
    if (!isfinite(ratio))
        (void)snprintf(cell, FORMAT_CELL_MAX, "-");
    else if (is_percentage(ratio))
        (void)snprintf(cell, FORMAT_CELL_MAX, "%+.1f%%", (ratio - 1) * 100);
    else
        (void)snprintf(cell, FORMAT_CELL_MAX, "x%.*s", FORMAT_CELL_MAX - 2, number);
}

void format_change_range(double low, double high, char cell[static FORMAT_CELL_MAX]) {
    char low_text[FORMAT_CELL_MAX], high_text[FORMAT_CELL_MAX];
    if (!isfinite(low) || !isfinite(high)) {
        (void)snprintf(cell, FORMAT_CELL_MAX, "-");
        return;
    }
    format_change(low, low_text);
    format_change(high, high_text);
    if (is_percentage(low) && is_percentage(high))
        low_text[strlen(low_text) - 1] = '\0'; /* one sign for both */
    (void)snprintf(cell, FORMAT_CELL_MAX, "%.*s..%.*s", FORMAT_CELL_MAX / 2 - 2, low_text, FORMAT_CELL_MAX / 2 - 2,
                   high_text);
}

/* Cuts a character of UTF-8 whose last bytes are missing: what cuts text by bytes leaves such. */
static void cut_incomplete(char *text) {
    size_t length = strlen(text), start = length;
    while (start > 0 && length - start < 4 && is_continuation(text[start - 1]))
        start--;
    if (start == 0)
        return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    if (length - start + 1 < wanted)
        text[start - 1] = '\0';
}

void text_make_printable(char *text) {
    cut_incomplete(text);
    for (unsigned char *c = (unsigned char *)text; *c != '\0'; c++) {
        const size_t bytes = unprintable_bytes(c);
        memset(c, '?', bytes);
        c += bytes > 0 ? bytes - 1 : 0;
    }
}

void format_tick(double value, bool is_time, char cell[static FORMAT_CELL_MAX]) {
    struct unit unit = is_time ? unit_for(value) : (struct unit){"", 1};
    char number[FORMAT_CELL_MAX];
    format_number(value / unit.ns, number);
    if (strchr(number, '.') != NULL) {
        size_t length = strlen(number);
        while (number[length - 1] == '0')
            length--;
        number[number[length - 1] == '.' ? length - 1 : length] = '\0';
    }
    (void)snprintf(cell, FORMAT_CELL_MAX, "%.*s%s%s", FORMAT_CELL_MAX - 4, number, is_time ? " " : "", unit.name);
}

size_t text_width(const char *text) {
    size_t width = 0;
    for (; *text != '\0'; text++)
        width += !is_continuation(*text);
    return width;
}

void text_shorten(const char *text, size_t width, char *out, size_t size) {
    size_t whole = text_width(text);
    if (whole <= width || width < 3) {
        (void)snprintf(out, size, "%.*s", (int)(nth_character(text, width) - text), text);
        return;
    }
    size_t kept = width - 2, head = (kept + 1) / 2, tail = kept - head;
    (void)snprintf(out, size, "%.*s..%s", (int)(nth_character(text, head) - text), text,
                   nth_character(text, whole - tail));
}

void text_wrap(FILE *out, const char *text, size_t width, int indent) {
    size_t column = 0, room = width - (size_t)indent;
    bool after_space = false;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        const char *cut = nth_character(text, room);
        if (length > (size_t)(cut - text))
            length = (size_t)(cut - text);
        size_t characters = text_width(text) - text_width(text + length);
        if (column + after_space + characters > width) {
            (void)fprintf(out, "\n%*s", indent, "");
            column = (size_t)indent;
        } else if (after_space) {
            (void)fputc(' ', out);
            column++;
        }
        (void)fwrite(text, 1, length, out);
        column += characters;
        text += length;
        after_space = *text == ' ';
        text += after_space;
    }
    (void)fputc('\n', out);
}
