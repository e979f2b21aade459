#include "figure/layout.h"

#include <math.h>
#include <string.h>

#include "figure/layout_parts.h"

bool layout_has_value(const struct figure_value *value) {
    return value->value >= SCALE_VALUE_MIN && value->value <= SCALE_VALUE_MAX;
}

bool layout_has_interval(const struct figure_value *value) {
    return layout_has_value(value) && value->low >= SCALE_VALUE_MIN && value->high >= value->low &&
           value->high <= SCALE_VALUE_MAX;
}

/* ---- What both kinds need ---- */

void *layout_take(struct layout_maker *maker, size_t count, size_t element_size) {
    void *taken = arena_take(maker->arena, (count + 1) * element_size);
    maker->out_of_memory |= taken == NULL;
    return taken;
}

const char *layout_shortened(struct layout_maker *maker, const char *text, double room) {
    char shortened[EXTENT_TEXT_MAX];
    extent_shorten(text, room, maker->layout->font, shortened);
    const char *kept = arena_printf(maker->arena, "%s", shortened);
    maker->out_of_memory |= kept == NULL;
    return kept != NULL ? kept : "";
}

struct layout_text layout_centred(struct layout_maker *maker, const char *text, double middle, double baseline) {
    const struct layout *layout = maker->layout;
    const char *shortened = layout_shortened(maker, text, layout->width);
    const double half = extent_of(shortened, layout->font) / 2;
    return (struct layout_text){shortened, {fmax(half, fmin(middle, layout->width - half)), baseline}};
}

double layout_label_ticks(struct layout_maker *maker) {
    struct layout *layout = maker->layout;
    double widest = 0;
    layout->ticks = layout_take(maker, layout->scale.tick_count, sizeof *layout->ticks);
    for (size_t i = 0; layout->ticks != NULL && i < layout->scale.tick_count; i++) {
        char label[FORMAT_CELL_MAX];
        scale_label(&layout->scale, i, layout->figure->unit == FIGURE_TIME, label);
        layout->ticks[i].text = layout_shortened(maker, label, layout->width);
        widest = fmax(widest, extent_of(label, layout->font));
    }
    return widest;
}

/* ---- The scale of values ---- */

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

/* ---- Places ---- */

double layout_category(const struct layout *layout, size_t category) {
    const double count = (double)layout->figure->category_count;
    if (layout->figure->kind == FIGURE_LINES) /* half as much room at the ends as between two */
        return layout->left + (layout->right - layout->left) * ((double)category + 0.25) / (count - 0.5);
    return layout->top + (layout->bottom - layout->top) * ((double)category + 0.5) / count;
}

double layout_value(const struct layout *layout, double value) {
    const double part = scale_part(&layout->scale, value);
    return layout->figure->kind == FIGURE_LINES ? layout->bottom - part * (layout->bottom - layout->top)
                                                : layout->left + part * (layout->right - layout->left);
}

double layout_offset(const struct figure *figure, size_t series) {
    const double count = (double)figure->series_count, middle = (double)series - (count - 1) / 2;
    return middle * (figure->kind == FIGURE_LINES ? 0.02 : 0.7 / count);
}

struct layout_point layout_point(const struct layout *layout, size_t series, size_t category, double value) {
    const double distance = layout_category(layout, 1) - layout_category(layout, 0);
    const double across = layout_category(layout, category) + layout_offset(layout->figure, series) * distance;
    const double along = layout_value(layout, value);
    return layout->figure->kind == FIGURE_LINES ? (struct layout_point){across, along}
                                                : (struct layout_point){along, across};
}

/* ---- The whole ---- */

bool layout_make(struct layout *layout, const struct figure *figure, enum figure_medium medium, struct arena *arena) {
    struct layout_maker maker = {.layout = layout, .arena = arena};
    *layout = (struct layout){.figure = figure, .medium = medium, .width = 440, .font = 13.5};
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
