#include <math.h>

#include "figure/svg_parts.h"
#include "text/xml.h"

/* Widths in sizes of the font; points of yardsticks in sizes of a mark. */
static const double CURVE = 0.14, YARDSTICK = 0.08, INTERVAL = 0.09, LEADER = 0.06, YARDSTICK_MARK = 0.45;

/* ---- Marks ---- */

/* Corners around (0, 0), and how large the mark is so that all have about the same area. */
static const struct polygon {
    size_t corner_count;
    double first_angle, size; /* from the right, counter-clockwise, in turns */
} polygons[MARK_COUNT] = {
    [MARK_SQUARE] = {4, 0.125, 1.25},       [MARK_TRIANGLE] = {3, 0.25, 1.45}, [MARK_DIAMOND] = {4, 0, 1.4},
    [MARK_TRIANGLE_DOWN] = {3, 0.75, 1.45}, [MARK_PENTAGON] = {5, 0.25, 1.2},
};

static void write_polygon(const struct svg_pen *pen, const struct polygon *polygon, struct layout_point at,
                          double radius) {
    double x = 0, y = 0; /* from `at` to the corner before: relative points are shorter */
    for (size_t i = 0; i < polygon->corner_count; i++) {
        const double angle = 2 * M_PI * (polygon->first_angle + (double)i / (double)polygon->corner_count);
        const double next_x = cos(angle) * radius * polygon->size, next_y = -sin(angle) * radius * polygon->size;
        if (i == 0)
            svg_point(pen, "M", at.x + next_x, at.y + next_y);
        else
            svg_point(pen, i == 1 ? "l" : " ", next_x - x, next_y - y);
        x = next_x;
        y = next_y;
    }
    (void)fputc('z', pen->out);
}

/* Two halves. */
static void write_circle(const struct svg_pen *pen, struct layout_point at, double radius) {
    svg_point(pen, "M", at.x - radius, at.y);
    for (int side = 1; side >= -1; side -= 2) {
        svg_point(pen, "a", radius, radius);
        svg_point(pen, side > 0 ? " 0 1 0 " : " 0 1 0", 2 * side * radius, 0);
    }
}

/* The hole of a ring needs the fill rule evenodd. */
void svg_write_mark(const struct svg_pen *pen, unsigned mark, struct layout_point at, double radius) {
    if (polygons[mark].corner_count > 0)
        write_polygon(pen, &polygons[mark], at, radius);
    else
        write_circle(pen, at, radius);
    if (mark == MARK_RING)
        write_circle(pen, at, radius * 0.55);
}

/* "tls at 256: 5.05 ns (5.01..5.10)", "tls, depth 4: 5.05 ns". */
static void write_value(const struct svg_pen *pen, const struct figure_series *series, size_t category) {
    const struct figure *figure = pen->layout->figure;
    const struct figure_value *value = &series->values[category];
    const bool lines = figure->kind == FIGURE_LINES;
    char cell[FORMAT_CELL_MAX], range[FORMAT_CELL_MAX];
    xml_escape(pen->out, lines ? series->label : figure->categories[category]);
    if (lines || series->label[0] != '\0')
        (void)fputs(lines ? " at " : ", ", pen->out);
    xml_escape(pen->out, lines ? figure->categories[category] : series->label);
    figure_format_value(figure, value->value, cell);
    (void)fprintf(pen->out, ": %s", cell);
    if (!layout_has_interval(value))
        return;
    format_range(value->low, value->high, figure->unit == FIGURE_TIME ? value->value : 1, range);
    (void)fprintf(pen->out, " (%s)", range);
}

/* Begins the element of a mark, and returns its name. A circle is shorter than its path, and a page has a thousand. */
static const char *begin_mark(const struct svg_pen *pen, unsigned mark, struct layout_point at, double radius) {
    if (mark == MARK_CIRCLE) {
        (void)fputs("<circle", pen->out);
        svg_attribute(pen, "cx", at.x);
        svg_attribute(pen, "cy", at.y);
        svg_attribute(pen, "r", radius);
        return "circle";
    }
    (void)fputs("<path d=\"", pen->out);
    svg_write_mark(pen, mark, at, radius);
    (void)fputc('"', pen->out);
    return "path";
}

