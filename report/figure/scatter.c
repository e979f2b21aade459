#include "figure/scatter.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "figure/extent.h"
#include "figure/scale.h"
#include "figure/svg_parts.h"
#include "text/xml.h"

/* In px. */
static const double WIDTH = 480, HEIGHT = 300, FONT = 12, LEFT = 30, RIGHT = 468, TOP = 26, BOTTOM = 254, RADIUS = 4.2;

/* Points nearer to each other than this are one group. */
static const double GROUP_GAP = 13;

struct box {
    double left, right, top, bottom;
};

struct group {
    size_t first, count; /* of the points, in their order */
    double left, right, y;
    struct box name;
    char text[EXTENT_TEXT_MAX]; /* "": there is no room for a name */
};

struct drawing {
    const struct scatter *scatter;
    struct svg_pen pen;
    struct scale scale;
    const struct scatter_point **points; /* the most first, then the least cost first */
    size_t point_count;
    size_t count_min, count_max;
    struct group *groups;
    size_t group_count;
};

/* ---- Places ---- */

static double x_of(const struct drawing *drawing, double cost) {
    return LEFT + 12 + scale_part(&drawing->scale, cost) * (RIGHT - LEFT - 24);
}

static double y_of(const struct drawing *drawing, size_t count) {
    const double steps = (double)(drawing->count_max - drawing->count_min) + 1;
    return BOTTOM - ((double)(count - drawing->count_min) + 0.5) / steps * (BOTTOM - TOP);
}

static int compare_points(const void *left, const void *right) {
    const struct scatter_point *a = *(const struct scatter_point *const *)left;
    const struct scatter_point *b = *(const struct scatter_point *const *)right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    if (a->cost.value != b->cost.value)
        return a->cost.value < b->cost.value ? -1 : 1;
    return strcmp(a->label, b->label);
}

static void sort_points(struct drawing *drawing) {
    double low = 0, high = 0;
    drawing->count_min = SIZE_MAX;
    for (size_t i = 0; i < drawing->scatter->point_count && drawing->point_count < SCATTER_POINTS_MAX; i++) {
        const struct scatter_point *point = &drawing->scatter->points[i];
        if (!(point->cost.value > 0))
            continue;
        drawing->points[drawing->point_count++] = point;
        const double from = point->cost.low > 0 ? point->cost.low : point->cost.value;
        const double to = point->cost.low > 0 ? point->cost.high : point->cost.value;
        low = low > 0 ? fmin(low, from) : from;
        high = fmax(high, to);
        drawing->count_min = point->count < drawing->count_min ? point->count : drawing->count_min;
        drawing->count_max = point->count > drawing->count_max ? point->count : drawing->count_max;
    }
    qsort(drawing->points, drawing->point_count, sizeof(const struct scatter_point *), compare_points);
    drawing->scale = scale_for(low, high, false);
    (void)scale_set_ticks(&drawing->scale, 0);
}

/* Whether the point lies on the last group, or next to it. */
static bool joins_last(const struct drawing *drawing, double x, double y) {
    const struct group *last = &drawing->groups[drawing->group_count > 0 ? drawing->group_count - 1 : 0];
    return drawing->group_count > 0 && last->y == y && x - last->right <= GROUP_GAP;
}

static void make_groups(struct drawing *drawing) {
    for (size_t i = 0; i < drawing->point_count; i++) {
        const struct scatter_point *point = drawing->points[i];
        const double x = x_of(drawing, point->cost.value), y = y_of(drawing, point->count);
        if (!joins_last(drawing, x, y))
            drawing->groups[drawing->group_count++] = (struct group){.first = i, .left = x, .y = y};
        struct group *group = &drawing->groups[drawing->group_count - 1];
        group->right = x;
        group->count++;
    }
}

/* ---- Names ---- */

static bool overlap(const struct box *a, const struct box *b) {
    return a->left < b->right && b->left < a->right && a->top < b->bottom && b->top < a->bottom;
}

