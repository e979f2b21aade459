#include "base/excerpt.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static const char ellipsis[] = "...";
static const char line_end[] = " | ";

static bool is_blank(char c) {
    return isspace((unsigned char)c) != 0;
}

/* How many characters this byte takes when shown; a line end counts once however many there are. */
static size_t shown_width(const char *from, size_t i) {
    if (from[i] != '\n')
        return 1;
    return i > 0 && from[i - 1] == '\n' ? 0 : strlen(line_end);
}

static char *show(char *to, const char *from, size_t i) {
    if (from[i] == '\n')
        return shown_width(from, i) > 0 ? stpcpy(to, line_end) : to;
    *to = is_blank(from[i]) ? ' ' : isprint((unsigned char)from[i]) ? from[i] : '?';
    return to + 1;
}

static void trim(const char **from, size_t *length) {
    while (*length > 0 && is_blank((*from)[*length - 1]))
        --*length;
    while (*length > 0 && is_blank(**from)) {
        ++*from;
        --*length;
    }
}

static size_t width_of(const char *from, size_t length) {
    size_t width = 0;
    for (size_t i = 0; i < length; i++)
        width += shown_width(from, i);
    return width;
}

void excerpt_first(char *to, size_t size, const char *from, size_t length) {
    trim(&from, &length);
    bool cut = width_of(from, length) >= size;
    size_t room = size - 1 - (cut ? strlen(ellipsis) : 0);
    for (size_t i = 0; i < length && shown_width(from, i) <= room; i++) {
        room -= shown_width(from, i);
        to = show(to, from, i);
    }
    (void)stpcpy(to, cut ? ellipsis : "");
}

void excerpt_last(char *to, size_t size, const char *from, size_t length) {
    trim(&from, &length);
    size_t first = 0;
    if (width_of(from, length) >= size) {
        to = stpcpy(to, ellipsis);
        size -= strlen(ellipsis);
        while (width_of(from + first, length - first) >= size)
            first++;
    }
    for (size_t i = first; i < length; i++)
        to = show(to, from, i);
    *to = '\0';
}
