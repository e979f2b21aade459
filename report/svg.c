#include "svg.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "figure.h"

void svg_escape(FILE *out, const char *text) {
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            (void)fputs("&amp;", out);
            break;
        case '<':
            (void)fputs("&lt;", out);
            break;
        case '>':
            (void)fputs("&gt;", out);
            break;
        case '"':
            (void)fputs("&quot;", out);
            break;
        case '\'':
            (void)fputs("&#39;", out);
            break;
        default:
            (void)fputc(*text, out);
        }
    }
}

void svg_write_colours(bool on_black, FILE *out) {
    for (size_t i = 0; i < FIGURE_COLOUR_COUNT; i++)
        (void)fprintf(out, "--figure-%zu:%s;", i, on_black ? figure_colours[i].on_black : figure_colours[i].on_white);
}

static bool begins(const char *text, const char *with) {
    return strncmp(text, with, strlen(with)) == 0;
}

/* The colour that a value such as "rgb(  0, 114, 178)" or "black" names, by its place; -1: none of ours. */
static int colour_index(const char *value) {
    unsigned rgb[3];
    char hex[16];
    if (begins(value, "black"))
        return FIGURE_SERIES_MAX - 1;
    char *end = NULL;
    if (!begins(value, "rgb("))
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

/* Copies a value without what its numbers do not need: "M124.80,631.00 L9,7  " becomes "M124.8,631 L9,7". */
static void write_numbers(const char *value, const char *end, FILE *out) {
    while (end > value && end[-1] == ' ')
        end--;
    while (value < end) {
        const size_t whole = strspn(value, "0123456789");
        size_t digits = whole > 0 && value[whole] == '.' ? strspn(value + whole + 1, "0123456789") : 0;
        const char *after = value + (digits > 0 ? whole + 1 + digits : whole > 0 ? whole : 1);
        while (digits > 0 && value[whole + digits] == '0')
            digits--;
        (void)fwrite(value, 1, digits > 0 ? whole + 1 + digits : whole > 0 ? whole : 1, out);
        value = after;
        while (value < end && value[0] == ' ' && value[1] == ' ')
            value++;
    }
}

/* Writes the value of one attribute, which ends at `end`. */
static void write_value(const struct svg_place *place, const char *value, const char *end, FILE *out) {
    const int colour = colour_index(value);
    if (*value == '#') /* refers to an id */
        (void)fprintf(out, "#%s-%.*s", place->id, (int)(end - value - 1), value + 1);
    else if (colour >= 0 && place->in_page)
        (void)fprintf(out, "var(--figure-%d)", colour);
    else if (colour >= 0)
        (void)fputs(figure_colours[colour].on_white, out);
    else
        write_numbers(value, end, out);
}

/* What follows an attribute that says what holds without it; NULL if this is none. A page names its font once. */
static const char *skip_default(const struct svg_place *place, const char *attribute) {
    static const char *const defaults[] = {"stroke-linecap=\"butt\"", "stroke-linejoin=\"miter\"",
                                           "font-family=\"sans-serif\""};
    const size_t count = sizeof defaults / sizeof *defaults - (place->in_page ? 0 : 1);
    for (size_t i = 0; i < count; i++) {
        if (begins(attribute, defaults[i]))
            return attribute + strlen(defaults[i]);
    }
    return NULL;
}

/* Copies a tag from its '<' to its '>', its values translated. Returns what follows. */
static const char *copy_tag(const struct svg_place *place, const char *tag, FILE *out) {
    bool blank = false;
    while (*tag != '\0' && *tag != '>') {
        if (isspace((unsigned char)*tag)) {
            blank = true;
            tag++;
            const char *after = skip_default(place, tag);
            tag = after != NULL ? after : tag;
            continue;
        }
        if (blank)
            (void)fputc(' ', out);
        blank = false;
        if (*tag != '"' && *tag != '\'') {
            if (begins(tag, "id=")) {
                (void)fprintf(out, "id=\"%s-", place->id);
                tag += strlen("id=\"");
                const char *end = tag + strcspn(tag, "'\"");
                (void)fprintf(out, "%.*s\"", (int)(end - tag), tag);
                tag = *end != '\0' ? end + 1 : end;
                continue;
            }
            (void)fputc(*tag++, out);
            continue;
        }
        const char *end = strchr(tag + 1, *tag);
        if (end == NULL)
            return tag + strlen(tag);
        (void)fputc('"', out);
        write_value(place, tag + 1, end, out);
        (void)fputc('"', out);
        tag = end + 1;
    }
    (void)fputc('>', out);
    return *tag == '>' ? tag + 1 : tag;
}

/* What follows the element that begins here, if it is one to leave out; NULL otherwise. */
static const char *skip_element(const char *at) {
    static const char *const useless[][2] = {
        {"<title>", "</title>"}, {"<desc>", "</desc>"}, {"<filter ", "</filter>"}, {"<!--", "-->"}};
    for (size_t i = 0; i < sizeof useless / sizeof *useless; i++) {
        const char *end = begins(at, useless[i][0]) ? strstr(at, useless[i][1]) : NULL;
        if (end != NULL)
            return end + strlen(useless[i][1]);
    }
    if (!begins(at, "<g "))
        return NULL;
    const char *inner = strchr(at, '>');
    if (inner == NULL)
        return NULL;
    inner += 1 + strspn(inner + 1, " \t\n");
    return begins(inner, "</g>") ? inner + strlen("</g>") : NULL;
}

/* A shape that is defined and not used. */
static const char *skip_unused_shape(const char *whole, const char *at) {
    const char *end = strchr(at, '>'), *id = strstr(at, "id='gp");
    char reference[32];
    if (end == NULL || id == NULL || id > end || end[-1] != '/')
        return NULL;
    id += strlen("id='");
    (void)snprintf(reference, sizeof reference, "#%.*s'", (int)strcspn(id, "'"), id);
    return strstr(whole, reference) == NULL ? end + 1 : NULL;
}

static void write_head(const struct svg_place *place, FILE *out) {
    (void)fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" ");
    if (!place->in_page)
        (void)fprintf(out, "width=\"%.9gpt\" height=\"%.9gpt\" ", place->width, place->height);
    (void)fprintf(out, "viewBox=\"0 0 %.9g %.9g\" role=\"img\" aria-label=\"", place->width, place->height);
    svg_escape(out, place->description);
    (void)fputs("\">", out);
    if (!place->in_page)
        (void)fputs("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>", out);
}

