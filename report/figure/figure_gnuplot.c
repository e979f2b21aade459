/*
 * Figures as gnuplot takes them. Nothing of a result file becomes a command: texts stand between single quotes, where
 * gnuplot substitutes nothing, and without its markup ("noenhanced"); all else are numbers.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/display.h"
#include "figure/figure.h"
#include "text/format.h"

/* Room around the plot, in sizes of the font. */
static const double LINE_HEIGHT = 1.25, LETTER_WIDTH = 0.56;
static const double LABEL_WIDTH_MAX = 0.42; /* of the figure: longer names are shortened */

/* Above this ratio of the largest to the smallest value, a scale is logarithmic. */
static const double LOGARITHMIC_FROM = 12;

enum { TICKS_MAX = 32, LABEL_MAX = 256, KEY_MARGIN = 4 };

struct scale {
    double low, high;
    bool logarithmic;
    double ticks[TICKS_MAX];
    size_t tick_count;
};

struct sketch {
    const struct figure *figure;
    struct figure_size size;
    struct scale scale;
    double point, yardstick;         /* sizes of points, in those of the terminal */
    double left, right, top, bottom; /* of the plot, as parts of the figure from its lower left corner */
    FILE *out;
};

struct figure_size figure_size(const struct figure *figure, enum figure_format format) {
    struct figure_size size = {.width = 520, .height = 340, .font = 13};
    if (format != FIGURE_ON_SCREEN)
        size = (struct figure_size){.width = 240, .height = 165, .font = 7}; /* a column of 84 mm */
    if (figure->kind == FIGURE_DOTS) {
        double rows = (double)figure->category_count * (0.9 + 0.5 * (double)figure->series_count);
        size.height = size.font * LINE_HEIGHT * (rows + (figure->series_count > 1 ? 5.2 : 4));
    }
    return size;
}

/* ---- Texts ---- */

/* A character that gnuplot takes for an end of line, or that steers a device, has no place in a string. */
static bool is_control(const char *c) {
    return (unsigned char)*c < 0x20 || *c == 0x7f;
}

static void quote(FILE *out, const char *text) {
    (void)fputc('\'', out);
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            (void)fputc('\'', out);
        (void)fputc(is_control(text) ? ' ' : *text, out);
    }
    (void)fputc('\'', out);
}

/* The label of a tick is a format, in which '%' is spelt out. */
static void quote_tick(FILE *out, const char *text) {
    char doubled[2 * LABEL_MAX];
    size_t length = 0;
    for (; *text != '\0' && length + 2 < sizeof doubled; text++) {
        if (*text == '%')
            doubled[length++] = '%';
        doubled[length++] = *text;
    }
    doubled[length] = '\0';
    quote(out, doubled);
}

static double text_extent(const struct sketch *sketch, const char *text) {
    return (double)text_width(text) * LETTER_WIDTH * sketch->size.font / sketch->size.width;
}

/* The text as far as there is room for it. */
static void shorten(const struct sketch *sketch, const char *text, char shortened[static LABEL_MAX]) {
    double room = LABEL_WIDTH_MAX * sketch->size.width / (LETTER_WIDTH * sketch->size.font);
    text_shorten(text, (size_t)room, shortened, LABEL_MAX);
}

/* ---- The scale of values ---- */

static void widen(struct scale *scale, double value) {
    if (value <= 0)
        return;
    scale->low = scale->low > 0 ? fmin(scale->low, value) : value;
    scale->high = fmax(scale->high, value);
}

static void add_tick(struct scale *scale, double value) {
    if (value >= scale->low * (1 - 1e-9) && value <= scale->high * (1 + 1e-9) && scale->tick_count < TICKS_MAX)
        scale->ticks[scale->tick_count++] = value;
}

static void add_logarithmic_ticks(struct scale *scale) {
    const double decades = log10(scale->high / scale->low), first = floor(log10(scale->low));
    const double skipped = ceil(decades / 8);
    for (int i = 0; first + i * skipped <= log10(scale->high); i++) {
        const double decade = first + i * skipped;
        add_tick(scale, pow(10, decade));
        if (decades <= 2.5) {
            add_tick(scale, 2 * pow(10, decade));
            add_tick(scale, 5 * pow(10, decade));
        }
    }
}

/* 1, 2 or 5 times a power of ten, so that three to six of them fill the range: more labels would not fit. */
static double nice_step(double range) {
    const double rough = range / 4, magnitude = pow(10, floor(log10(rough)));
    const double digits = rough / magnitude;
    return magnitude * (digits < 1.4 ? 1 : digits < 3.2 ? 2 : digits < 7.1 ? 5 : 10);
}

