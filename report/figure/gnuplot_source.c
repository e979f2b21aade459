/*
 * Nothing of a result file becomes a command: texts stand between single quotes, where gnuplot substitutes nothing, and
 * without its markup ("noenhanced"); all else are numbers.
 */
#include "figure/gnuplot_source.h"

#include "figure/layout_make.h"

struct script {
    const struct layout *layout;
    FILE *out;
};

/* gnuplot's numbers of the marks, and sizes of its points, which are relative to its letters. */
static const int point_types[MARK_COUNT] = {7, 5, 9, 13, 11, 15, 6};
static const double POINT = 0.5, YARDSTICK_POINT = 0.15;

enum { POINTS_PER_INCH = 72 };

/* That terminal takes the sizes of fonts for 96ths of an inch. */
static const double FONT_SCALE = 0.75;

/* ---- Texts ---- */

/* A character that gnuplot takes for an end of line, or that steers a device, has no place in a string. */
static bool is_control(char c) {
    return (unsigned char)c < 0x20 || c == 0x7f;
}

static void quote(const struct script *script, const char *text) {
    (void)fputc('\'', script->out);
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            (void)fputc('\'', script->out);
        (void)fputc(is_control(*text) ? ' ' : *text, script->out);
    }
    (void)fputc('\'', script->out);
}

/* "screen X, screen Y": parts of the figure, from its lower left corner. */
static void write_place(const struct script *script, struct layout_point at) {
    (void)fprintf(script->out, "screen %.5f, screen %.5f", at.x / script->layout->width,
                  1 - at.y / script->layout->height);
}

/* gnuplot centres texts vertically, and leaves out titles of axes for which it finds too little room; labels stay. */
static void write_label(const struct script *script, const struct layout_text *text, const char *anchor) {
    const struct layout_point middle = {text->at.x, text->at.y - EXTENT_BASELINE * script->layout->font};
    if (text->text == NULL || text->text[0] == '\0')
        return;
    (void)fputs("set label ", script->out);
    quote(script, text->text);
    (void)fputs(" at ", script->out);
    write_place(script, middle);
    (void)fprintf(script->out, " %s\n", anchor);
}

static const char *colour_of(const struct script *script, size_t series) {
    return figure_colours[figure_look_of(script->layout->figure, series).colour].on_white;
}

/* ---- The frame ---- */

static void write_frame(const struct script *script) {
    const struct layout *layout = script->layout;
    const bool lines = layout->figure->kind == FIGURE_LINES;
    (void)fprintf(script->out,
                  "set lmargin at screen %.5f\nset rmargin at screen %.5f\n"
                  "set bmargin at screen %.5f\nset tmargin at screen %.5f\n",
                  layout->left / layout->width, layout->right / layout->width, 1 - layout->bottom / layout->height,
                  1 - layout->top / layout->height);
    (void)fprintf(script->out,
                  "set border 1 lw 0.7 lc rgb '%s'\nset grid %s lt 1 lw 0.7 lc rgb '%s'\n"
                  "set tics nomirror out scale 0.4\nset datafile separator whitespace\nset key off\n",
                  figure_colours[FIGURE_YARDSTICK].on_white, lines ? "noxtics ytics" : "xtics ytics",
                  figure_colours[FIGURE_GRID].on_white);
}

static void write_scale(const struct script *script, char axis) {
    const struct scale *scale = &script->layout->scale;
    (void)fprintf(script->out, "set %crange [%.9g:%.9g]\n", axis, scale->low, scale->high);
    if (scale->logarithmic)
        (void)fprintf(script->out, "set logscale %c\n", axis);
    (void)fprintf(script->out, "set %ctics (", axis);
    for (size_t i = 0; i < scale->tick_count; i++) {
        (void)fputs(i > 0 ? ", " : "", script->out);
        quote(script, script->layout->ticks[i].text);
        (void)fprintf(script->out, " %.9g", scale->ticks[i]);
    }
    (void)fputs(")\n", script->out);
}

/* Where a category stands on its axis: numbered from left to right, and from the bottom up. */
static double position_of(const struct figure *figure, size_t category) {
    return figure->kind == FIGURE_LINES ? (double)category : (double)(figure->category_count - category);
}

/* Names are labels, since they may stand in two rows below lines; beside dots there are no ticks. */
static void write_categories(const struct script *script, char axis) {
    const struct layout *layout = script->layout;
    const bool lines = layout->figure->kind == FIGURE_LINES;
    const double count = (double)layout->figure->category_count;
    (void)fprintf(script->out, "set %crange [%.9g:%.9g]\nset %ctics scale %s (", axis, lines ? -0.25 : 0.5,
                  lines ? count - 0.75 : count + 0.5, axis, lines ? "0.4" : "0");
    for (size_t i = 0; i < layout->figure->category_count; i++)
        (void)fprintf(script->out, "%s'' %.9g", i > 0 ? ", " : "", position_of(layout->figure, i));
    (void)fputs(")\n", script->out);
    for (size_t i = 0; i < layout->figure->category_count; i++)
        write_label(script, &layout->categories[i], lines ? "center" : "right");
}

static void write_ends(const struct script *script) {
    const struct layout *layout = script->layout;
    for (size_t i = 0; i < layout->end_count; i++) {
        const struct layout_end *end = &layout->ends[i];
        (void)fputs("set arrow from ", script->out);
        write_place(script, end->from);
        (void)fputs(" to ", script->out);
        write_place(script, end->to);
        (void)fprintf(script->out, " nohead lw 0.7 lc rgb '%s'\n", colour_of(script, end->series));
        write_label(script, &end->name, "left");
    }
}

