#include "text/xml.h"

#include <stdbool.h>

#include "base/utf8.h"

static const char *entity_of(char c) {
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static bool is_control(char c) {
    return ((unsigned char)c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

void xml_escape(FILE *out, const char *text) {
    while (*text != '\0') {
        const size_t length = utf8_character(text);
        const char *entity = entity_of(*text);
        if (length == 0 || is_control(*text))
            (void)fprintf(out, "\\x%02x", (unsigned char)*text);
        else if (entity != NULL)
            (void)fputs(entity, out);
        else
            (void)fwrite(text, 1, length, out);
        text += length > 0 ? length : 1;
    }
}
