/* What is no UTF-8 is escaped, byte by byte, and what is stays as it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes_json.h"
#include "base/json_text.h"
#include "base/utf8.h"

static void assert_escaped(const char *from, const char *wanted) {
    char *escaped = utf8_escaped(from);
    assert_non_null(escaped);
    assert_string_equal(escaped, wanted);
    assert_true(utf8_is_valid(escaped));
    free(escaped);
}

static void test_what_is_no_character_is_escaped(void **state) {
    (void)state;
    assert_escaped("", "");
    assert_escaped("M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x98\x80", "M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x98\x80");
    assert_escaped("M\xfcller", "M\\xfcller");
    assert_escaped("\x80", "\\x80");
    assert_escaped("\xc3", "\\xc3");          /* cut */
    assert_escaped("\xe2\x82", "\\xe2\\x82"); /* cut */
    assert_escaped("\xc0\xaf", "\\xc0\\xaf"); /* overlong */
    assert_escaped("\xe0\x80\xaf", "\\xe0\\x80\\xaf");
    assert_escaped("\xed\xa0\x80", "\\xed\\xa0\\x80");          /* a surrogate */
    assert_escaped("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* beyond U+10FFFF */
}

/* Every pair and every triple of bytes that may be the beginning of a character: jansson must take what comes out. */
static void test_jansson_takes_it(void **state) {
    (void)state;
    for (unsigned lead = 1; lead < 256; lead++)
        for (unsigned second = 1; second < 256; second++) {
            const char pair[] = {(char)lead, (char)second, '\0'};
            const char triple[] = {(char)lead, (char)second, '\x80', 'x', '\0'};
            json_t *first = json_text(pair), *other = json_text(triple);
            assert_non_null(first);
            assert_non_null(other);
            assert_int_equal(utf8_is_valid(pair), json_string_length(first) == 2);
            json_decref(first);
            json_decref(other);
        }
}

static void test_cuts_between_characters(void **state) {
    (void)state;
    char text[6];
    utf8_escape(text, sizeof text, "ab\xe2\x82\xac\xe2\x82\xac");
    assert_string_equal(text, "ab\xe2\x82\xac");
    utf8_escape(text, sizeof text, "ab\xff");
    assert_string_equal(text, "ab");
    utf8_escape(text, 1, "ab");
    assert_string_equal(text, "");
}

static void test_what_is_shown_has_no_controls(void **state) {
    (void)state;
    char *shown = utf8_shown("a\x1b[31m\xff\nb");
    assert_string_equal(shown, "a?[31m\\xff?b");
    free(shown);
}

static void test_bytes_come_back(void **state) {
    (void)state;
    static const char *const texts[] = {"", "plain", "M\xc3\xbcller", "M\xfcller", "\xff\xfe\x01"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_t *value = bytes_to_json(texts[i]);
        char *back = bytes_from_json(value);
        assert_non_null(back);
        assert_string_equal(back, texts[i]);
        free(back);
        json_decref(value);
    }
    static const char *const wrong[] = {
        "{\"hex\": \"4\"}", "{\"hex\": \"zz\"}", "{\"hex\": \"00\"}", "{}", "[]", "[1]"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        json_t *value = json_loads(wrong[i], 0, NULL);
        assert_null(bytes_from_json(value));
        json_decref(value);
    }
    assert_null(bytes_from_json(NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_no_character_is_escaped),
        cmocka_unit_test(test_jansson_takes_it),
        cmocka_unit_test(test_cuts_between_characters),
        cmocka_unit_test(test_what_is_shown_has_no_controls),
        cmocka_unit_test(test_bytes_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
