#include "figure/extent.h"

#include <string.h>

#include "base/display.h"
#include "base/utf8.h"

/* Advance widths of the characters from ' ' to '~', in hundredths of the font's size, rounded up. */
static const unsigned char ascii_widths[] = {
    32, 41, 46, 84, 64, 96, 78, 28, 40,  40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 34, 34, 84, 84, 84, 54, 100, 69, 69, 70, 78, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79,
    61, 79, 70, 64, 62, 74, 69, 99, 69,  62, 69, 40, 34, 40, 84, 50, 50, 62, 64, 55, 64, 62, 36, 64,
    64, 28, 28, 58, 28, 98, 64, 62, 64,  64, 42, 53, 40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84,
};

/* Other characters by their columns on a terminal: few of one column are wider than this, and those of two are square.
 */
static const double OTHER_WIDTH = 0.85, WIDE_WIDTH = 1.05;

static double width_of_other(const char *text, size_t length) {
    char character[8] = "";
    memcpy(character, text, length < sizeof character ? length : sizeof character - 1);
    switch (text_width(character)) {
    case 0:
        return 0;
    case 1:
        return OTHER_WIDTH;
    default:
        return WIDE_WIDTH;
    }
}

double extent_of(const char *text, double font) {
    double width = 0;
    while (*text != '\0') {
        size_t length = utf8_character(text);
        if (length == 0) /* written as \xfc */
            width += extent_of("\\xcc", 1);
        else if (*text >= ' ' && *text <= '~')
            width += ascii_widths[*text - ' '] / 100.0;
        else
            width += width_of_other(text, length);
        text += length > 0 ? length : 1;
    }
    return width * font;
}

void extent_shorten(const char *text, double room, double font, char shortened[static EXTENT_TEXT_MAX]) {
    size_t columns = text_width(text);
    text_shorten(text, columns, shortened, EXTENT_TEXT_MAX);
    while (columns > 1 && extent_of(shortened, font) > room)
        text_shorten(text, --columns, shortened, EXTENT_TEXT_MAX);
}