static void add_linear_ticks(struct scale *scale) {
    const double step = nice_step(scale->high - scale->low);
    const double first = ceil(scale->low / step - 1e-9);
    for (int i = 0; (first + i) * step <= scale->high * (1 + 1e-9) && i < TICKS_MAX; i++)
        add_tick(scale, (first + i) * step);
}

/* Lines stand on zero, unless their scale is logarithmic. Dots are read by their position: they need none. */
static void choose_scale(struct sketch *sketch) {
    const struct figure *figure = sketch->figure;
    struct scale *scale = &sketch->scale;
    for (size_t s = 0; s < figure->series_count; s++) {
        for (size_t i = 0; i < figure->category_count; i++) {
            const struct figure_value *value = &figure->series[s].values[i];
            widen(scale, value->value);
            widen(scale, value->low);
            widen(scale, value->high);
        }
    }
    if (scale->high <= 0)
        *scale = (struct scale){.low = 1, .high = 1};
    scale->logarithmic = scale->high / scale->low > LOGARITHMIC_FROM;
    const double pad = fmax((scale->high - scale->low) * 0.06, scale->high * 0.01);
    if (scale->logarithmic) {
        const double part = pow(scale->high / scale->low, 0.05);
        scale->low /= part;
        scale->high *= part;
        add_logarithmic_ticks(scale);
    } else {
        scale->low = figure->kind == FIGURE_LINES ? 0 : fmax(0, scale->low - pad);
        scale->high += pad;
        add_linear_ticks(scale);
    }
}

/* Where a value stands between the ends of the scale: 0 to 1. */
static double part_of(const struct scale *scale, double value) {
    return scale->logarithmic ? log(value / scale->low) / log(scale->high / scale->low)
                              : (value - scale->low) / (scale->high - scale->low);
}

static void write_scale(const struct sketch *sketch, char axis) {
    const struct scale *scale = &sketch->scale;
    (void)fprintf(sketch->out, "set %crange [%.9g:%.9g]\n", axis, scale->low, scale->high);
    if (scale->logarithmic)
        (void)fprintf(sketch->out, "set logscale %c\n", axis);
    (void)fprintf(sketch->out, "set %ctics (", axis);
    for (size_t i = 0; i < scale->tick_count; i++) {
        char cell[FORMAT_CELL_MAX];
        format_tick(scale->ticks[i], sketch->figure->unit == FIGURE_TIME, cell);
        (void)fputs(i > 0 ? ", " : "", sketch->out);
        quote_tick(sketch->out, scale->ticks[i] == 0 ? "0" : cell);
        (void)fprintf(sketch->out, " %.9g", scale->ticks[i]);
    }
    (void)fputs(")\n", sketch->out);
}

/* ---- Series ---- */

static const char *colour_of(const struct sketch *sketch, size_t series) {
    if (sketch->figure->series[series].reference)
        return figure_colours[FIGURE_YARDSTICK].on_white;
    size_t index = 0;
    for (size_t i = 0; i < series; i++)
        index += !sketch->figure->series[i].reference;
    return figure_colours[index % FIGURE_SERIES_MAX].on_white;
}

/* A shape of its own for each, beside the colour; filled ones, which stay visible when small. */
static int shape_of(const struct sketch *sketch, size_t series) {
    static const int shapes[] = {7, 5, 9, 13, 11, 15, 6};
    size_t index = 0;
    for (size_t i = 0; i < series; i++)
        index += !sketch->figure->series[i].reference;
    return shapes[index % (sizeof shapes / sizeof *shapes)];
}

/* Series stand a little beside each other, so that their intervals do not hide one another. */
static double position_of(const struct sketch *sketch, size_t series, size_t category) {
    const struct figure *figure = sketch->figure;
    const double middle = (double)series - (double)(figure->series_count - 1) / 2;
    const double spread = figure->kind == FIGURE_LINES ? 0.025 : 0.7 / (double)figure->series_count;
    return figure->kind == FIGURE_LINES ? (double)category + middle * spread
                                        : (double)(figure->category_count - category) - middle * spread;
}

