#include "figure/svg.h"

#include <stdlib.h>

#include "figure/layout_make.h"
#include "figure/svg_parts.h"
#include "text/xml.h"

void svg_write_colours(bool on_black, FILE *out) {
    for (size_t i = 0; i < FIGURE_COLOUR_COUNT; i++)
        (void)fprintf(out, "--c%zu:%s;", i, on_black ? figure_colours[i].on_black : figure_colours[i].on_white);
}

/* In a page, the fonts are the page's. A file of its own is as large as paper wants it, on white. */
static void write_head(const struct svg_pen *pen) {
    const struct layout *layout = pen->layout;
    (void)fputs("<svg ", pen->out);
    if (layout->medium == FIGURE_ON_PAPER)
        (void)fprintf(pen->out,
                      "xmlns=\"http://www.w3.org/2000/svg\" width=\"%.9gpt\" height=\"%.9gpt\" "
                      "font-family=\"sans-serif\" ",
                      layout->width, layout->height);
    (void)fprintf(pen->out, "viewBox=\"0 0 %.9g %.9g\" fill=\"none\"", layout->width, layout->height);
    svg_attribute(pen, "font-size", layout->font);
}

/* A title and a description, which name the drawing for those who do not see it. */
static void write_names(const struct svg_pen *pen) {
    const struct figure *figure = pen->layout->figure;
    (void)fprintf(pen->out,
                  " role=\"img\" aria-labelledby=\"drawing-%s-title\" aria-describedby=\"drawing-%s-desc\">"
                  "<title id=\"drawing-%s-title\">",
                  figure->id, figure->id, figure->id);
    xml_escape(pen->out, figure->title);
    (void)fprintf(pen->out, "</title><desc id=\"drawing-%s-desc\">", figure->id);
}

/* Figures are described as plain text, which is then escaped. */
static bool write_description(const struct svg_pen *pen) {
    char *text = NULL;
    size_t size;
    FILE *plain = open_memstream(&text, &size);
    if (plain == NULL)
        return false;
    figure_describe(pen->layout->figure, plain);
    const bool described = fclose(plain) == 0;
    if (described)
        xml_escape(pen->out, text);
    free(text);
    (void)fputs("</desc>", pen->out);
    return described;
}

/* Yardsticks lie below what is compared with them. */
static void write_all_series(const struct svg_pen *pen) {
    const struct figure *figure = pen->layout->figure;
    for (int reference = 1; reference >= 0; reference--)
        for (size_t s = 0; s < figure->series_count; s++)
            if (figure->series[s].reference == (reference == 1))
                svg_write_series(pen, s);
}

bool svg_write(const struct figure *figure, enum figure_medium medium, FILE *out) {
    struct arena arena = {0};
    struct layout layout;
    const struct svg_pen pen = {.out = out, .layout = &layout};
    bool written = layout_make(&layout, figure, medium, &arena);
    if (written) {
        write_head(&pen);
        write_names(&pen);
        written = write_description(&pen);
        if (medium == FIGURE_ON_PAPER)
            (void)fputs("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>", out);
        svg_write_axes(&pen);
        svg_write_legend(&pen);
        write_all_series(&pen);
        (void)fputs("</svg>\n", out);
    }
    arena_free(&arena);
    return written;
}
