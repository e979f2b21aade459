/* Names that are nearly right, lists, numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/text.h"

static void distance_counts_edits(void **state) {
    (void)state;
    assert_int_equal(text_distance("", ""), 0);
    assert_int_equal(text_distance("tls", "tls"), 0);
    assert_int_equal(text_distance("", "tls"), 3);
    assert_int_equal(text_distance("tls", "tl"), 1);
    assert_int_equal(text_distance("tls", "tlss"), 1);
    assert_int_equal(text_distance("tls", "tks"), 1);
    assert_int_equal(text_distance("stacktga", "stacktag"), 1); /* a swap is one slip, not two */
    assert_int_equal(text_distance("kitten", "sitting"), 3);
}

static void nearest_is_a_slip_away_or_nothing(void **state) {
    (void)state;
    static const char *const names[] = {"explicit", "none", "stacktag", "stacktag-unwind", "tls"};
    assert_string_equal(text_nearest("stacktga", names, 5), "stacktag");
    assert_string_equal(text_nearest("stacktag-unwnd", names, 5), "stacktag-unwind");
    assert_string_equal(text_nearest("tsl", names, 5), "tls");
    assert_null(text_nearest("xyz", names, 5));
    assert_null(text_nearest("x", names, 5));
    assert_null(text_nearest("tls", names, 0));
}

static void selection_takes_names_and_globs(void **state) {
    (void)state;
    static const char *const names[] = {"explicit", "stacktag", "stacktag-unwind", "tls"};
    bool selected[4];
    struct error error;
    assert_true(text_select("strategy", "tls,stack*", names, 4, selected, &error));
    assert_false(selected[0]);
    assert_true(selected[1] && selected[2] && selected[3]);
    assert_true(text_select("strategy", "*", names, 4, selected, &error));
    assert_true(selected[0]);
    assert_false(text_select("strategy", "tls,explict", names, 4, selected, &error));
    assert_string_equal(error.text, "no strategy is called \"explict\"; did you mean \"explicit\"?");
    assert_false(text_select("strategy", "zzz*", names, 4, selected, &error));
    assert_non_null(strstr(error.text, "there are explicit, stacktag, stacktag-unwind, tls"));
    assert_false(text_select("strategy", "tls,", names, 4, selected, &error));
    assert_false(text_select("strategy", "", names, 4, selected, &error));
    assert_true(text_matches("a*,tls", "tls"));
    assert_false(text_matches("a*,tls", "explicit"));
}

static void long_items_are_refused_not_cut(void **state) {
    (void)state;
    char list[TEXT_ITEM_MAX + 2], item[TEXT_ITEM_MAX];
    struct error error;
    memset(list, 'a', sizeof list);
    list[TEXT_ITEM_MAX] = '\0';
    const char *at = list;
    assert_false(text_next_item(&at, item, &error));
    list[TEXT_ITEM_MAX - 1] = '\0';
    at = list;
    assert_true(text_next_item(&at, item, &error));
    assert_null(at);
}

static void integers_know_their_range(void **state) {
    (void)state;
    struct error error;
    int64_t value;
    assert_true(text_parse_integer("64", 1, 64, &value, &error));
    assert_int_equal(value, 64);
    assert_true(text_parse_integer("-9223372036854775808", INT64_MIN, INT64_MAX, &value, &error));
    static const char *const wrong[] = {
        "65", "0", "-1", "", " 1", "+1", "1 ", "1x", "0x10", "1e3", "99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(text_parse_integer(wrong[i], 1, 64, &value, &error));
    assert_string_equal(error.text, "found \"99999999999999999999\"; wanted a whole number from 1 to 64");
}

static void integer_lists_have_a_capacity(void **state) {
    (void)state;
    struct error error;
    int64_t values[2];
    size_t count;
    assert_true(text_parse_integers("7,7,8,7", 0, 9, values, 2, &count, &error));
    assert_int_equal(count, 2);
    assert_false(text_parse_integers("7,8,9", 0, 9, values, 2, &count, &error));
    assert_non_null(strstr(error.text, "more than 2 values"));
}

static void random_numbers_are_those_of_the_algorithm(void **state) {
    (void)state;
    struct random random = {1234567}; /* the reference sequence that implementations are compared by */
    assert_true(random_next(&random) == UINT64_C(6457827717110365317));
    assert_true(random_next(&random) == UINT64_C(3203168211198807973));
    unsigned counts[3] = {0};
    for (int i = 0; i < 3000; i++)
        counts[random_below(&random, 3)]++;
    for (size_t i = 0; i < 3; i++)
        assert_in_range(counts[i], 900, 1100);
    assert_int_equal(random_below(&random, 1), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distance_counts_edits),
        cmocka_unit_test(nearest_is_a_slip_away_or_nothing),
        cmocka_unit_test(selection_takes_names_and_globs),
        cmocka_unit_test(long_items_are_refused_not_cut),
        cmocka_unit_test(integers_know_their_range),
        cmocka_unit_test(integer_lists_have_a_capacity),
        cmocka_unit_test(random_numbers_are_those_of_the_algorithm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
