/* The search for a word among those of a stack: by each kind of vector, wherever a range begins and ends. */
#include "stacktag/scan_find.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#if defined(__x86_64__)

enum { WORDS = 160, WANTED = 12345 };

static alignas(4096) uintptr_t words[WORDS];

static uintptr_t find(size_t from, size_t end) {
    return scan_find((uintptr_t)&words[from], (uintptr_t)&words[end], WANTED);
}

/* As a result of scan_find. */
static uintptr_t place(size_t word) {
    return (uintptr_t)&words[word];
}

/* With the word just outside of the range, too, where a vector sees it. */
static void try_range(size_t from, size_t end) {
    if (from > 0)
        words[from - 1] = WANTED;
    words[end] = WANTED;
    assert_int_equal(find(from, end), 0);
    for (size_t at = from; at < end; at++) {
        words[at] = WANTED;
        assert_int_equal(find(from, end), place(at));
        words[at] = 0;
    }
    if (end - from >= 2) { /* the first of two */
        words[from + (end - from) / 2] = words[end - 1] = WANTED;
        assert_int_equal(find(from, end), place(from + (end - from) / 2));
        words[from + (end - from) / 2] = words[end - 1] = 0;
    }
    if (from > 0)
        words[from - 1] = 0;
    words[end] = 0;
}

static void try_level(const char *name) {
    const char *reason = scan_find_use(name);
    if (reason != NULL) {
        (void)printf("%s is not tried: %s\n", name, reason);
        return;
    }
    for (size_t from = 0; from < 40; from++)
        for (size_t end = from; end < WORDS; end++)
            try_range(from, end);
}

static void test_each_kind_of_vector(void **state) {
    (void)state;
    try_level("avx512");
    try_level("avx2");
    try_level("plain"); /* everywhere */
    assert_null(scan_find_use("plain"));
    assert_non_null(scan_find_use("sse"));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_kind_of_vector)};
    return cmocka_run_group_tests_name("scan_find", tests, NULL, NULL);
}

#else

int main(void) {
    (void)puts("skipped: scans are for x86-64");
    return 77;
}

#endif
