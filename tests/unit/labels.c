/* Texts in figures: how wide they are, and where they stand so that none lies on another. */
#include "figure/labels.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../support/uniform.h"
#include "figure/extent.h"
#include "figure/names.h"

enum { TRIALS = 500, LABELS_MAX = 20 };

/* ---- Labels beside curves ---- */

static void spread(const double *wanted, size_t count, double *at) {
    struct label labels[LABELS_MAX];
    for (size_t i = 0; i < count; i++)
        labels[i] = (struct label){.of = i, .wanted = wanted[i]};
    labels_spread(labels, count, 10, 0, 100);
    for (size_t i = 0; i < count; i++)
        at[labels[i].of] = labels[i].at;
}

static void assert_places(const double *at, const double *wanted, size_t count) {
    for (size_t i = 0; i < count; i++)
        assert_true(fabs(at[i] - wanted[i]) < 1e-9);
}

static void test_labels_stay_where_there_is_room(void **state) {
    (void)state;
    double at[3];
    spread((const double[]){80, 10, 45}, 3, at);
    assert_places(at, (const double[]){80, 10, 45}, 3);
}

/* A cluster stands around its middle, not above or below it. */
static void test_a_cluster_is_spread_around_its_middle(void **state) {
    (void)state;
    double at[4];
    spread((const double[]){50, 50, 50, 90}, 4, at);
    assert_places(at, (const double[]){40, 50, 60, 90}, 4);
    spread((const double[]){50, 52, 57, 61}, 4, at);
    assert_places(at, (const double[]){40, 50, 60, 70}, 4);
}

static void test_labels_stay_within_bounds(void **state) {
    (void)state;
    double at[3];
    spread((const double[]){0, 1, 2}, 3, at);
    assert_places(at, (const double[]){0, 10, 20}, 3);
    spread((const double[]){100, 99, 300}, 3, at);
    assert_places(at, (const double[]){90, 80, 100}, 3);
}

static void test_too_many_labels_stand_at_equal_distances(void **state) {
    (void)state;
    double at[LABELS_MAX], wanted[LABELS_MAX] = {0};
    spread(wanted, LABELS_MAX, at);
    for (size_t i = 0; i < LABELS_MAX; i++)
        assert_true(fabs(at[i] - 100.0 * (double)i / (LABELS_MAX - 1)) < 1e-9);
}

/* The sum of squared distances from the wanted places: no label can move alone and make it less. */
static double cost_of(const struct label *labels, size_t count) {
    double cost = 0;
    for (size_t i = 0; i < count; i++)
        cost += (labels[i].at - labels[i].wanted) * (labels[i].at - labels[i].wanted);
    return cost;
}

static void try_to_improve(struct label *labels, size_t count) {
    const double cost = cost_of(labels, count);
    for (size_t first = 0; first < count; first++) {
        for (size_t last = first; last < count; last++) {
            for (int way = -1; way <= 1; way += 2) {
                struct label moved[LABELS_MAX];
                memcpy(moved, labels, count * sizeof *moved);
                for (size_t i = first; i <= last; i++)
                    moved[i].at += way * 0.01;
                const bool allowed = moved[0].at >= 0 && moved[count - 1].at <= 100 &&
                                     (first == 0 || moved[first].at - moved[first - 1].at >= 6) &&
                                     (last + 1 == count || moved[last + 1].at - moved[last].at >= 6);
                assert_true(!allowed || cost_of(moved, count) >= cost - 1e-9);
            }
        }
    }
}

static void test_any_labels(void **state) {
    (void)state;
    uint64_t random = 2;
    for (int trial = 0; trial < TRIALS; trial++) {
        struct label labels[LABELS_MAX];
        const size_t count = 1 + (size_t)(uniform(&random) * 12);
        for (size_t i = 0; i < count; i++)
            labels[i] = (struct label){.of = i, .wanted = 100 * uniform(&random) * uniform(&random)};
        labels_spread(labels, count, 6, 0, 100);
        assert_true(labels[0].at >= 0 && labels[count - 1].at <= 100 + 1e-9);
        for (size_t i = 1; i < count; i++)
            assert_true(labels[i].at - labels[i - 1].at >= 6 - 1e-9 && labels[i].wanted >= labels[i - 1].wanted);
        try_to_improve(labels, count);
    }
}