/* Two blocks of data: the values, and their intervals, each a line of its own. Returns whether there is one. */
static bool write_data(const struct sketch *sketch, size_t s) {
    const struct figure *figure = sketch->figure;
    bool any_interval = false;
    (void)fprintf(sketch->out, "$values%zu << EOD\n", s);
    for (size_t i = 0; i < figure->category_count; i++) {
        const struct figure_value *value = &figure->series[s].values[i];
        if (value->value > 0)
            (void)fprintf(sketch->out, "%.9g %.17g\n", position_of(sketch, s, i), value->value);
        else
            (void)fputc('\n', sketch->out); /* the line is broken where a value is missing */
        any_interval |= value->value > 0 && value->low > 0;
    }
    (void)fputs("EOD\n", sketch->out);
    if (!any_interval)
        return false;
    (void)fprintf(sketch->out, "$intervals%zu << EOD\n", s);
    for (size_t i = 0; i < figure->category_count; i++) {
        const struct figure_value *value = &figure->series[s].values[i];
        if (value->value > 0 && value->low > 0)
            (void)fprintf(sketch->out, "%.9g %.17g\n%.9g %.17g\n\n", position_of(sketch, s, i), value->low,
                          position_of(sketch, s, i), value->high);
    }
    (void)fputs("EOD\n", sketch->out);
    return true;
}

static void begin_plot(const struct sketch *sketch, bool *begun) {
    (void)fputs(*begun ? ", \\\n     " : "plot ", sketch->out);
    *begun = true;
}

static void write_plot_of(const struct sketch *sketch, size_t s, bool has_intervals, bool *begun) {
    const struct figure_series *series = &sketch->figure->series[s];
    const bool lines = sketch->figure->kind == FIGURE_LINES;
    const char *colour = colour_of(sketch, s);
    if (lines) {
        begin_plot(sketch, begun);
        (void)fprintf(sketch->out, "$values%zu using 1:2 with lines lw %s lc rgb '%s' notitle", s,
                      series->reference ? "1 dt 2" : "1.6", colour);
    }
    if (has_intervals) {
        begin_plot(sketch, begun);
        (void)fprintf(sketch->out, "$intervals%zu using %s with lines lw 1 lc rgb '%s' notitle", s,
                      lines ? "1:2" : "2:1", colour);
    }
    begin_plot(sketch, begun);
    (void)fprintf(sketch->out, "$values%zu using %s with points pt %d ps %.9g lc rgb '%s' notitle", s,
                  lines ? "1:2" : "2:1", shape_of(sketch, s), series->reference ? sketch->yardstick : sketch->point,
                  colour);
}

static void write_series(const struct sketch *sketch) {
    bool begun = false, *has_intervals = calloc(sketch->figure->series_count + 1, sizeof *has_intervals);
    if (has_intervals == NULL)
        return; /* gnuplot draws nothing, and the caller sees that */
    for (size_t s = 0; s < sketch->figure->series_count; s++)
        has_intervals[s] = write_data(sketch, s);
    for (size_t s = 0; s < sketch->figure->series_count; s++)
        write_plot_of(sketch, s, has_intervals[s], &begun);
    (void)fputc('\n', sketch->out);
    free(has_intervals);
}

/* ---- Names beside lines ---- */

struct line_label {
    size_t series, category; /* where the line ends */
    double wanted, height;   /* as parts of the figure: where the line ends, and where its name can stand */
};

static int compare_labels(const void *left, const void *right) {
    const struct line_label *a = left, *b = right;
    return (a->wanted > b->wanted) - (a->wanted < b->wanted);
}

static size_t collect_labels(const struct sketch *sketch, struct line_label *labels) {
    const struct figure *figure = sketch->figure;
    size_t count = 0;
    for (size_t s = 0; s < figure->series_count; s++) {
        size_t last = figure->category_count;
        while (last > 0 && figure->series[s].values[last - 1].value <= 0)
            last--;
        if (last == 0)
            continue;
        const double part = part_of(&sketch->scale, figure->series[s].values[last - 1].value);
        const double height = sketch->bottom + part * (sketch->top - sketch->bottom);
        labels[count++] = (struct line_label){s, last - 1, height, height};
    }
    qsort(labels, count, sizeof *labels, compare_labels);
    return count;
}

/* Moves names apart: upwards from the lowest, then back down from the top where that went too far. */
static void spread_labels(const struct sketch *sketch, struct line_label *labels, size_t count) {
    const double step = LINE_HEIGHT * sketch->size.font / sketch->size.height;
    for (size_t i = 1; i < count; i++)
        labels[i].height = fmax(labels[i].height, labels[i - 1].height + step);
    double limit = sketch->top;
    for (size_t i = count; i > 0; i--) {
        labels[i - 1].height = fmin(labels[i - 1].height, limit);
        limit = labels[i - 1].height - step;
    }
}

