/* What may be said of costs: an order, growth and crossings, and only where the intervals show it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/display.h"
#include "data/ranking.h"

enum { VALUES = 4 };

/* A strategy's cases along an axis, each with an interval of so many per cent around its median. */
struct line {
    struct result_case of;
    struct summary_case cases[VALUES];
    const struct summary_case *at[VALUES];
};

static struct survey_curve curve_of(struct line *line, const char *strategy, const double *ns, double percent) {
    line->of = (struct result_case){.strategy = strategy};
    for (size_t v = 0; v < VALUES; v++) {
        line->cases[v] = (struct summary_case){.of = &line->of,
                                               .median_ns = ns[v],
                                               .low_ns = ns[v] * (1 - percent / 100),
                                               .high_ns = ns[v] * (1 + percent / 100)};
        line->at[v] = ns[v] > 0 ? &line->cases[v] : NULL;
    }
    return (struct survey_curve){.strategy = strategy, .label = strategy, .at = line->at};
}

static struct survey_sweep sweep_of(struct survey_curve *curves, size_t count) {
    static const char *const labels[VALUES] = {"0", "5", "50", "400"};
    return (struct survey_sweep){.labels = labels, .value_count = VALUES, .curves = curves, .curve_count = count};
}

static void test_order_and_ties(void **state) {
    (void)state;
    struct line lines[3];
    struct survey_curve curves[] = {
        curve_of(&lines[0], "dear", (double[]){9, 9, 9, 9}, 1),
        curve_of(&lines[1], "cheap", (double[]){5, 5, 5, 5}, 3),
        curve_of(&lines[2], "near", (double[]){5.1, 5.1, 5.1, 5.1}, 1),
    };
    const struct survey_sweep sweep = sweep_of(curves, 3);
    const struct ranking ranking = ranking_make(&sweep, 0, NULL, NULL);
    assert_int_equal(ranking.count, 3);
    assert_string_equal(ranking.cases[0]->of->strategy, "cheap");
    assert_string_equal(ranking.cases[2]->of->strategy, "dear");
    assert_int_equal(ranking_count_ties(&ranking), 1);
    lines[1].cases[0].low_ns = lines[1].cases[0].high_ns = 0; /* a single execution tells nothing apart */
    assert_int_equal(ranking_count_ties(&ranking), 2);
}

static void test_growth(void **state) {
    (void)state;
    struct line lines[4];
    struct survey_curve curves[] = {
        curve_of(&lines[0], "grows", (double[]){10, 20, 100, 350}, 2),
        curve_of(&lines[1], "wide", (double[]){10, 10, 10, 16}, 40),
        curve_of(&lines[2], "flat", (double[]){10, 10, 10, 14}, 1),
        curve_of(&lines[3], "lonely", (double[]){0, 10, 0, 0}, 1),
    };
    const struct survey_sweep sweep = sweep_of(curves, 4);
    const struct growth growth = ranking_growth(&sweep, &curves[0]);
    assert_true(growth.grows && growth.ratio == 35 && growth.last_value == 3);
    assert_false(ranking_growth(&sweep, &curves[1]).grows);
    assert_false(ranking_growth(&sweep, &curves[2]).grows);
    assert_null(ranking_growth(&sweep, &curves[3]).first);
}

static void test_crossings(void **state) {
    (void)state;
    struct line lines[3];
    struct survey_curve curves[] = {
        curve_of(&lines[0], "steep", (double[]){100, 200, 500, 900}, 2),
        curve_of(&lines[1], "level", (double[]){300, 300, 300, 300}, 2),
        curve_of(&lines[2], "vague", (double[]){300, 300, 490, 880}, 2),
    };
    const struct survey_sweep sweep = sweep_of(curves, 3);
    const struct crossing crossing = ranking_crossing(&sweep, &curves[0], &curves[1]);
    assert_true(crossing.found && crossing.before == 1 && crossing.after == 2);
    assert_false(ranking_crossing(&sweep, &curves[1], &curves[0]).found);
    assert_false(ranking_crossing(&sweep, &curves[0], &curves[2]).found); /* their intervals overlap to the end */
}

static void test_text_neither_steers_nor_reorders(void **state) {
    (void)state;
    /* NOLINTNEXTLINE(misc-misleading-bidirectional): that is what must not get through */
    char text[] = "a\nb\033[31m \xe2\x80\xaegnp.exe\xe2\x81\xa6\xe2\x80\x8f \xd8\x9c \xc2\x85 \u05d0\u00e4\u2026";
    text_make_printable(text);
    assert_string_equal(text, "a?b?[31m ???gnp.exe?????? ?? ?? \u05d0\u00e4\u2026");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_ties),
        cmocka_unit_test(test_growth),
        cmocka_unit_test(test_crossings),
        cmocka_unit_test(test_text_neither_steers_nor_reorders),
    };
    return cmocka_run_group_tests_name("ranking", tests, NULL, NULL);
}
