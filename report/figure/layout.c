#include "figure/layout.h"

bool layout_has_value(const struct figure_value *value) {
    return value->value >= SCALE_VALUE_MIN && value->value <= SCALE_VALUE_MAX;
}

bool layout_has_interval(const struct figure_value *value) {
    return layout_has_value(value) && value->low >= SCALE_VALUE_MIN && value->high >= value->low &&
           value->high <= SCALE_VALUE_MAX;
}

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

struct layout_point layout_legend_mark(const struct layout *layout, size_t entry) {
    const struct layout_point text = layout->legend[entry].at;
    return (struct layout_point){text.x - (LAYOUT_LEGEND_MARK - 0.4) * layout->font,
                                 text.y - EXTENT_BASELINE * layout->font};
}