static bool is_free(const struct drawing *drawing, const struct box *box) {
    if (box->left < LEFT + 2 || box->right > WIDTH - 2 || box->top < TOP - 8 || box->bottom > BOTTOM)
        return false;
    for (size_t i = 0; i < drawing->point_count; i++) {
        const double x = x_of(drawing, drawing->points[i]->cost.value), y = y_of(drawing, drawing->points[i]->count);
        const struct box mark = {x - RADIUS - 1, x + RADIUS + 1, y - RADIUS - 1, y + RADIUS + 1};
        if (overlap(box, &mark))
            return false;
    }
    for (size_t i = 0; i < drawing->group_count; i++)
        if (drawing->groups[i].text[0] != '\0' && overlap(box, &drawing->groups[i].name))
            return false;
    return true;
}

/* "tls-c11, gsbase +5": as many names as asked for. */
static void write_name(const struct drawing *drawing, const struct group *group, size_t names,
                       char text[static EXTENT_TEXT_MAX]) {
    size_t used = 0;
    for (size_t i = 0; i < names && used < EXTENT_TEXT_MAX; i++)
        used += (size_t)snprintf(text + used, EXTENT_TEXT_MAX - used, "%s%s", i > 0 ? ", " : "",
                                 drawing->points[group->first + i]->label);
    if (names < group->count && used < EXTENT_TEXT_MAX)
        (void)snprintf(text + used, EXTENT_TEXT_MAX - used, " +%zu", group->count - names);
}

/* Beside the group, above or below it, or farther off, wherever nothing else is. */
static bool place_name(const struct drawing *drawing, struct group *group, const char *text) {
    static const double rows[] = {0, -14, 14, -27, 27};
    const double width = extent_of(text, FONT), middle = (group->left + group->right) / 2;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const double lefts[] = {i == 0 ? group->right + 8 : middle - width / 2,
                                i == 0 ? group->left - 8 - width : group->left - 4, group->right + 4 - width};
        for (size_t k = 0; k < (i == 0 ? 2 : 3); k++) {
            const double y = group->y + rows[i];
            const struct box box = {lefts[k], lefts[k] + width, y - 6.5, y + 6.5};
            if (!is_free(drawing, &box))
                continue;
            group->name = box;
            (void)snprintf(group->text, EXTENT_TEXT_MAX, "%s", text);
            return true;
        }
    }
    return false;
}

static void place_names(struct drawing *drawing) {
    enum { NAMES_MAX = 4 };
    for (size_t i = 0; i < drawing->group_count; i++) {
        struct group *group = &drawing->groups[i];
        bool placed = false;
        for (size_t names = group->count < NAMES_MAX ? group->count : NAMES_MAX; names > 0 && !placed; names--) {
            char text[EXTENT_TEXT_MAX], fitting[EXTENT_TEXT_MAX];
            write_name(drawing, group, names, text);
            extent_shorten(text, (RIGHT - LEFT) / 2, FONT, fitting);
            placed = (names == 1 || strcmp(text, fitting) == 0) && place_name(drawing, group, fitting);
        }
    }
}

/* ---- Drawing ---- */

static void write_text(const struct drawing *drawing, const char *text, double x, double y) {
    const struct layout_text placed = {text, {x, y}};
    svg_text(&drawing->pen, &placed);
}

/* The names of groups, on a ground that hides what passes below them, and the title of the counts. */
static void write_names(const struct drawing *drawing) {
    const struct svg_pen *pen = &drawing->pen;
    (void)fputs("<g", pen->out);
    svg_colour(pen, "fill", SVG_INK);
    (void)fprintf(pen->out, " stroke=\"%s\" stroke-width=\"3\" paint-order=\"stroke\">",
                  pen->layout->medium == FIGURE_IN_PAGE ? "var(--back)" : "#ffffff");
    write_text(drawing, drawing->scatter->count_title, 2, 12);
    for (size_t i = 0; i < drawing->group_count; i++)
        write_text(drawing, drawing->groups[i].text, drawing->groups[i].name.left,
                   drawing->groups[i].name.top + 6.5 + EXTENT_BASELINE * FONT);
    svg_end_group(&drawing->pen);
}