static void write_label(const struct sketch *sketch, const struct line_label *label) {
    const struct figure_series *series = &sketch->figure->series[label->series];
    const double beside = 0.6 * sketch->size.font / sketch->size.width;
    char shortened[LABEL_MAX];
    shorten(sketch, series->label, shortened);
    (void)fprintf(sketch->out,
                  "set arrow from first %.9g, first %.17g to screen %.5f, screen %.5f nohead lw 0.7 lc rgb '%s'\n",
                  position_of(sketch, label->series, label->category), series->values[label->category].value,
                  sketch->right + beside, label->height, colour_of(sketch, label->series));
    (void)fputs("set label ", sketch->out);
    quote(sketch->out, shortened);
    (void)fprintf(sketch->out, " at screen %.5f, screen %.5f left\n", sketch->right + 1.4 * beside, label->height);
}

static void write_line_labels(const struct sketch *sketch) {
    struct line_label *labels = calloc(sketch->figure->series_count + 1, sizeof *labels);
    if (labels == NULL)
        return;
    const size_t count = collect_labels(sketch, labels);
    spread_labels(sketch, labels, count);
    for (size_t i = 0; i < count; i++)
        write_label(sketch, &labels[i]);
    free(labels);
}

/* ---- The frame ---- */

static double widest_label(const struct sketch *sketch) {
    const struct figure *figure = sketch->figure;
    double widest = 0;
    const size_t count = figure->kind == FIGURE_LINES ? figure->series_count : figure->category_count;
    for (size_t i = 0; i < count; i++) {
        char shortened[LABEL_MAX];
        shorten(sketch, figure->kind == FIGURE_LINES ? figure->series[i].label : figure->categories[i], shortened);
        widest = fmax(widest, text_extent(sketch, shortened));
    }
    return widest;
}

static void place(struct sketch *sketch) {
    const struct figure *figure = sketch->figure;
    const double letter_x = sketch->size.font / sketch->size.width, letter_y = sketch->size.font / sketch->size.height;
    const bool lines = figure->kind == FIGURE_LINES;
    sketch->left = lines ? 6 * letter_x : widest_label(sketch) + 1.2 * letter_x;
    sketch->right = lines ? 1 - widest_label(sketch) - 1.2 * letter_x : 1 - 2 * letter_x;
    sketch->bottom = 4 * letter_y;
    sketch->top = 1 - (lines || figure->series_count == 1 ? 0.8 : 2.4) * letter_y;
    (void)fprintf(sketch->out,
                  "set lmargin at screen %.5f\nset rmargin at screen %.5f\n"
                  "set bmargin at screen %.5f\nset tmargin at screen %.5f\n",
                  sketch->left, sketch->right, sketch->bottom, sketch->top);
}

static void write_frame(const struct sketch *sketch) {
    (void)fprintf(sketch->out,
                  "set border %d lw 0.7 lc rgb '%s'\nset grid noxtics noytics %s lt 1 lw 0.7 lc rgb '%s'\n"
                  "set tics nomirror out scale 0.4\nset datafile separator whitespace\nset key off\n"
                  "",
                  sketch->figure->kind == FIGURE_LINES ? 3 : 1, figure_colours[FIGURE_YARDSTICK].on_white,
                  sketch->figure->kind == FIGURE_LINES ? "ytics" : "xtics", figure_colours[FIGURE_GRID].on_white);
}

/*
 * Which names stand below a plot of lines: from the last on, those that leave a gap to the one after. The ticks of the
 * others stay.
 */
static void choose_names(const struct sketch *sketch, bool *chosen) {
    const struct figure *figure = sketch->figure;
    const double letter = sketch->size.font / sketch->size.width, gap = 0.6 * letter;
    const double step = (sketch->right - sketch->left) / ((double)figure->category_count - 0.5);
    double limit = INFINITY;
    for (size_t i = figure->category_count; i > 0; i--) {
        const double middle = step * (double)i, half = text_extent(sketch, figure->categories[i - 1]) / 2;
        chosen[i - 1] = middle + half + gap <= limit;
        if (chosen[i - 1])
            limit = middle - half;
    }
}

