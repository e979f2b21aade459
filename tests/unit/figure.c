/* Figures: what is laid out, and the SVG that is written of it. */
#include "figure/figure.h"

#include <ctype.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/uniform.h"
#include "base/utf8.h"
#include "figure/gnuplot_source.h"
#include "figure/layout_make.h"
#include "figure/looks.h"
#include "figure/svg.h"

enum { TRIALS = 300, SERIES = 12, CATEGORIES = 24, BOXES_MAX = 200, NAME_MAX_LENGTH = 48, DEPTH_MAX = 16 };

/* ---- Figures of any shape ---- */

struct sample {
    struct figure figure;
    struct figure_series series[SERIES];
    struct figure_value values[SERIES][CATEGORIES];
    char labels[SERIES][NAME_MAX_LENGTH], names[CATEGORIES][NAME_MAX_LENGTH];
    const char *categories[CATEGORIES];
};

static size_t below(uint64_t *random, size_t bound) {
    return (size_t)(uniform(random) * (double)bound);
}

static void make_name(uint64_t *random, char name[static NAME_MAX_LENGTH], size_t longest) {
    const size_t length = 1 + below(random, longest);
    for (size_t i = 0; i < length; i++)
        name[i] = "abcdefgMWil-_ 0123456789"[below(random, 24)];
    name[0] = 'x';
    name[length] = '\0';
}

static struct figure_value make_value(uint64_t *random, double middle, double decades) {
    const double value = middle * pow(10, (uniform(random) - 0.5) * decades);
    const double spread = uniform(random) < 0.5 ? 0 : 0.3 * uniform(random);
    if (uniform(random) < 0.1)
        return (struct figure_value){0};
    return (struct figure_value){value, spread > 0 ? value * (1 - spread) : 0, spread > 0 ? value * (1 + spread) : 0};
}

static void make_sample(struct sample *sample, uint64_t *random) {
    const bool is_time = uniform(random) < 0.8;
    const double middle = pow(10, (is_time ? 7 : 2) * uniform(random)), decades = (is_time ? 6 : 2) * uniform(random);
    *sample = (struct sample){.figure = {
                                  .id = "sample",
                                  .title = "A sample",
                                  .caption = "",
                                  .category_title = "number of things",
                                  .value_title = "time per operation",
                                  .kind = uniform(random) < 0.5 ? FIGURE_LINES : FIGURE_DOTS,
                                  .unit = is_time ? FIGURE_TIME : FIGURE_RATIO,
                                  .categories = sample->categories,
                                  .category_count = 1 + below(random, CATEGORIES),
                                  .series = sample->series,
                                  .series_count = 1 + below(random, SERIES),
                              }};
    const size_t longest = uniform(random) < 0.5 ? 8 : NAME_MAX_LENGTH - 1;
    for (size_t i = 0; i < sample->figure.category_count; i++) {
        make_name(random, sample->names[i], longest);
        sample->categories[i] = sample->names[i];
    }
    for (size_t s = 0; s < sample->figure.series_count; s++) {
        make_name(random, sample->labels[s], longest);
        sample->series[s] = (struct figure_series){
            .label = sample->labels[s], .reference = uniform(random) < 0.2, .values = sample->values[s]};
        for (size_t i = 0; i < sample->figure.category_count; i++)
            sample->values[s][i] = make_value(random, middle, decades);
    }
}

/* ---- Where texts stand ---- */

struct box {
    double left, right, top, bottom;
};

struct boxes {
    struct box all[BOXES_MAX];
    size_t count;
    double font;
};

enum anchor { START, MIDDLE, END };

static void add_texts(struct boxes *boxes, const struct layout_text *texts, size_t count, enum anchor anchor) {
    for (size_t i = 0; texts != NULL && i < count; i++) {
        if (texts[i].text == NULL || texts[i].text[0] == '\0')
            continue;
        const double width = extent_of(texts[i].text, boxes->font), before[] = {0, width / 2, width};
        const double left = texts[i].at.x - before[anchor], baseline = texts[i].at.y;
        assert_true(boxes->count < BOXES_MAX);
        boxes->all[boxes->count++] =
            (struct box){left, left + width, baseline - 0.75 * boxes->font, baseline + 0.25 * boxes->font};
    }
}