static void write_cost_axis(const struct drawing *drawing) {
    const struct svg_pen *pen = &drawing->pen;
    double limit = 0;
    svg_begin_stroke(pen, FIGURE_GRID, 0.06, "");
    for (size_t i = 0; i < drawing->scale.tick_count; i++) {
        svg_point(pen, "M", x_of(drawing, drawing->scale.ticks[i]), TOP);
        (void)fputc('V', pen->out);
        svg_number(pen, BOTTOM);
    }
    svg_end_stroke(pen);
    svg_begin_texts(pen, SVG_QUIET, "middle");
    for (size_t i = 0; i < drawing->scale.tick_count; i++) {
        char label[FORMAT_CELL_MAX];
        scale_label(&drawing->scale, i, true, label);
        const double x = x_of(drawing, drawing->scale.ticks[i]), half = extent_of(label, FONT) / 2;
        if (x - half < limit || x + half > WIDTH)
            continue;
        write_text(drawing, label, x, BOTTOM + 16);
        limit = x + half + 6;
    }
    svg_end_group(pen);
    svg_begin_texts(pen, SVG_INK, "middle");
    write_text(drawing, drawing->scatter->cost_title, (LEFT + RIGHT) / 2, HEIGHT - 8);
    svg_end_group(pen);
}

static void write_count_axis(const struct drawing *drawing) {
    const struct svg_pen *pen = &drawing->pen;
    const size_t steps = drawing->count_max - drawing->count_min, every = steps / 12 + 1;
    svg_begin_stroke(pen, FIGURE_GRID, 0.06, "");
    for (size_t i = drawing->count_min; i <= drawing->count_max; i += every) {
        svg_point(pen, "M", LEFT, y_of(drawing, i));
        (void)fputc('H', pen->out);
        svg_number(pen, RIGHT);
    }
    svg_end_stroke(pen);
    svg_begin_texts(pen, SVG_QUIET, "end");
    for (size_t i = drawing->count_min; i <= drawing->count_max; i += every) {
        char label[24];
        (void)snprintf(label, sizeof label, "%zu", i);
        write_text(drawing, label, LEFT - 7, y_of(drawing, i) + EXTENT_BASELINE * FONT);
    }
    svg_end_group(pen);
}

/* Steps from the point that does most to the one that costs least: none beats what lies on them. */
static void write_frontier(const struct drawing *drawing) {
    double least = INFINITY;
    bool begun = false;
    svg_begin_stroke(&drawing->pen, SVG_QUIET, 0.12, " stroke-dasharray=\"5 3\"");
    for (size_t i = 0; i < drawing->point_count; i++) {
        const struct scatter_point *point = drawing->points[i];
        if (!(point->cost.value < least))
            continue;
        least = point->cost.value;
        const double x = x_of(drawing, least), y = y_of(drawing, point->count);
        if (begun) {
            (void)fputc('V', drawing->pen.out);
            svg_number(&drawing->pen, y);
            (void)fputc('H', drawing->pen.out);
            svg_number(&drawing->pen, x);
        } else {
            svg_point(&drawing->pen, "M", x, y);
        }
        begun = true;
    }
    svg_end_stroke(&drawing->pen);
}

static void write_point(const struct drawing *drawing, const struct scatter_point *point) {
    const struct svg_pen *pen = &drawing->pen;
    const struct layout_point at = {x_of(drawing, point->cost.value), y_of(drawing, point->count)};
    const struct figure_look look = point->look != NULL ? *point->look : (struct figure_look){0, MARK_CIRCLE};
    char cell[FORMAT_CELL_MAX];
    if (point->cost.low > 0) {
        svg_begin_stroke(pen, look.colour, 0.12, "");
        svg_point(pen, "M", x_of(drawing, point->cost.low), at.y);
        (void)fputc('H', pen->out);
        svg_number(pen, x_of(drawing, point->cost.high));
        svg_end_stroke(pen);
    }
    (void)fputs("<g class=\"s\"", pen->out);
    svg_colour(pen, "fill", look.colour);
    (void)fputs(look.mark == MARK_RING ? " fill-rule=\"evenodd\"><path d=\"" : "><path d=\"", pen->out);
    svg_write_mark(pen, look.mark, at, RADIUS);
    (void)fputs("\"><title>", pen->out);
    format_time(point->cost.value, cell);
    xml_escape(pen->out, point->label);
    (void)fprintf(pen->out, ": %s, passes %zu</title></path></g>", cell, point->count);
}

