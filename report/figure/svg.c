#include "figure/svg.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "figure/figure.h"

static const char *entity_of(char c) {
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void svg_escape(FILE *out, const char *text) {
    while (*text != '\0') {
        const size_t length = utf8_character(text);
        const char *entity = entity_of(*text);
        if (length == 0)
            (void)fprintf(out, "\\x%02x", (unsigned char)*text);
        else if (entity != NULL)
            (void)fputs(entity, out);
        else
            (void)fwrite(text, 1, length, out);
        text += length > 0 ? length : 1;
    }
}

void svg_write_colours(bool on_black, FILE *out) {
    for (size_t i = 0; i < FIGURE_COLOUR_COUNT; i++)
        (void)fprintf(out, "--figure-%zu:%s;", i, on_black ? figure_colours[i].on_black : figure_colours[i].on_white);
}

static bool begins(const char *text, const char *with) {
    return strncmp(text, with, strlen(with)) == 0;
}

/* ---- What gnuplot wrote ---- */

/* The value of a tag's attribute; NULL if it has none of that name. It ends at a quote. */
static const char *attribute(const char *tag, const char *name) {
    const size_t length = strlen(name);
    for (const char *at = tag; *at != '\0' && *at != '>'; at++) {
        if (*at == '\'' || *at == '"') {
            at = strchr(at + 1, *at);
            if (at == NULL)
                return NULL;
        } else if (isspace((unsigned char)*at) && strncmp(at + 1, name, length) == 0 && at[1 + length] == '=') {
            return at + 1 + length + 2;
        }
    }
    return NULL;
}

static double number_of(const char *tag, const char *name, double otherwise) {
    const char *value = attribute(tag, name);
    return value != NULL ? strtod(value, NULL) : otherwise;
}

/* The two numbers of "translate(65.00,259.76)", the one of "scale(3.90)". False if the tag has no such transform. */
static bool transform_of(const char *tag, const char *kind, double *first, double *second) {
    const char *value = attribute(tag, "transform"), *found = value != NULL ? strstr(value, kind) : NULL;
    if (found == NULL || found > strchr(value, '>'))
        return false;
    char *end = NULL;
    *first = strtod(found + strlen(kind) + 1, &end);
    if (second != NULL)
        *second = strtod(end + (*end == ','), NULL);
    return true;
}

/* The colour that a value such as "rgb(  0, 114, 178)" or "black" names, by its place; -1: none of ours. */
static int colour_index(const char *value) {
    unsigned rgb[3];
    char hex[16];
    if (value != NULL && begins(value, "black"))
        return FIGURE_SERIES_MAX - 1;
    char *end = NULL;
    if (value == NULL || !begins(value, "rgb("))
        return -1;
    value += strlen("rgb(");
    for (size_t i = 0; i < 3; i++, value = end + 1)
        rgb[i] = (unsigned)strtoul(value, &end, 10);
    (void)snprintf(hex, sizeof hex, "#%02x%02x%02x", rgb[0] & 255, rgb[1] & 255, rgb[2] & 255);
    for (int i = 0; i < FIGURE_COLOUR_COUNT; i++)
        if (strcmp(figure_colours[i].on_white, hex) == 0)
            return i;
    return -1;
}

/* ---- What is written ---- */

/*
 * gnuplot gives each stroke, point and text a group and attributes of its own. Here all that look the same between the
 * beginnings of two plots become one element, which is a quarter of the size.
 */
struct look {
    char element[160]; /* "path stroke=...": what one path, or the group of some texts, begins with */
    bool texts;
    FILE *out;
    char *body; /* the data of the path, or elements */
    size_t size;
};

enum { GROUPS_MAX = 8, LOOKS_MAX = 32 };

struct writer {
    const struct svg_place *place;
    FILE *out;
    const char *groups[GROUPS_MAX]; /* the tags of those that are open */
    size_t depth;
    struct look looks[LOOKS_MAX];
    size_t look_count;
    bool strange; /* what stands here is none of what our figures are drawn of */
};

/* With no more decimals than can be seen: a page's figures are in px, others are small, and may be enlarged. */
static void write_number(const struct writer *writer, double number, FILE *out) {
    char text[32];
    int length = snprintf(text, sizeof text, "%.*f", writer->place->in_page ? 1 : 2, number);
    while (text[length - 1] == '0')
        length--;
    length -= text[length - 1] == '.';
    text[length] = '\0';
    (void)fputs(strcmp(text, "-0") == 0 ? "0" : text, out);
}

static void write_attribute(const struct writer *writer, const char *name, double number, FILE *out) {
    (void)fprintf(out, " %s=\"", name);
    write_number(writer, number, out);
    (void)fputc('"', out);
}

static void write_colour(const struct writer *writer, const char *name, const char *value, FILE *out) {
    const int index = colour_index(value);
    const int known = index >= 0 ? index : FIGURE_SERIES_MAX - 1;
    if (writer->place->in_page)
        (void)fprintf(out, " %s=\"var(--figure-%d)\"", name, known);
    else
        (void)fprintf(out, " %s=\"%s\"", name, figure_colours[known].on_white);
}

/* Where what looks so goes; NULL when that is too much, or memory ran out. */
static FILE *look_named(struct writer *writer, const char *element, bool texts) {
    for (size_t i = 0; i < writer->look_count; i++)
        if (strcmp(writer->looks[i].element, element) == 0)
            return writer->looks[i].out;
    struct look *look = writer->look_count < LOOKS_MAX ? &writer->looks[writer->look_count] : NULL;
    if (look != NULL)
        *look = (struct look){.texts = texts};
    FILE *out = look != NULL ? open_memstream(&look->body, &look->size) : NULL;
    writer->strange |= out == NULL;
    if (out == NULL)
        return NULL;
    (void)snprintf(look->element, sizeof look->element, "%s", element);
    look->out = out;
    writer->look_count++;
    return out;
}

/* Writes what has been gathered, each look in the order of its first appearance. */
static void write_looks(struct writer *writer) {
    for (size_t i = 0; i < writer->look_count; i++) {
        struct look *look = &writer->looks[i];
        writer->strange |= fclose(look->out) != 0;
        if (look->body != NULL && look->size > 0)
            (void)fprintf(writer->out, look->texts ? "<%s>%s</g>" : "<%s d=\"%s\"/>", look->element, look->body);
        free(look->body);
    }
    writer->look_count = 0;
}

/* The attributes of an element, gathered as a text. */
struct element {
    char text[sizeof((struct look *)0)->element];
    FILE *out;
};

static FILE *begin_element(struct element *element, const char *name) {
    element->out = fmemopen(element->text, sizeof element->text, "w");
    if (element->out != NULL)
        (void)fputs(name, element->out);
    return element->out;
}

static FILE *end_element(struct writer *writer, struct element *element, bool texts) {
    (void)fclose(element->out);
    element->text[sizeof element->text - 1] = '\0';
    return look_named(writer, element->text, texts);
}

/* ---- Strokes ---- */

/* "M124.80,631.00 L9.00,631.00  " becomes "M124.8 631H9". A move that nothing is drawn from is left out. */
static void write_path_data(struct writer *writer, const char *data, FILE *out) {
    double x = 0, y = 0;
    bool moved = false;
    char *end = NULL;
    for (data += strspn(data, " \t\n"); *data == 'M' || *data == 'L'; data = end + strspn(end, " \t\n")) {
        const bool moves = *data == 'M';
        const double next_x = strtod(data + 1, &end), next_y = strtod(end + (*end == ','), &end);
        if (!moves && moved) {
            (void)fputc('M', out);
            write_number(writer, x, out);
            (void)fputc(' ', out);
            write_number(writer, y, out);
        }
        if (!moves) {
            const bool level = next_y == y, upright = next_x == x;
            (void)fputc(level ? 'H' : upright ? 'V' : 'L', out);
            if (!upright || level)
                write_number(writer, next_x, out);
            if (!upright && !level)
                (void)fputc(' ', out);
            if (!level)
                write_number(writer, next_y, out);
        }
        moved = moves;
        x = next_x;
        y = next_y;
    }
    writer->strange |= *data != '\'' && *data != '"';
}

static void add_stroke(struct writer *writer, const char *tag) {
    const char *data = attribute(tag, "d"), *dashes = attribute(tag, "stroke-dasharray");
    const char *group = writer->depth > 0 ? writer->groups[writer->depth - 1] : tag;
    struct element element;
    FILE *out = begin_element(&element, "path");
    writer->strange |= data == NULL || out == NULL;
    if (data == NULL || out == NULL)
        return;
    write_colour(writer, "stroke", attribute(tag, "stroke"), out);
    write_attribute(writer, "stroke-width", number_of(group, "stroke-width", 1), out);
    if (dashes != NULL)
        (void)fprintf(out, " stroke-dasharray=\"%.*s\"", (int)strspn(dashes, "0123456789.,"), dashes);
    FILE *body = end_element(writer, &element, false);
    if (body != NULL)
        write_path_data(writer, data, body);
}

/* ---- Points ---- */

/* gnuplot's shapes that figures use, around (0, 0). A dot is a stroke without length, whose ends are round. */
static const struct shape {
    const char *id;
    enum { SHAPE_DOT, SHAPE_RING, SHAPE_POLYGON } kind;
    size_t corner_count;
    double corners[5][2];
} shapes[] = {
    {"#gpPt4'", SHAPE_POLYGON, 4, {{-1, -1}, {1, -1}, {1, 1}, {-1, 1}}},
    {"#gpPt5'", SHAPE_RING, 0, {{0}}},
    {"#gpPt6'", SHAPE_DOT, 0, {{0}}},
    {"#gpPt8'", SHAPE_POLYGON, 3, {{0, -1.33}, {1.33, 0.67}, {-1.33, 0.67}}},
    {"#gpPt10'", SHAPE_POLYGON, 3, {{0, 1.33}, {1.33, -0.67}, {-1.33, -0.67}}},
    {"#gpPt12'", SHAPE_POLYGON, 4, {{0, -1.41}, {1.41, 0}, {0, 1.41}, {-1.41, 0}}},
    {"#gpPt14'", SHAPE_POLYGON, 5, {{0, 1.33}, {1.27, 0.41}, {0.78, -1.07}, {-0.78, -1.07}, {-1.27, 0.41}}},
};
enum { SHAPE_COUNT = sizeof shapes / sizeof shapes[0] };
static const double RING_WIDTH = 0.205;

static void write_pair(const struct writer *writer, const char *command, double x, double y, FILE *out) {
    (void)fputs(command, out);
    write_number(writer, x, out);
    (void)fputc(' ', out);
    write_number(writer, y, out);
}

static void write_point(const struct writer *writer, const struct shape *shape, double x, double y, double scale,
                        FILE *out) {
    switch (shape->kind) {
    case SHAPE_DOT:
        write_pair(writer, "M", x, y, out);
        (void)fputs("h0", out);
        break;
    case SHAPE_RING: /* two halves */
        write_pair(writer, "M", x - scale, y, out);
        for (int side = 1; side >= -1; side -= 2) {
            write_pair(writer, "a", scale, scale, out);
            write_pair(writer, " 0 1 0 ", 2 * side * scale, 0, out);
        }
        break;
    case SHAPE_POLYGON:
        for (size_t i = 0; i < shape->corner_count; i++)
            write_pair(writer,
                       i == 0   ? "M"
                       : i == 1 ? "L"
                                : " ",
                       x + scale * shape->corners[i][0], y + scale * shape->corners[i][1], out);
        (void)fputc('z', out);
        break;
    }
}

static void add_point(struct writer *writer, const char *tag) {
    const char *reference = attribute(tag, "xlink:href"), *colour = attribute(tag, "color");
    const struct shape *shape = shapes;
    double x, y, scale;
    struct element element;
    while (reference != NULL && shape < shapes + SHAPE_COUNT && !begins(reference, shape->id))
        shape++;
    const bool known = reference != NULL && shape < shapes + SHAPE_COUNT && transform_of(tag, "translate", &x, &y) &&
                       transform_of(tag, "scale", &scale, NULL);
    FILE *out = known ? begin_element(&element, "path") : NULL;
    writer->strange |= out == NULL;
    if (out == NULL)
        return;
    write_colour(writer, shape->kind == SHAPE_POLYGON ? "fill" : "stroke", colour, out);
    if (shape->kind != SHAPE_POLYGON)
        write_attribute(writer, "stroke-width", (shape->kind == SHAPE_DOT ? 2 : RING_WIDTH) * scale, out);
    if (shape->kind == SHAPE_DOT)
        (void)fputs(" stroke-linecap=\"round\"", out);
    FILE *body = end_element(writer, &element, false);
    if (body != NULL)
        write_point(writer, shape, x, y, scale, body);
}

/* ---- Texts ---- */

static void add_text(struct writer *writer, const char *tag) {
    const char *group = writer->depth > 0 ? writer->groups[writer->depth - 1] : tag;
    const char *text = strchr(tag, '>'), *end = text != NULL ? strchr(text, '<') : NULL;
    const char *anchor = attribute(group, "text-anchor");
    double x, y, angle;
    struct element element;
    const bool known = end != NULL && begins(end, "</text>") && transform_of(group, "translate", &x, &y);
    FILE *out = known ? begin_element(&element, "g") : NULL;
    writer->strange |= out == NULL;
    if (out == NULL)
        return;
    write_colour(writer, "fill", attribute(group, "fill"), out);
    write_attribute(writer, "font-size", number_of(group, "font-size", 10), out);
    if (anchor != NULL && !begins(anchor, "start"))
        (void)fprintf(out, " text-anchor=\"%s\"", begins(anchor, "end") ? "end" : "middle");
    FILE *body = end_element(writer, &element, true);
    if (body == NULL)
        return;
    (void)fputs("<text", body);
    write_attribute(writer, "x", x, body);
    write_attribute(writer, "y", y, body);
    if (transform_of(group, "rotate", &angle, NULL)) {
        (void)fprintf(body, " transform=\"rotate(%.0f", angle);
        write_pair(writer, " ", x, y, body);
        (void)fputs(")\"", body);
    }
    (void)fprintf(body, "%.*s</text>", (int)(end - text), text);
}

/* ---- The whole ---- */

/* What follows the element that begins here, if it draws nothing; NULL otherwise. */
static const char *skip_element(const char *at) {
    static const char *const useless[][2] = {
        {"<title>", "</title>"}, {"<desc>", "</desc>"}, {"<defs>", "</defs>"}, {"<!--", "-->"}};
    for (size_t i = 0; i < sizeof useless / sizeof *useless; i++) {
        const char *end = begins(at, useless[i][0]) ? strstr(at, useless[i][1]) : NULL;
        if (end != NULL)
            return end + strlen(useless[i][1]);
    }
    return NULL;
}

static void begin_group(struct writer *writer, const char *tag) {
    const char *id = attribute(tag, "id");
    if (id != NULL && begins(id, "gnuplot_plot"))
        write_looks(writer); /* what a plot draws lies on top of what was drawn before */
    writer->strange |= writer->depth == GROUPS_MAX;
    if (writer->depth < GROUPS_MAX)
        writer->groups[writer->depth++] = tag;
}

static void take_element(struct writer *writer, const char *tag) {
    if (begins(tag, "<g "))
        begin_group(writer, tag);
    else if (begins(tag, "</g>"))
        writer->depth -= writer->depth > 0;
    else if (begins(tag, "<path "))
        add_stroke(writer, tag);
    else if (begins(tag, "<use "))
        add_point(writer, tag);
    else if (begins(tag, "<text"))
        add_text(writer, tag);
    else
        writer->strange |= !begins(tag, "</text>") && !begins(tag, "<rect "); /* that is the canvas */
}

static void write_head(const struct svg_place *place, FILE *out) {
    (void)fputs("<svg ", out);
    if (!place->in_page) /* there, the font is the page's */
        (void)fprintf(out,
                      "xmlns=\"http://www.w3.org/2000/svg\" width=\"%.9gpt\" height=\"%.9gpt\" "
                      "font-family=\"sans-serif\" ",
                      place->width, place->height);
    (void)fprintf(out, "viewBox=\"0 0 %.9g %.9g\" fill=\"none\" role=\"img\" aria-label=\"", place->width,
                  place->height);
    svg_escape(out, place->description);
    (void)fputs("\">", out);
    if (!place->in_page)
        (void)fputs("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>", out);
}

bool svg_write(const char *drawn, const struct svg_place *place, FILE *out) {
    const char *at = strstr(drawn, "<svg"), *inner = at != NULL ? strchr(at, '>') : NULL;
    struct writer writer = {.place = place, .out = out};
    if (inner == NULL || strstr(inner, "</svg>") == NULL)
        return false;
    write_head(place, out);
    for (at = strchr(inner, '<'); at != NULL && !begins(at, "</svg>");) {
        const char *after = skip_element(at);
        if (after == NULL)
            take_element(&writer, at);
        at = strchr(after != NULL ? after : at + 1, '<');
    }
    write_looks(&writer);
    (void)fputs("</svg>\n", out);
    return !writer.strange;
}
