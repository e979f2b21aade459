#include "figure/svg_parts.h"

void svg_write_legend(const struct svg_pen *pen) {
    const struct layout *layout = pen->layout;
    if (layout->legend == NULL)
        return;
    for (size_t i = 0; i < layout->figure->series_count; i++) {
        const struct figure_look look = figure_look_of(layout->figure, i);
        (void)fputs("<path", pen->out);
        svg_colour(pen, "fill", look.colour);
        (void)fprintf(pen->out, "%s d=\"", look.mark == MARK_RING ? " fill-rule=\"evenodd\"" : "");
        svg_write_mark(pen, look.mark, layout_legend_mark(layout, i), layout->mark);
        svg_end_stroke(pen);
    }
    svg_begin_texts(pen, SVG_INK, NULL);
    for (size_t i = 0; i < layout->figure->series_count; i++)
        svg_text(pen, &layout->legend[i]);
    svg_end_group(pen);
}