static void write_categories(const struct sketch *sketch, char axis) {
    const struct figure *figure = sketch->figure;
    bool *chosen = calloc(figure->category_count + 1, sizeof *chosen);
    if (chosen == NULL)
        return;
    if (figure->kind == FIGURE_LINES)
        choose_names(sketch, chosen);
    (void)fprintf(sketch->out, "set %ctics (", axis);
    for (size_t i = 0; i < figure->category_count; i++) {
        char shortened[LABEL_MAX];
        shorten(sketch, figure->categories[i], shortened);
        (void)fputs(i > 0 ? ", " : "", sketch->out);
        quote_tick(sketch->out, figure->kind == FIGURE_DOTS || chosen[i] ? shortened : "");
        (void)fprintf(sketch->out, " %zu", figure->kind == FIGURE_LINES ? i : figure->category_count - i);
    }
    (void)fputs(")\n", sketch->out);
    free(chosen);
}

/* gnuplot leaves out the titles of axes for which it finds too little room; labels stay. */
static void write_titles(const struct sketch *sketch, const char *across, const char *upwards) {
    const double letter_x = sketch->size.font / sketch->size.width, letter_y = sketch->size.font / sketch->size.height;
    (void)fputs("set label ", sketch->out);
    quote(sketch->out, across);
    (void)fprintf(sketch->out, " at screen %.5f, screen %.5f center\nset label ", (sketch->left + sketch->right) / 2,
                  0.9 * letter_y);
    quote(sketch->out, upwards);
    (void)fprintf(sketch->out, " at screen %.5f, screen %.5f center rotate by 90\n", 0.9 * letter_x,
                  (sketch->bottom + sketch->top) / 2);
}

static void write_lines(const struct sketch *sketch) {
    const struct figure *figure = sketch->figure;
    write_scale(sketch, 'y');
    (void)fprintf(sketch->out, "set xrange [-0.25:%.9g]\n", (double)figure->category_count - 1 + 0.25);
    write_categories(sketch, 'x');
    write_titles(sketch, figure->category_title, figure->value_title);
    write_line_labels(sketch);
}

/* One line above the plot, in which each series has as much room. */
static void write_key(const struct sketch *sketch) {
    const struct figure *figure = sketch->figure;
    const double letter_x = sketch->size.font / sketch->size.width, letter_y = sketch->size.font / sketch->size.height;
    double x = letter_x;
    size_t room = (size_t)(1 / (letter_x * LETTER_WIDTH) / (double)figure->series_count);
    room = room > KEY_MARGIN ? room - KEY_MARGIN : 1;
    for (size_t s = 0; figure->series_count > 1 && s < figure->series_count; s++) {
        char shortened[LABEL_MAX];
        text_shorten(figure->series[s].label, room, shortened, sizeof shortened);
        (void)fputs("set label ", sketch->out);
        quote(sketch->out, shortened);
        (void)fprintf(sketch->out, " at screen %.5f, screen %.5f left point pt %d ps %.9g lc rgb '%s' offset 0.9, 0\n",
                      x, 1 - 0.9 * letter_y, shape_of(sketch, s), sketch->point, colour_of(sketch, s));
        x += text_extent(sketch, shortened) + (double)KEY_MARGIN * LETTER_WIDTH * letter_x;
    }
}

static void write_dots(const struct sketch *sketch) {
    const struct figure *figure = sketch->figure;
    write_scale(sketch, 'x');
    (void)fprintf(sketch->out, "set yrange [0.4:%.9g]\n", (double)figure->category_count + 0.6);
    write_categories(sketch, 'y');
    write_titles(sketch, figure->value_title, "");
    write_key(sketch);
}

void figure_write_gnuplot(const struct figure *figure, enum figure_format format, const char *file, FILE *out) {
    struct sketch sketch = {.figure = figure, .size = figure_size(figure, format), .out = out};
    const bool pdf = format == FIGURE_PDF;
    sketch.point = pdf ? 0.5 : 0.8; /* the same to see: that terminal draws points twice as large beside its letters */
    sketch.yardstick = pdf ? 0.15 : 0.3;
    const double unit = pdf ? 72 : 1; /* that terminal takes inches */
    (void)fprintf(out, "set terminal %s size %.9g%s,%.9g%s noenhanced font '%s,%.9g'\nset encoding utf8\n",
                  pdf ? "pdfcairo" : "svg", sketch.size.width / unit, pdf ? "in" : "", sketch.size.height / unit,
                  pdf ? "in" : "", pdf ? "Helvetica" : "sans-serif", sketch.size.font);
    if (file != NULL) {
        (void)fputs("set output ", out);
        quote(out, file);
        (void)fputc('\n', out);
    }
    choose_scale(&sketch);
    place(&sketch);
    write_frame(&sketch);
    if (figure->kind == FIGURE_LINES)
        write_lines(&sketch);
    else
        write_dots(&sketch);
    write_series(&sketch);
}
