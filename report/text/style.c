#include "text/style.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/display.h"

struct table_style table_style_for(FILE *out) {
    const char *no_colour = getenv("NO_COLOR"), *columns_text = getenv("COLUMNS");
    int fd = fileno(out);
    bool terminal = fd >= 0 && isatty(fd);
    unsigned long width = columns_text != NULL ? strtoul(columns_text, NULL, 10) : 0;
    if (text_terminal_width(fd) > 0)
        width = text_terminal_width(fd);
    return (struct table_style){
        /* Wider lines than 80 columns make a table harder to follow, not easier. */
        .width = width == 0 || width > TEXT_WIDTH ? TEXT_WIDTH : (unsigned)width,
        .colour = terminal && (no_colour == NULL || no_colour[0] == '\0'),
    };
}

void style_paint(struct table_style style, FILE *out, const char *code) {
    if (style.colour)
        (void)fputs(code, out);
}
