#include "figure/svg_pen.h"

#include <string.h>

#include "text/xml.h"

void svg_number(const struct svg_pen *pen, double number) {
    char text[64];
    int length = snprintf(text, sizeof text, "%.*f", pen->layout->medium == FIGURE_IN_PAGE ? 1 : 2, number);
    if (length >= (int)sizeof text)
        length = (int)sizeof text - 1;
    while (text[length - 1] == '0')
        length--;
    length -= text[length - 1] == '.';
    text[length] = '\0';
    (void)fputs(strcmp(text, "-0") == 0 ? "0" : text, pen->out);
}

void svg_attribute(const struct svg_pen *pen, const char *name, double number) {
    (void)fprintf(pen->out, " %s=\"", name);
    svg_number(pen, number);
    (void)fputc('"', pen->out);
}

void svg_colour(const struct svg_pen *pen, const char *name, unsigned colour) {
    if (pen->layout->medium == FIGURE_IN_PAGE)
        (void)fprintf(pen->out, " %s=\"var(--c%u)\"", name, colour);
    else
        (void)fprintf(pen->out, " %s=\"%s\"", name, figure_colours[colour].on_white);
}

void svg_point(const struct svg_pen *pen, const char *command, double x, double y) {
    (void)fputs(command, pen->out);
    svg_number(pen, x);
    (void)fputc(' ', pen->out);
    svg_number(pen, y);
}

void svg_begin_stroke(const struct svg_pen *pen, unsigned colour, double width, const char *attributes) {
    (void)fputs("<path", pen->out);
    svg_colour(pen, "stroke", colour);
    svg_attribute(pen, "stroke-width", width * pen->layout->font);
    (void)fprintf(pen->out, "%s d=\"", attributes);
}

void svg_end_stroke(const struct svg_pen *pen) {
    (void)fputs("\"/>", pen->out);
}

void svg_begin_texts(const struct svg_pen *pen, unsigned colour, const char *anchor) {
    (void)fputs("<g", pen->out);
    svg_colour(pen, "fill", colour);
    if (anchor != NULL)
        (void)fprintf(pen->out, " text-anchor=\"%s\"", anchor);
    (void)fputc('>', pen->out);
}

void svg_text(const struct svg_pen *pen, const struct layout_text *text) {
    if (text->text == NULL || text->text[0] == '\0')
        return;
    (void)fputs("<text", pen->out);
    svg_attribute(pen, "x", text->at.x);
    svg_attribute(pen, "y", text->at.y);
    (void)fputc('>', pen->out);
    xml_escape(pen->out, text->text);
    (void)fputs("</text>", pen->out);
}

void svg_end_group(const struct svg_pen *pen) {
    (void)fputs("</g>", pen->out);
}
