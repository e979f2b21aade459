#include "text/style.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_DEFAULT = 80 };

struct table_style table_style_for(FILE *out) {
    const char *no_colour = getenv("NO_COLOR"), *columns_text = getenv("COLUMNS");
    struct winsize size = {0};
    int fd = fileno(out);
    bool terminal = fd >= 0 && isatty(fd);
    unsigned long width = columns_text != NULL ? strtoul(columns_text, NULL, 10) : 0;
    if (terminal && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        width = size.ws_col;
    return (struct table_style){
        /* Wider lines than 80 columns make a table harder to follow, not easier. */
        .width = width == 0 || width > WIDTH_DEFAULT ? WIDTH_DEFAULT : (unsigned)width,
        .colour = terminal && (no_colour == NULL || no_colour[0] == '\0'),
    };
}

void style_paint(struct table_style style, FILE *out, const char *code) {
    if (style.colour)
        (void)fputs(code, out);
}