static void write_marks(const struct svg_pen *pen, size_t s) {
    const struct layout *layout = pen->layout;
    const struct figure_series *series = &layout->figure->series[s];
    const struct figure_look look = figure_look_of(layout->figure, s);
    const double radius = layout->mark * (series->reference ? YARDSTICK_MARK : 1);
    (void)fputs("<g", pen->out);
    svg_colour(pen, "fill", look.colour);
    if (look.mark == MARK_RING)
        (void)fputs(" fill-rule=\"evenodd\"", pen->out);
    (void)fputc('>', pen->out);
    for (size_t i = 0; i < layout->figure->category_count; i++) {
        if (!layout_has_value(&series->values[i]))
            continue;
        const char *element = begin_mark(pen, look.mark, layout_point(layout, s, i, series->values[i].value), radius);
        (void)fputs("><title>", pen->out);
        write_value(pen, series, i);
        (void)fprintf(pen->out, "</title></%s>", element);
    }
    svg_end_group(pen);
}

/* ---- Strokes ---- */

/* The line is broken where a value is missing. */
static void write_curve(const struct svg_pen *pen, size_t s, unsigned colour) {
    const struct layout *layout = pen->layout;
    const struct figure_series *series = &layout->figure->series[s];
    bool joined = false;
    svg_begin_stroke(pen, colour, series->reference ? YARDSTICK : CURVE,
                     series->reference ? " stroke-dasharray=\"3 3\"" : " stroke-linejoin=\"round\"");
    for (size_t i = 0; i < layout->figure->category_count; i++) {
        const bool has_value = layout_has_value(&series->values[i]);
        if (has_value) {
            const struct layout_point at = layout_point(layout, s, i, series->values[i].value);
            svg_point(pen, joined ? "L" : "M", at.x, at.y);
        }
        joined = has_value;
    }
    svg_end_stroke(pen);
}

static void write_intervals(const struct svg_pen *pen, size_t s, unsigned colour) {
    const struct layout *layout = pen->layout;
    const struct figure_value *values = layout->figure->series[s].values;
    bool any = false;
    for (size_t i = 0; i < layout->figure->category_count; i++)
        any |= layout_has_interval(&values[i]);
    if (!any)
        return;
    svg_begin_stroke(pen, colour, INTERVAL, "");
    for (size_t i = 0; i < layout->figure->category_count; i++) {
        if (!layout_has_interval(&values[i]))
            continue;
        const struct layout_point low = layout_point(layout, s, i, values[i].low);
        const struct layout_point high = layout_point(layout, s, i, values[i].high);
        const bool lines = layout->figure->kind == FIGURE_LINES;
        svg_point(pen, "M", low.x, low.y);
        (void)fputc(lines ? 'V' : 'H', pen->out);
        svg_number(pen, lines ? high.y : high.x);
    }
    svg_end_stroke(pen);
}

/* The name of the line, and what leads from its end there. */
static void write_end(const struct svg_pen *pen, size_t s, unsigned colour) {
    const struct layout *layout = pen->layout;
    for (size_t i = 0; i < layout->end_count; i++) {
        const struct layout_end *end = &layout->ends[i];
        if (end->series != s)
            continue;
        svg_begin_stroke(pen, colour, LEADER, "");
        svg_point(pen, "M", end->from.x, end->from.y);
        svg_point(pen, "L", end->to.x, end->to.y);
        svg_end_stroke(pen);
        svg_begin_texts(pen, SVG_INK, NULL);
        svg_text(pen, &end->name);
        svg_end_group(pen);
    }
}

void svg_write_series(const struct svg_pen *pen, size_t series) {
    const unsigned colour = figure_look_of(pen->layout->figure, series).colour;
    (void)fputs("<g class=\"s\">", pen->out);
    if (pen->layout->figure->kind == FIGURE_LINES) {
        write_end(pen, series, colour);
        write_curve(pen, series, colour);
    }
    write_intervals(pen, series, colour);
    write_marks(pen, series);
    svg_end_group(pen);
}
