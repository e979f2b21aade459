#include "figure/layout_dots.h"

#include <math.h>

/* Room between two entries of the legend, in sizes of the font. */
static const double LEGEND_GAP = 1.2;

/* Room on the right for half the label of a tick, and between two labels, in sizes of the font. */
static const double RIGHT_MARGIN = 2.2, TICK_GAP = 1, TICK_GAP_LEAST = 0.3;

/* The height of a category: of its name and of each of its series beside it. */
static const double ROW_HEIGHT = 0.9, SERIES_HEIGHT = 0.6;

/* ---- The legend ---- */

/* As many entries to a row as it has room for. Returns the height of the legend. */
static double place_legend(struct layout_maker *maker) {
    struct layout *layout = maker->layout;
    const struct figure *figure = layout->figure;
    const double font = layout->font;
    double x = 0, y = font;
    if (figure->series_count < 2)
        return 0;
    layout->legend = layout_take(maker, figure->series_count, sizeof *layout->legend);
    for (size_t s = 0; layout->legend != NULL && s < figure->series_count; s++) {
        const char *text = layout_shortened(maker, figure->series[s].label, layout->width - LAYOUT_LEGEND_MARK * font);
        const double width = LAYOUT_LEGEND_MARK * font + extent_of(text, font);
        if (x > 0 && x + width > layout->width) {
            x = 0;
            y += EXTENT_LINE * font;
        }
        layout->legend[s] = (struct layout_text){text, {x + LAYOUT_LEGEND_MARK * font, y}};
        x += width + LEGEND_GAP * font;
    }
    return y + 0.4 * font;
}

/* ---- Categories ---- */

static void place_categories(struct layout_maker *maker) {
    struct layout *layout = maker->layout;
    const struct figure *figure = layout->figure;
    double widest = 0;
    layout->categories = layout_take(maker, figure->category_count, sizeof *layout->categories);
    for (size_t i = 0; layout->categories != NULL && i < figure->category_count; i++) {
        const char *text = layout_shortened(maker, figure->categories[i], LAYOUT_NAME_MAX * layout->width);
        const double y = layout_category(layout, i) + EXTENT_BASELINE * layout->font;
        layout->categories[i] = (struct layout_text){text, {0, y}};
        widest = fmax(widest, extent_of(text, layout->font));
    }
    for (size_t i = 0; layout->categories != NULL && i < figure->category_count; i++)
        layout->categories[i].at.x = widest;
    layout->left = widest + LAYOUT_GAP * layout->font;
}

/* ---- The scale ---- */

/*
 * Do the labels leave gaps of this many sizes of the font? They are centred at their ticks, as near as the figure's
 * right edge allows.
 */
static bool place_ticks(struct layout_maker *maker, double gap) {
    struct layout *layout = maker->layout;
    const double font = layout->font, y = layout->bottom + (LAYOUT_TICK + LAYOUT_GAP + 0.7) * font;
    double limit = 0;
    (void)layout_label_ticks(maker);
    if (layout->ticks == NULL)
        return true; /* that ends the search */
    for (size_t i = 0; i < layout->scale.tick_count; i++) {
        const double half = extent_of(layout->ticks[i].text, font) / 2;
        const double x = fmax(half, fmin(layout_value(layout, layout->scale.ticks[i]), layout->width - half));
        if (i > 0 && x - half < limit)
            return false;
        limit = x + half + gap * font;
        layout->ticks[i].at = (struct layout_point){x, y};
    }
    return true;
}

static bool place_scale_with(struct layout_maker *maker, double gap) {
    struct layout *layout = maker->layout;
    for (unsigned coarseness = 0; scale_set_ticks(&layout->scale, coarseness); coarseness++)
        if (place_ticks(maker, gap))
            return layout->scale.tick_count > 1;
    return false;
}

/* One tick is no scale: rather there is less room between them. */
static void place_scale(struct layout_maker *maker) {
    if (!place_scale_with(maker, TICK_GAP))
        (void)place_scale_with(maker, TICK_GAP_LEAST);
}

void layout_dots(struct layout_maker *maker) {
    struct layout *layout = maker->layout;
    const struct figure *figure = layout->figure;
    const double font = layout->font;
    const double row = ROW_HEIGHT + SERIES_HEIGHT * (double)figure->series_count;
    layout->top = place_legend(maker) + 0.2 * font;
    layout->bottom = layout->top + row * (double)figure->category_count * font;
    place_categories(maker);
    layout->right = layout->width - RIGHT_MARGIN * font;
    place_scale(maker);
    layout->height = layout->bottom + (LAYOUT_TICK + LAYOUT_GAP + 2 * EXTENT_LINE + 0.4) * font;
    layout->value_title =
        layout_centred(maker, figure->value_title, (layout->left + layout->right) / 2, layout->height - 0.4 * font);
}
