#include "figure/layout_parts.h"

#include <math.h>

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
