#include "page/drawing.h"

#include <stdio.h>
#include <stdlib.h>

#include "figure/gnuplot.h"
#include "figure/svg.h"

static char *script_of(const struct figure *figure, enum figure_format format) {
    char *script = NULL;
    size_t size;
    FILE *out = open_memstream(&script, &size);
    if (out == NULL)
        return NULL;
    figure_write_gnuplot(figure, format, NULL, out);
    if (fclose(out) == 0)
        return script;
    free(script);
    return NULL;
}

static char *description_of(const struct figure *figure) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    figure_describe(figure, out);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

/* Turns what gnuplot drew into what its place wants. */
static char *finish_svg(const struct figure *figure, enum figure_format format, const char *drawn, size_t *size) {
    char *svg = NULL, *description = description_of(figure);
    const struct figure_size drawing = figure_size(figure, format);
    FILE *out = description != NULL ? open_memstream(&svg, size) : NULL;
    bool written = false;
    if (out != NULL) {
        const struct svg_place place = {.description = description,
                                        .width = drawing.width,
                                        .height = drawing.height,
                                        .in_page = format == FIGURE_ON_SCREEN};
        written = svg_write(drawn, &place, out);
        written = fclose(out) == 0 && written;
    }
    free(description);
    if (written)
        return svg;
    free(svg);
    return NULL;
}

char *drawing_make(const struct figure *figure, enum figure_format format, size_t *size, char *error,
                   size_t error_size) {
    char *script = script_of(figure, format);
    char *drawn = script != NULL ? gnuplot_draw(script, size, error, error_size) : NULL;
    free(script);
    if (script == NULL)
        (void)snprintf(error, error_size, "out of memory for the figure %s", figure->id);
    if (drawn == NULL || format == FIGURE_PDF)
        return drawn;
    char *svg = finish_svg(figure, format, drawn, size);
    free(drawn);
    if (svg == NULL)
        (void)snprintf(error, error_size, "gnuplot drew no SVG for the figure %s", figure->id);
    return svg;
}

static size_t count_figures(const struct document *document) {
    size_t count = 0;
    for (const struct document_block *block = document->first; block != NULL; block = block->next)
        count += block->kind == DOCUMENT_FIGURE;
    return count;
}

/* What failed once, for want of gnuplot, is not tried for each figure. */
char **drawings_make(const struct document *document, char *error, size_t error_size) {
    char **drawings = calloc(count_figures(document) + 1, sizeof *drawings);
    size_t made = 0, size;
    bool missing = false;
    char message[512];
    error[0] = '\0';
    for (const struct document_block *block = document->first; drawings != NULL && block != NULL; block = block->next) {
        if (block->kind != DOCUMENT_FIGURE)
            continue;
        drawings[made] = missing ? NULL : drawing_make(block->figure, FIGURE_ON_SCREEN, &size, message, sizeof message);
        if (drawings[made++] != NULL || missing)
            continue;
        missing = made == 1;
        if (error[0] == '\0')
            (void)snprintf(error, error_size, "%s", message);
    }
    return drawings;
}

void drawings_free(char **drawings, const struct document *document) {
    for (size_t i = count_figures(document); drawings != NULL && i > 0; i--)
        free(drawings[i - 1]);
    free(drawings);
}
