#include "base/utf8.h"
#include "base/display.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ESCAPE_LENGTH = 4 };

static bool lies_within(unsigned char byte, unsigned char low, unsigned char high) {
    return byte >= low && byte <= high;
}

/* The range of the second byte: neither overlong forms, nor surrogates, nor what is beyond U+10FFFF. */
static bool is_second(unsigned char lead, unsigned char byte) {
    return lies_within(byte,
                       lead == 0xe0   ? 0xa0
                       : lead == 0xf0 ? 0x90
                                      : 0x80,
                       lead == 0xed   ? 0x9f
                       : lead == 0xf4 ? 0x8f
                                      : 0xbf);
}

size_t utf8_character(const char *text) {
    const unsigned char *c = (const unsigned char *)text;
    if (c[0] < 0x80)
        return c[0] != '\0';
    const size_t length = lies_within(c[0], 0xc2, 0xdf)   ? 2
                          : lies_within(c[0], 0xe0, 0xef) ? 3
                          : lies_within(c[0], 0xf0, 0xf4) ? 4
                                                          : 0;
    if (length == 0 || !is_second(c[0], c[1]))
        return 0;
    for (size_t i = 2; i < length; i++)
        if (!lies_within(c[i], 0x80, 0xbf))
            return 0;
    return length;
}

bool utf8_is_valid(const char *text) {
    size_t length;
    while ((length = utf8_character(text)) > 0)
        text += length;
    return *text == '\0';
}

void utf8_escape(char *to, size_t size, const char *from) {
    size_t left = size - 1;
    while (*from != '\0') {
        char escape[ESCAPE_LENGTH + 1];
        const size_t length = utf8_character(from), written = length > 0 ? length : ESCAPE_LENGTH;
        if (written > left)
            break;
        if (length == 0)
            (void)snprintf(escape, sizeof escape, "\\x%02x", (unsigned char)*from);
        memcpy(to, length > 0 ? from : escape, written);
        to += written;
        left -= written;
        from += length > 0 ? length : 1;
    }
    *to = '\0';
}

char *utf8_escaped(const char *from) {
    const size_t size = ESCAPE_LENGTH * strlen(from) + 1;
    char *to = malloc(size);
    if (to != NULL)
        utf8_escape(to, size, from);
    return to;
}

char *utf8_shown(const char *from) {
    char *to = utf8_escaped(from);
    if (to != NULL)
        text_make_printable(to);
    return to;
}