static void collect(const struct layout *layout, struct boxes *boxes) {
    const bool lines = layout->figure->kind == FIGURE_LINES;
    *boxes = (struct boxes){.font = layout->font};
    add_texts(boxes, layout->ticks, layout->scale.tick_count, lines ? END : MIDDLE);
    add_texts(boxes, layout->categories, layout->figure->category_count, lines ? MIDDLE : END);
    for (size_t i = 0; i < layout->end_count; i++)
        add_texts(boxes, &layout->ends[i].name, 1, START);
    add_texts(boxes, layout->legend, layout->figure->series_count, START);
    add_texts(boxes, &layout->value_title, 1, lines ? START : MIDDLE);
    add_texts(boxes, &layout->category_title, 1, MIDDLE);
}

static bool overlap(const struct box *a, const struct box *b) {
    const double slack = 1e-6;
    return a->left < b->right - slack && b->left < a->right - slack && a->top < b->bottom - slack &&
           b->top < a->bottom - slack;
}

static void check_texts(const struct layout *layout) {
    struct boxes boxes;
    collect(layout, &boxes);
    for (size_t i = 0; i < boxes.count; i++) {
        const struct box *box = &boxes.all[i];
        assert_true(box->left >= -1e-6 && box->right <= layout->width + 1e-6);
        assert_true(box->top >= -1e-6 && box->bottom <= layout->height + 1e-6);
        for (size_t j = 0; j < i; j++)
            assert_false(overlap(box, &boxes.all[j]));
    }
}

static void check_points(const struct layout *layout) {
    const struct figure *figure = layout->figure;
    assert_true(0 < layout->left && layout->left < layout->right && layout->right < layout->width);
    assert_true(0 <= layout->top && layout->top < layout->bottom && layout->bottom < layout->height);
    for (size_t s = 0; s < figure->series_count; s++) {
        for (size_t i = 0; i < figure->category_count; i++) {
            const struct figure_value *value = &figure->series[s].values[i];
            if (!layout_has_value(value))
                continue;
            const struct layout_point at = layout_point(layout, s, i, value->value);
            assert_true(at.x >= layout->left && at.x <= layout->right);
            assert_true(at.y >= layout->top && at.y <= layout->bottom);
        }
    }
}

static void test_texts_lie_inside_and_on_no_other(void **state) {
    (void)state;
    static struct sample sample;
    uint64_t random = 3;
    for (int trial = 0; trial < TRIALS; trial++) {
        make_sample(&sample, &random);
        for (enum figure_medium medium = FIGURE_IN_PAGE; medium <= FIGURE_ON_PAPER; medium++) {
            struct arena arena = {0};
            struct layout layout;
            assert_true(layout_make(&layout, &sample.figure, medium, &arena));
            check_texts(&layout);
            check_points(&layout);
            assert_true(layout.scale.tick_count >= 2);
            arena_free(&arena);
        }
    }
}

/* ---- SVG ---- */

static char *draw(const struct figure *figure, enum figure_medium medium) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_true(svg_write(figure, medium, out));
    assert_int_equal(fclose(out), 0);
    return text;
}

/* After a tag that begins at `at`, which is either an end of the innermost element, or has quoted attributes only. */
static const char *check_tag(const char *at, char names[][16], size_t *depth) {
    const bool ends = at[1] == '/';
    const char *name = at + 1 + ends;
    const size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz");
    const char *end = name + length;
    assert_true(length > 0 && length < 16);
    if (ends) {
        assert_true(*depth > 0 && strncmp(names[*depth - 1], name, length) == 0 && *end == '>');
        --*depth;
        return end + 1;
    }
    while (*end == ' ') {
        end += strcspn(end, "=");
        assert_true(end[0] == '=' && end[1] == '"');
        const size_t value = strcspn(end + 2, "\"<");
        end += 2 + value;
        assert_int_equal(*end++, '"');
    }
    if (strncmp(end, "/>", 2) == 0)
        return end + 2;
    assert_true(*end == '>' && *depth < DEPTH_MAX);
    (void)snprintf(names[(*depth)++], 16, "%.*s", (int)length, name);
    return end + 1;
}

