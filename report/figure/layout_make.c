#include "figure/layout_make.h"

#include <math.h>

#include "figure/layout_dots.h"
#include "figure/layout_lines.h"

static void widen(double *low, double *high, double value) {
    *low = *low > 0 ? fmin(*low, value) : value;
    *high = fmax(*high, value);
}

/* Lines stand on zero, unless their scale is logarithmic. Dots are read by their position: they need none. */
static struct scale scale_of(const struct figure *figure) {
    double low = 0, high = 0;
    for (size_t s = 0; s < figure->series_count; s++) {
        for (size_t i = 0; i < figure->category_count; i++) {
            const struct figure_value *value = &figure->series[s].values[i];
            if (layout_has_value(value))
                widen(&low, &high, value->value);
            if (layout_has_interval(value)) {
                widen(&low, &high, value->low);
                widen(&low, &high, value->high);
            }
        }
    }
    return scale_for(low, high, figure->kind == FIGURE_LINES);
}

bool layout_make(struct layout *layout, const struct figure *figure, enum figure_medium medium, struct arena *arena) {
    struct layout_maker maker = {.layout = layout, .arena = arena};
    *layout = (struct layout){.figure = figure, .medium = medium, .width = figure->wide ? 640 : 440, .font = 13.5};
    if (medium == FIGURE_ON_PAPER) {
        layout->width = 240; /* a column of 84 mm */
        layout->font = 7;
    }
    layout->mark = 0.27 * layout->font;
    layout->scale = scale_of(figure);
    if (figure->kind == FIGURE_LINES)
        layout_lines(&maker);
    else
        layout_dots(&maker);
    return !maker.out_of_memory;
}