/* ---- Names along an axis ---- */

static unsigned arrange(struct name *names, size_t count, double extent) {
    for (size_t i = 0; i < count; i++)
        names[i] = (struct name){.middle = 100 * (double)i / (double)(count - 1), .extent = extent};
    const unsigned rows = names_arrange(names, count, 0, 100, 2);
    for (size_t i = 0; i < count; i++) {
        assert_true(names[i].middle - extent / 2 >= 0 && names[i].middle + extent / 2 <= 100 && names[i].row < rows);
        for (size_t j = 0; j < i; j++)
            if (names[i].shown && names[j].shown && names[i].row == names[j].row)
                assert_true(names[i].middle - names[j].middle >= extent + 2 - 1e-9);
    }
    return rows;
}

static size_t count_shown(const struct name *names, size_t count) {
    size_t shown = 0;
    for (size_t i = 0; i < count; i++)
        shown += names[i].shown;
    return shown;
}

static void test_names_take_one_row_or_two_or_are_left_out(void **state) {
    (void)state;
    struct name names[LABELS_MAX];
    assert_int_equal(arrange(names, 5, 15), 1);
    assert_int_equal(count_shown(names, 5), 5);
    assert_int_equal(arrange(names, 5, 30), 2);
    assert_int_equal(count_shown(names, 5), 5);
    assert_int_equal(arrange(names, LABELS_MAX, 30), 2);
    assert_true(names[LABELS_MAX - 1].shown && count_shown(names, LABELS_MAX) < LABELS_MAX);
}

/* ---- Extents ---- */

static void test_extents(void **state) {
    (void)state;
    assert_true(extent_of("", 10) == 0);
    assert_true(fabs(extent_of("mm", 10) - 19.6) < 1e-9);
    assert_true(extent_of("iiii", 10) < extent_of("mm", 10));
    assert_true(fabs(extent_of("abc", 20) - 2 * extent_of("abc", 10)) < 1e-9);
    assert_true(extent_of("\xe6\xbc\xa2", 10) >= 10);                               /* a square */
    assert_true(fabs(extent_of("e\xcc\x81", 10) - extent_of("e", 10)) < 1e-9);      /* an accent of its own */
    assert_true(fabs(extent_of("\xff", 10) - extent_of("\\xcc", 10)) < 1e-9);       /* no UTF-8: written as \xff */
    assert_true(extent_of("\xc3\xa4\xc3\xb6\xc3\xbc", 10) >= extent_of("aou", 10)); /* letters with dots */
}

static void test_shortened_text_fits(void **state) {
    (void)state;
    static const char *const texts[] = {"short", "stacktag-with-a-name-that-is-too-long",
                                        "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97",
                                        "MMMMMMMMMMMMMMMMMM"};
    char shortened[EXTENT_TEXT_MAX];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        extent_shorten(texts[i], 60, 10, shortened);
        assert_true(shortened[0] != '\0' && extent_of(shortened, 10) <= 60);
        assert_true((strstr(shortened, "..") != NULL) == (extent_of(texts[i], 10) > 60));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels_stay_where_there_is_room),
        cmocka_unit_test(test_a_cluster_is_spread_around_its_middle),
        cmocka_unit_test(test_labels_stay_within_bounds),
        cmocka_unit_test(test_too_many_labels_stand_at_equal_distances),
        cmocka_unit_test(test_any_labels),
        cmocka_unit_test(test_names_take_one_row_or_two_or_are_left_out),
        cmocka_unit_test(test_extents),
        cmocka_unit_test(test_shortened_text_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
