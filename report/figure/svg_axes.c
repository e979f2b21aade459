#include "figure/layout_parts.h"
#include "figure/svg_parts.h"

static const double THIN = 0.06;

/* A line across the plot for each tick; beside dots one for each category, too, along which its name is found. */
static void write_grid(const struct svg_pen *pen) {
    const struct layout *layout = pen->layout;
    const bool lines = layout->figure->kind == FIGURE_LINES;
    svg_begin_stroke(pen, FIGURE_GRID, THIN, "");
    for (size_t i = 0; i < layout->scale.tick_count; i++) {
        const double at = layout_value(layout, layout->scale.ticks[i]);
        svg_point(pen, "M", lines ? layout->left : at, lines ? at : layout->top);
        (void)fputc(lines ? 'H' : 'V', pen->out);
        svg_number(pen, lines ? layout->right : layout->bottom);
    }
    for (size_t i = 0; !lines && i < layout->figure->category_count; i++) {
        svg_point(pen, "M", layout->left, layout_category(layout, i));
        (void)fputc('H', pen->out);
        svg_number(pen, layout->right);
    }
    svg_end_stroke(pen);
}

/* The lower axis and its ticks: those of the categories below lines, of the scale below dots. */
static void write_lower_axis(const struct svg_pen *pen) {
    const struct layout *layout = pen->layout;
    const bool lines = layout->figure->kind == FIGURE_LINES;
    const size_t count = lines ? layout->figure->category_count : layout->scale.tick_count;
    svg_begin_stroke(pen, SVG_QUIET, THIN, "");
    svg_point(pen, "M", layout->left, layout->bottom);
    (void)fputc('H', pen->out);
    svg_number(pen, layout->right);
    for (size_t i = 0; i < count; i++) {
        svg_point(pen, "M", lines ? layout_category(layout, i) : layout_value(layout, layout->scale.ticks[i]),
                  layout->bottom);
        (void)fputc('v', pen->out);
        svg_number(pen, LAYOUT_TICK * layout->font);
    }
    svg_end_stroke(pen);
}

static void write_texts(const struct svg_pen *pen, const struct layout_text *texts, size_t count, unsigned colour,
                        const char *anchor) {
    if (count == 0)
        return;
    svg_begin_texts(pen, colour, anchor);
    for (size_t i = 0; i < count; i++)
        svg_text(pen, &texts[i]);
    svg_end_group(pen);
}

void svg_write_axes(const struct svg_pen *pen) {
    const struct layout *layout = pen->layout;
    const bool lines = layout->figure->kind == FIGURE_LINES;
    write_grid(pen);
    write_lower_axis(pen);
    write_texts(pen, layout->ticks, layout->scale.tick_count, SVG_QUIET, lines ? "end" : "middle");
    write_texts(pen, layout->categories, layout->figure->category_count, lines ? SVG_QUIET : SVG_INK,
                lines ? "middle" : "end");
    write_texts(pen, &layout->value_title, 1, SVG_INK, lines ? NULL : "middle");
    if (lines)
        write_texts(pen, &layout->category_title, 1, SVG_INK, "middle");
}