static void check_well_formed(const char *text) {
    char names[DEPTH_MAX][16];
    size_t depth = 0;
    assert_true(utf8_is_valid(text));
    for (const char *at = text; *at != '\0';) {
        assert_true((unsigned char)*at >= 0x20 || *at == '\n');
        if (*at == '<') {
            at = check_tag(at, names, &depth);
            continue;
        }
        if (*at == '&')
            assert_true(strncmp(at, "&lt;", 4) == 0 || strncmp(at, "&gt;", 4) == 0 || strncmp(at, "&amp;", 5) == 0 ||
                        strncmp(at, "&quot;", 6) == 0 || strncmp(at, "&#39;", 5) == 0);
        assert_true(depth > 0 || isspace((unsigned char)*at));
        at++;
    }
    assert_int_equal(depth, 0);
}

static void test_svg_is_well_formed_and_always_the_same(void **state) {
    (void)state;
    static struct sample sample;
    uint64_t random = 4;
    for (int trial = 0; trial < TRIALS; trial++) {
        make_sample(&sample, &random);
        for (enum figure_medium medium = FIGURE_IN_PAGE; medium <= FIGURE_ON_PAPER; medium++) {
            char *drawn = draw(&sample.figure, medium), *again = draw(&sample.figure, medium);
            check_well_formed(drawn);
            assert_string_equal(drawn, again);
            assert_null(strstr(drawn, "nan"));
            assert_null(strstr(drawn, "inf"));
            free(drawn);
            free(again);
        }
    }
}

static const struct figure_value rising[] = {{4, 3.9, 4.2}, {8, 7.5, 8.1}, {300, 290, 320}},
                                 level[] = {{5, 4.9, 5.1}, {5, 0, 0}, {0, 0, 0}},
                                 base[] = {{2, 0, 0}, {2, 0, 0}, {2, 0, 0}};
static const char *const depths[] = {"0", "16", "256"};

static struct figure example(const struct figure_series *series, size_t count, enum figure_kind kind) {
    return (struct figure){.id = "example",
                           .title = "get, by depth",
                           .caption = "",
                           .category_title = "depth",
                           .value_title = "time per read",
                           .kind = kind,
                           .unit = FIGURE_TIME,
                           .categories = depths,
                           .category_count = 3,
                           .series = series,
                           .series_count = count};
}

static void test_texts_are_escaped(void **state) {
    (void)state;
    const struct figure_series series[] = {{.label = "<b a=\"1\">&'\x01\xff\xc3\xa4", .values = rising}};
    for (enum figure_kind kind = FIGURE_LINES; kind <= FIGURE_DOTS; kind++) {
        struct figure figure = example(series, 1, kind);
        figure.title = "</title><script>";
        char *drawn = draw(&figure, FIGURE_IN_PAGE);
        check_well_formed(drawn);
        assert_null(strstr(drawn, "<b"));
        assert_null(strstr(drawn, "<script"));
        assert_non_null(strstr(drawn, "&lt;/title&gt;&lt;script&gt;"));
        assert_non_null(strstr(drawn, "&lt;b a=&quot;1&quot;&gt;&amp;&#39;\\x01\\xff\xc3\xa4"));
        free(drawn);
    }
}