static void write_legend(const struct script *script) {
    const struct layout *layout = script->layout;
    for (size_t s = 0; layout->legend != NULL && s < layout->figure->series_count; s++) {
        (void)fputs("set label '' at ", script->out);
        write_place(script, layout_legend_mark(layout, s));
        (void)fprintf(script->out, " point pt %d ps %.9g lc rgb '%s'\n",
                      point_types[figure_look_of(layout->figure, s).mark], POINT, colour_of(script, s));
        write_label(script, &layout->legend[s], "left");
    }
}

/* ---- Series ---- */

/* Across the axis of categories, in their numbers. */
static double across(const struct script *script, size_t series, size_t category) {
    const struct figure *figure = script->layout->figure;
    return position_of(figure, category) + (figure->kind == FIGURE_LINES ? 1 : -1) * layout_offset(figure, series);
}

static void write_values(const struct script *script, size_t s) {
    const struct figure *figure = script->layout->figure;
    (void)fprintf(script->out, "$values%zu << EOD\n", s);
    for (size_t i = 0; i < figure->category_count; i++) {
        const struct figure_value *value = &figure->series[s].values[i];
        if (layout_has_value(value))
            (void)fprintf(script->out, "%.9g %.17g\n", across(script, s, i), value->value);
        else
            (void)fputc('\n', script->out); /* the line is broken where a value is missing */
    }
    (void)fputs("EOD\n", script->out);
}

static bool has_intervals(const struct figure *figure, size_t s) {
    for (size_t i = 0; i < figure->category_count; i++)
        if (layout_has_interval(&figure->series[s].values[i]))
            return true;
    return false;
}

/* Each interval is a line of its own. */
static void write_intervals(const struct script *script, size_t s) {
    const struct figure *figure = script->layout->figure;
    (void)fprintf(script->out, "$intervals%zu << EOD\n", s);
    for (size_t i = 0; i < figure->category_count; i++) {
        const struct figure_value *value = &figure->series[s].values[i];
        if (layout_has_interval(value))
            (void)fprintf(script->out, "%.9g %.17g\n%.9g %.17g\n\n", across(script, s, i), value->low,
                          across(script, s, i), value->high);
    }
    (void)fputs("EOD\n", script->out);
}

static void begin_plot(const struct script *script, bool *begun) {
    (void)fputs(*begun ? ", \\\n     " : "plot ", script->out);
    *begun = true;
}

static void write_plot_of(const struct script *script, size_t s, bool *begun) {
    const struct figure *figure = script->layout->figure;
    const bool lines = figure->kind == FIGURE_LINES, reference = figure->series[s].reference;
    const char *colour = colour_of(script, s), *columns = lines ? "1:2" : "2:1";
    if (lines) {
        begin_plot(script, begun);
        (void)fprintf(script->out, "$values%zu using 1:2 with lines lw %s lc rgb '%s' notitle", s,
                      reference ? "1 dt 2" : "1.6", colour);
    }
    if (has_intervals(figure, s)) {
        begin_plot(script, begun);
        (void)fprintf(script->out, "$intervals%zu using %s with lines lw 1 lc rgb '%s' notitle", s, columns, colour);
    }
    begin_plot(script, begun);
    (void)fprintf(script->out, "$values%zu using %s with points pt %d ps %.9g lc rgb '%s' notitle", s, columns,
                  point_types[figure_look_of(figure, s).mark], reference ? YARDSTICK_POINT : POINT, colour);
}

static void write_series(const struct script *script) {
    const struct figure *figure = script->layout->figure;
    bool begun = false;
    for (size_t s = 0; s < figure->series_count; s++) {
        write_values(script, s);
        if (has_intervals(figure, s))
            write_intervals(script, s);
    }
    for (size_t s = 0; s < figure->series_count; s++)
        write_plot_of(script, s, &begun);
    (void)fputc('\n', script->out);
}

/* ---- The whole ---- */

static void write_script(const struct script *script, const char *file) {
    const struct layout *layout = script->layout;
    const bool lines = layout->figure->kind == FIGURE_LINES;
    (void)fprintf(script->out,
                  "set terminal pdfcairo size %.9gin,%.9gin noenhanced fontscale %.9g font 'Helvetica,%.9g'\n"
                  "set encoding utf8\n",
                  layout->width / POINTS_PER_INCH, layout->height / POINTS_PER_INCH, FONT_SCALE, layout->font);
    if (file != NULL) {
        (void)fputs("set output ", script->out);
        quote(script, file);
        (void)fputc('\n', script->out);
    }
    write_frame(script);
    write_scale(script, lines ? 'y' : 'x');
    write_categories(script, lines ? 'x' : 'y');
    write_label(script, &layout->value_title, lines ? "left" : "center");
    write_label(script, &layout->category_title, "center");
    write_ends(script);
    write_legend(script);
    write_series(script);
}

bool gnuplot_write_source(const struct figure *figure, const char *file, FILE *out) {
    struct arena arena = {0};
    struct layout layout;
    const struct script script = {.layout = &layout, .out = out};
    const bool made = layout_make(&layout, figure, FIGURE_ON_PAPER, &arena);
    if (made)
        write_script(&script, file);
    arena_free(&arena);
    return made;
}
