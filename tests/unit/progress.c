/* The progress line fits every terminal and never shows half a number; excerpts fit every sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/excerpt.h"
#include "session/progress.h"

static const struct progress progress = {
    .fd = -1,
    .done = 101,
    .total = 240,
    .seconds_left = 3723,
    .what = "stacktag/get/depth:16/up:1/latency/threads:2/l3",
};

static void assert_line(unsigned width, const char *wanted) {
    char line[PROGRESS_WIDTH_MAX];
    progress_format(&progress, width, line);
    assert_string_equal(line, wanted);
}

static void test_fits(void **state) {
    (void)state;
    assert_line(200, "42%  1:02:03 left  101/240  stacktag/get/depth:16/up:1/latency/threads:2/l3");
    assert_line(40, "42%  1:02:03 left  101/240  stacktag/ge");
    assert_line(26, "42%  1:02:03 left");
    assert_line(20, "42%  1:02:03 left");
    assert_line(10, "42%");
    assert_line(3, "");
    assert_line(0, "");
    for (unsigned width = 0; width < 2 * PROGRESS_WIDTH_MAX; width++) {
        char line[PROGRESS_WIDTH_MAX];
        progress_format(&progress, width, line);
        assert_true(strlen(line) < (width > 0 ? width : 1));
    }
}

static void test_odd_times(void **state) {
    (void)state;
    struct progress odd = {.fd = -1, .done = 0, .total = 0, .seconds_left = -5};
    char line[PROGRESS_WIDTH_MAX];
    progress_format(&odd, 80, line);
    assert_string_equal(line, "100%  0:00 left  0/0  ");
}

static void assert_excerpts(const char *text, size_t size, const char *first, const char *last) {
    char to[64];
    excerpt_first(to, size, text, strlen(text));
    assert_string_equal(to, first);
    excerpt_last(to, size, text, strlen(text));
    assert_string_equal(to, last);
}

static void test_excerpts(void **state) {
    (void)state;
    assert_excerpts("", 8, "", "");
    assert_excerpts("\n \n", 8, "", "");
    assert_excerpts("abcdefg", 8, "abcdefg", "abcdefg");
    assert_excerpts("abcdefgh", 8, "abcd...", "...efgh");
    assert_excerpts("one\n\ntwo\n", 16, "one | two", "one | two");
    assert_excerpts("a\tb\x1b[31m\xff", 16, "a b?[31m?", "a b?[31m?");
    assert_excerpts("one\ntwo\nthree", 12, "one | tw...", "... | three");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fits),
        cmocka_unit_test(test_odd_times),
        cmocka_unit_test(test_excerpts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