/* Values and intervals can be read off, by a pointer and without eyes. */
static void test_values_are_told(void **state) {
    (void)state;
    const struct figure_series series[] = {{.label = "tls", .values = level}, {.label = "walk", .values = rising}};
    struct figure figure = example(series, 2, FIGURE_LINES);
    char *drawn = draw(&figure, FIGURE_IN_PAGE);
    assert_non_null(strstr(drawn, "role=\"img\""));
    assert_non_null(strstr(drawn, "<title id=\"drawing-example-title\">get, by depth</title>"));
    assert_non_null(strstr(drawn, "tls: 5.00 ns at 0, 5.00 ns at 16. walk: 4.00 ns at 0, 300 ns at 256.</desc>"));
    assert_non_null(strstr(drawn, "<title>tls at 0: 5.00 ns (4.90..5.10)</title>"));
    assert_non_null(strstr(drawn, "<title>tls at 16: 5.00 ns</title>"));
    assert_null(strstr(drawn, "<title>tls at 256"));
    free(drawn);
    figure.kind = FIGURE_DOTS;
    drawn = draw(&figure, FIGURE_IN_PAGE);
    assert_non_null(strstr(drawn, "<title>256, walk: 300 ns (290..320)</title>"));
    free(drawn);
}

/* Colours follow the page's theme; a file of its own has them, whatever shows it. */
static void test_colours(void **state) {
    (void)state;
    const struct figure_series series[] = {{.label = "tls", .values = level}};
    const struct figure figure = example(series, 1, FIGURE_LINES);
    char *page = draw(&figure, FIGURE_IN_PAGE), *paper = draw(&figure, FIGURE_ON_PAPER);
    assert_null(strchr(page, '#'));
    assert_non_null(strstr(page, "stroke=\"var(--c0)\""));
    assert_null(strstr(paper, "var("));
    assert_non_null(strstr(paper, "stroke=\"#0072b2\""));
    free(page);
    free(paper);
}

static void test_figures_without_values(void **state) {
    (void)state;
    static const struct figure_value none[3] = {{0}};
    const struct figure_series series[] = {{.label = "tls", .values = none}};
    for (enum figure_kind kind = FIGURE_LINES; kind <= FIGURE_DOTS; kind++) {
        for (size_t count = 0; count <= 1; count++) {
            struct figure figure = example(series, count, kind);
            char *drawn = draw(&figure, FIGURE_ON_PAPER);
            check_well_formed(drawn);
            figure.category_count = 0;
            char *empty = draw(&figure, FIGURE_ON_PAPER);
            check_well_formed(empty);
            free(drawn);
            free(empty);
        }
    }
}

/* What a person has looked at. A change that is meant is looked at, and then copied from where the message says. */
static void check_golden(const struct figure *figure, const char *name) {
    char path[512], wanted[64 << 10], made[64];
    (void)snprintf(path, sizeof path, "%s/%s.svg", TEST_DATA, name);
    (void)snprintf(made, sizeof made, "/tmp/ctxbench-%s.svg", name);
    char *drawn = draw(figure, FIGURE_ON_PAPER);
    FILE *file = fopen(path, "r");
    const size_t length = file != NULL ? fread(wanted, 1, sizeof wanted - 1, file) : 0;
    wanted[length] = '\0';
    if (file != NULL)
        (void)fclose(file);
    if (strcmp(drawn, wanted) != 0) {
        FILE *out = fopen(made, "w");
        assert_true(out != NULL && fputs(drawn, out) >= 0 && fclose(out) == 0);
        fail_msg("%s is not what is drawn now: %s", path, made);
    }
    free(drawn);
}

static void test_golden_files(void **state) {
    (void)state;
    const struct figure_series series[] = {{.label = "stacktag", .values = rising},
                                           {.label = "tls", .values = level},
                                           {.label = "floor", .values = base, .reference = true}};
    struct figure figure = example(series, 3, FIGURE_LINES);
    check_golden(&figure, "figure_lines");
    figure.kind = FIGURE_DOTS;
    check_golden(&figure, "figure_dots");
}

/* ---- Looks ---- */