/* Runs of white space become one line's end, or a blank within a text. */
static const char *copy_text(const char *at, FILE *out) {
    const char *end = at + strcspn(at, "<");
    const char *visible = at + strspn(at, " \t\n");
    if (visible < end) {
        while (end > visible && isspace((unsigned char)end[-1]))
            end--;
        (void)fwrite(visible, 1, (size_t)(end - visible), out);
    }
    return at + strcspn(at, "<");
}

/* The groups that are open, by their tags as drawn. gnuplot's own are not as deep as this. */
enum { GROUPS_MAX = 8 };
struct groups {
    const char *tags[GROUPS_MAX];
    size_t depth;
};

static size_t tag_length(const char *tag) {
    return strcspn(tag, ">") + 1;
}

/*
 * gnuplot opens a group for each stroke. At the end of one, where the next to come says the same: what follows the
 * other's tag, so that the two become one. NULL elsewhere.
 */
static const char *join_groups(const struct groups *groups, const char *at) {
    if (!begins(at, "</g>") || groups->depth == 0 || groups->depth > GROUPS_MAX)
        return NULL;
    const char *const tag = groups->tags[groups->depth - 1];
    at += strlen("</g>");
    for (const char *after = at; after != NULL; after = skip_element(at)) {
        at = after + strspn(after, " \t\r\n");
        if (begins(at, "<g ") && strncmp(at, tag, tag_length(tag)) == 0 && skip_element(at) == NULL)
            return at + tag_length(tag);
    }
    return NULL;
}

static void note_group(struct groups *groups, const char *at) {
    if (begins(at, "<g ")) {
        if (groups->depth < GROUPS_MAX)
            groups->tags[groups->depth] = at;
        groups->depth++;
    } else if (begins(at, "</g>") && groups->depth > 0) {
        groups->depth--;
    }
}

bool svg_write(const char *drawn, const struct svg_place *place, FILE *out) {
    const char *at = strstr(drawn, "<svg"), *inner = at != NULL ? strchr(at, '>') : NULL;
    struct groups groups = {.depth = 0};
    if (inner == NULL || strstr(inner, "</svg>") == NULL)
        return false;
    write_head(place, out);
    for (at = inner + 1; *at != '\0' && !begins(at, "</svg>");) {
        if (*at != '<') {
            at = copy_text(at, out);
            continue;
        }
        const char *after = skip_element(at);
        if (after == NULL)
            after = skip_unused_shape(inner, at);
        if (after == NULL)
            after = join_groups(&groups, at);
        if (after != NULL) {
            at = after;
            continue;
        }
        note_group(&groups, at);
        at = copy_tag(place, at, out);
    }
    (void)fputs("</svg>\n", out);
    return true;
}
