#include "base/display.h"

#include <locale.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

static bool is_continuation(char byte) {
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* ---- What may be shown ---- */

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

/* ---- How wide it is ---- */

/* What wcwidth(3) knows depends on the locale of its caller, which may be one without UTF-8. */
static pthread_once_t locale_once = PTHREAD_ONCE_INIT;
static locale_t utf8_locale;

static void make_locale(void) {
    utf8_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

/* The columns of a character that is not ASCII; one where the system cannot say. Writes its length in bytes. */
static size_t columns_of_wide(const char *text, size_t *bytes) {
    wchar_t character = 0;
    mbstate_t state = {0};
    (void)pthread_once(&locale_once, make_locale);
    *bytes = 1;
    while (is_continuation(text[*bytes]))
        (*bytes)++;
    if (utf8_locale == (locale_t)0)
        return 1;
    const locale_t before = uselocale(utf8_locale);
    const size_t length = mbrtowc(&character, text, *bytes, &state);
    const int columns = length == *bytes ? wcwidth(character) : 1;
    (void)uselocale(before);
    return columns < 0 ? 1 : (size_t)columns;
}

static size_t columns_of(const char *text, size_t *bytes) {
    *bytes = 1;
    return (unsigned char)*text < 0x80 ? 1 : columns_of_wide(text, bytes);
}

/* Where text that takes more than `columns` is to be cut; or its end. What combines with a character stays with it. */
static const char *after_columns(const char *text, size_t columns) {
    size_t bytes = 0;
    while (*text != '\0') {
        const size_t wanted = columns_of(text, &bytes);
        if (wanted > columns)
            break;
        columns -= wanted;
        text += bytes;
    }
    return text;
}

size_t text_width(const char *text) {
    size_t width = 0;
    for (size_t bytes = 0; *text != '\0'; text += bytes)
        width += columns_of(text, &bytes);
    return width;
}

void text_shorten(const char *text, size_t width, char *out, size_t size) {
    size_t whole = text_width(text);
    if (whole <= width || width < 3) {
        (void)snprintf(out, size, "%.*s", (int)(after_columns(text, width) - text), text);
        return;
    }
    size_t kept = width - 2, head = (kept + 1) / 2, tail = kept - head;
    (void)snprintf(out, size, "%.*s..%s", (int)(after_columns(text, head) - text), text,
                   after_columns(text, whole - tail));
}

/* Continues a paragraph whose line has `column` columns already. */
static void wrap_on(FILE *out, const char *text, size_t width, size_t indent, size_t column) {
    const size_t room = width - indent;
    bool after_space = false;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        const char *cut = after_columns(text, room);
        if (length > (size_t)(cut - text))
            length = (size_t)(cut - text);
        const size_t columns = text_width(text) - text_width(text + length);
        if (column + after_space + columns > width) {
            (void)fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (after_space) {
            (void)fputc(' ', out);
            column++;
        }
        (void)fwrite(text, 1, length, out);
        column += columns;
        text += length;
        after_space = *text == ' ';
        text += after_space;
    }
    (void)fputc('\n', out);
}

void text_wrap(FILE *out, const char *text, size_t width, int indent) {
    wrap_on(out, text, width, (size_t)indent, 0);
}

void text_print_wrapped(FILE *out, size_t column, size_t indent, const char *text) {
    if (column >= indent && column > 0) {
        (void)fputc('\n', out);
        column = 0;
    }
    (void)fprintf(out, "%*s", (int)(indent - column), "");
    wrap_on(out, text, TEXT_WIDTH, indent, indent);
}

unsigned text_terminal_width(int fd) {
    struct winsize size;
    return isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