static void test_a_name_keeps_its_look(void **state) {
    (void)state;
    struct arena arena = {0};
    struct looks looks = {0};
    const struct figure_look *a = looks_named(&looks, &arena, "a"), *b = looks_named(&looks, &arena, "b");
    const struct figure_look *c = looks_named(&looks, &arena, "c");
    assert_true(a != b && b != c && looks_named(&looks, &arena, "a") == a);
    const struct figure_series first[] = {{.label = "a", .look = a, .values = rising},
                                          {.label = "b (+1)", .look = b, .values = level}};
    const struct figure_series second[] = {{.label = "c", .look = c, .values = rising},
                                           {.label = "b*", .look = b, .values = level}};
    const struct figure figures[] = {example(first, 2, FIGURE_LINES), example(second, 2, FIGURE_LINES)};
    looks_assign(&looks, (const struct figure *const[]){&figures[0], &figures[1]}, 2);
    assert_true(figure_look_of(&figures[0], 1).colour == figure_look_of(&figures[1], 1).colour);
    assert_true(figure_look_of(&figures[0], 1).mark == figure_look_of(&figures[1], 1).mark);
    assert_true(a->colour != b->colour && b->colour != c->colour);
    arena_free(&arena);
}

/*
 * Twenty names of which seven at a time meet: colours within a figure differ although the first ones would be taken by
 * others, and no two names have the same look.
 */
static void test_what_meets_differs(void **state) {
    (void)state;
    enum { NAMES = 20, GROUP = 5 };
    static char names[NAMES][8];
    static struct figure_series series[NAMES];
    struct figure figures[NAMES / GROUP];
    const struct figure *all[NAMES / GROUP];
    struct arena arena = {0};
    struct looks looks = {0};
    for (size_t i = 0; i < NAMES; i++) {
        (void)snprintf(names[i], sizeof names[i], "n%zu", i);
        series[i] = (struct figure_series){.label = names[i], .values = level};
    }
    for (size_t i = 0; i < NAMES; i++) /* in an order that is not that of the figures */
        series[i * 7 % NAMES].look = looks_named(&looks, &arena, names[i * 7 % NAMES]);
    for (size_t f = 0; f < NAMES / GROUP; f++) {
        figures[f] = example(&series[f * GROUP], GROUP, FIGURE_LINES);
        all[f] = &figures[f];
    }
    looks_assign(&looks, all, NAMES / GROUP);
    for (size_t i = 0; i < NAMES; i++) {
        assert_true(series[i].look->colour < FIGURE_SERIES_MAX && series[i].look->mark < MARK_COUNT);
        for (size_t j = 0; j < i; j++) {
            const bool same_colour = series[i].look->colour == series[j].look->colour;
            assert_false(same_colour && i / GROUP == j / GROUP);
            assert_false(same_colour && series[i].look->mark == series[j].look->mark);
        }
    }
    arena_free(&arena);
}

/* ---- The sources of gnuplot ---- */

/* Texts stand between single quotes, where a quote is doubled, and no line of a script begins within one. */
static void test_sources_hold_texts_as_texts(void **state) {
    (void)state;
    const struct figure_series series[] = {{.label = "a'b\n!touch x\n`id`", .values = rising}};
    const struct figure figure = example(series, 1, FIGURE_LINES);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_true(gnuplot_write_source(&figure, "it's.pdf", out) && fclose(out) == 0);
    assert_non_null(strstr(text, "set output 'it''s.pdf'\n"));
    assert_non_null(strstr(text, "set label 'a''b !touch x `id`' at screen "));
    assert_null(strstr(text, "\n!"));
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_lie_inside_and_on_no_other),
        cmocka_unit_test(test_svg_is_well_formed_and_always_the_same),
        cmocka_unit_test(test_texts_are_escaped),
        cmocka_unit_test(test_values_are_told),
        cmocka_unit_test(test_colours),
        cmocka_unit_test(test_figures_without_values),
        cmocka_unit_test(test_golden_files),
        cmocka_unit_test(test_a_name_keeps_its_look),
        cmocka_unit_test(test_what_meets_differs),
        cmocka_unit_test(test_sources_hold_texts_as_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