static void write_head(const struct drawing *drawing) {
    const struct scatter *scatter = drawing->scatter;
    FILE *out = drawing->pen.out;
    const bool in_page = drawing->pen.layout->medium == FIGURE_IN_PAGE;
    (void)fprintf(out, "<svg %sviewBox=\"0 0 %g %g\" fill=\"none\" font-size=\"%g\"",
                  in_page ? ""
                          : "xmlns=\"http://www.w3.org/2000/svg\" width=\"720\" height=\"450\" "
                            "font-family=\"sans-serif\" ",
                  WIDTH, HEIGHT, FONT);
    (void)fprintf(out,
                  " role=\"img\" aria-labelledby=\"drawing-%s-title\" aria-describedby=\"drawing-%s-desc\">"
                  "<title id=\"drawing-%s-title\">",
                  scatter->id, scatter->id, scatter->id);
    xml_escape(out, scatter->title);
    (void)fprintf(out, "</title><desc id=\"drawing-%s-desc\">", scatter->id);
    for (size_t i = 0; i < drawing->point_count; i++) {
        char cell[FORMAT_CELL_MAX];
        format_time(drawing->points[i]->cost.value, cell);
        xml_escape(out, drawing->points[i]->label);
        (void)fprintf(out, ": %s, passes %zu. ", cell, drawing->points[i]->count);
    }
    (void)fputs("</desc>", out);
    if (!in_page)
        (void)fputs("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>", out);
}

bool scatter_write_svg(const struct scatter *scatter, enum figure_medium medium, FILE *out) {
    struct arena arena = {0};
    const struct layout layout = {.medium = medium, .font = FONT};
    struct drawing drawing = {.scatter = scatter, .pen = {.out = out, .layout = &layout}};
    drawing.points = arena_take(&arena, SCATTER_POINTS_MAX * sizeof *drawing.points);
    drawing.groups = arena_take(&arena, SCATTER_POINTS_MAX * sizeof *drawing.groups);
    const bool drawn = drawing.points != NULL && drawing.groups != NULL;
    if (drawn) {
        sort_points(&drawing);
        make_groups(&drawing);
        place_names(&drawing);
        write_head(&drawing);
        if (drawing.point_count > 0) {
            write_cost_axis(&drawing);
            write_count_axis(&drawing);
            write_frontier(&drawing);
        }
        for (size_t i = 0; i < drawing.point_count; i++)
            write_point(&drawing, drawing.points[i]);
        write_names(&drawing);
        (void)fputs("</svg>\n", out);
    }
    arena_free(&arena);
    return drawn;
}

/* As the data of a figure: a series for each point, which has a value in the category of its count. */
bool scatter_write_csv(const struct scatter *scatter, FILE *out) {
    struct arena arena = {0};
    size_t count_max = 0;
    for (size_t i = 0; i < scatter->point_count; i++)
        count_max = scatter->points[i].count > count_max ? scatter->points[i].count : count_max;
    const char **categories = arena_take(&arena, (count_max + 1) * sizeof *categories);
    struct figure_series *series = arena_take(&arena, (scatter->point_count + 1) * sizeof *series);
    bool made = categories != NULL && series != NULL;
    for (size_t i = 0; made && i <= count_max; i++) {
        categories[i] = arena_printf(&arena, "%zu", i);
        made = categories[i] != NULL;
    }
    for (size_t i = 0; made && i < scatter->point_count; i++) {
        struct figure_value *values = arena_take(&arena, (count_max + 1) * sizeof *values);
        made = values != NULL;
        if (made)
            values[scatter->points[i].count] = scatter->points[i].cost;
        series[i] = (struct figure_series){.label = scatter->points[i].label, .values = values};
    }
    const struct figure figure = {.categories = categories,
                                  .category_count = count_max + 1,
                                  .series = series,
                                  .series_count = scatter->point_count};
    if (made)
        figure_write_csv(&figure, out);
    arena_free(&arena);
    return made;
}
