#include "figure/layout_lines.h"

#include <math.h>

#include "figure/labels.h"
#include "figure/names.h"

/* The height of the plot in sizes of the font. It is higher where that is too little for the names of lines. */
static const double PLOT_HEIGHT = 17;

/* Ticks closer than this, in sizes of the font, are too many. */
static const double TICK_DISTANCE = 2;

/* What the name of a line stands away from the plot, in sizes of the font. */
static const double END_DISTANCE = 1.5;

/* ---- The scale ---- */

static double least_distance(const struct layout *layout) {
    double least = INFINITY;
    for (size_t i = 1; i < layout->scale.tick_count; i++)
        least = fmin(least,
                     layout_value(layout, layout->scale.ticks[i - 1]) - layout_value(layout, layout->scale.ticks[i]));
    return least;
}

static void place_scale(struct layout_maker *maker) {
    struct layout *layout = maker->layout;
    for (unsigned coarseness = 0; scale_set_ticks(&layout->scale, coarseness); coarseness++)
        if (least_distance(layout) >= TICK_DISTANCE * layout->font)
            break;
    layout->left = layout_label_ticks(maker) + (LAYOUT_TICK + LAYOUT_GAP) * layout->font;
    for (size_t i = 0; layout->ticks != NULL && i < layout->scale.tick_count; i++)
        layout->ticks[i].at =
            (struct layout_point){layout->left - (LAYOUT_TICK + LAYOUT_GAP) * layout->font,
                                  layout_value(layout, layout->scale.ticks[i]) + EXTENT_BASELINE * layout->font};
}

/* ---- Names of lines ---- */

/* The last category that a series has a value at; category_count if it has none. */
static size_t last_category(const struct figure *figure, size_t series) {
    for (size_t i = figure->category_count; i > 0; i--)
        if (layout_has_value(&figure->series[series].values[i - 1]))
            return i - 1;
    return figure->category_count;
}

static size_t count_ends(const struct figure *figure) {
    size_t count = 0;
    for (size_t s = 0; s < figure->series_count; s++)
        count += last_category(figure, s) < figure->category_count;
    return count;
}

/* Shortens the names that lines need, and makes room for them on the right. */
static void make_room_for_ends(struct layout_maker *maker) {
    struct layout *layout = maker->layout;
    double widest = 0;
    for (size_t s = 0; s < layout->figure->series_count; s++) {
        if (last_category(layout->figure, s) == layout->figure->category_count)
            continue;
        const char *name = layout_shortened(maker, layout->figure->series[s].label, LAYOUT_NAME_MAX * layout->width);
        widest = fmax(widest, extent_of(name, layout->font));
        layout->ends[layout->end_count++] = (struct layout_end){.series = s, .name = {.text = name}};
    }
    layout->right = layout->width - widest - END_DISTANCE * layout->font;
}

static void place_ends(struct layout_maker *maker) {
    struct layout *layout = maker->layout;
    const double font = layout->font;
    struct label *labels = layout_take(maker, layout->end_count, sizeof *labels);
    if (labels == NULL)
        return;
    for (size_t i = 0; i < layout->end_count; i++) {
        struct layout_end *end = &layout->ends[i];
        const size_t last = last_category(layout->figure, end->series);
        end->from = layout_point(layout, end->series, last, layout->figure->series[end->series].values[last].value);
        labels[i] = (struct label){.of = i, .wanted = end->from.y};
    }
    labels_spread(labels, layout->end_count, EXTENT_LINE * font, layout->top, layout->bottom);
    for (size_t i = 0; i < layout->end_count; i++) {
        struct layout_end *end = &layout->ends[labels[i].of];
        const double x = layout->right + END_DISTANCE * font;
        end->to = (struct layout_point){x - 0.3 * font, labels[i].at};
        end->name.at = (struct layout_point){x, labels[i].at + EXTENT_BASELINE * font};
    }
}

/* ---- Categories ---- */

/* Returns how many rows of names there are. */
static unsigned place_categories(struct layout_maker *maker) {
    struct layout *layout = maker->layout;
    const size_t count = layout->figure->category_count;
    struct name *names = layout_take(maker, count, sizeof *names);
    layout->categories = layout_take(maker, count, sizeof *layout->categories);
    if (names == NULL || layout->categories == NULL)
        return 1;
    for (size_t i = 0; i < count; i++) {
        const char *text = layout_shortened(maker, layout->figure->categories[i], LAYOUT_NAME_MAX * layout->width);
        layout->categories[i].text = text;
        names[i] = (struct name){.middle = layout_category(layout, i), .extent = extent_of(text, layout->font)};
    }
    const unsigned rows = names_arrange(names, count, 0, layout->width, 0.6 * layout->font);
    for (size_t i = 0; i < count; i++) {
        if (!names[i].shown)
            layout->categories[i].text = NULL;
        layout->categories[i].at = (struct layout_point){
            names[i].middle,
            layout->bottom + (LAYOUT_TICK + LAYOUT_GAP + 0.7 + names[i].row * EXTENT_LINE) * layout->font};
    }
    return rows;
}

void layout_lines(struct layout_maker *maker) {
    struct layout *layout = maker->layout;
    const struct figure *figure = layout->figure;
    const double font = layout->font;
    layout->ends = layout_take(maker, figure->series_count, sizeof *layout->ends);
    if (layout->ends == NULL)
        return;
    const double ends_height = EXTENT_LINE * ((double)count_ends(figure) - 1);
    layout->value_title = (struct layout_text){layout_shortened(maker, figure->value_title, layout->width), {0, font}};
    layout->top = 2.1 * font;
    layout->bottom = layout->top + fmax(PLOT_HEIGHT, ends_height) * font;
    place_scale(maker);
    make_room_for_ends(maker);
    place_ends(maker);
    const unsigned rows = place_categories(maker);
    layout->height = layout->bottom + (LAYOUT_TICK + LAYOUT_GAP + (rows + 1) * EXTENT_LINE + 0.4) * font;
    layout->category_title =
        layout_centred(maker, figure->category_title, (layout->left + layout->right) / 2, layout->height - 0.4 * font);
}
