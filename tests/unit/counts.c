/* Instruction counts: three stretches give one count or none; files are read, refused and compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gate/callgrind.h"
#include "gate/counts_changes.h"

static void differences_of_equal_stretches_are_a_count(void **state) {
    (void)state;
    double count;
    char found[200] = "";
    assert_true(callgrind_per_operation((const uint64_t[]){17517, 34517, 51517}, 1000, &count, found, sizeof found));
    assert_true(count == 17);
    assert_true(callgrind_per_operation((const uint64_t[]){600, 1725, 2850}, 1000, &count, found, sizeof found));
    assert_true(count == 1.125);
    assert_string_equal(found, "");
}

static void stretches_that_differ_are_none(void **state) {
    (void)state;
    double count;
    char found[200];
    assert_false(callgrind_per_operation((const uint64_t[]){17000, 34000, 51001}, 1000, &count, found, sizeof found));
    assert_non_null(strstr(found, "17.000"));
    assert_non_null(strstr(found, "17.001"));
    assert_false(callgrind_per_operation((const uint64_t[]){17, 17, 17}, 1000, &count, found, sizeof found));
}

static struct counts make(const char *compiler) {
    struct counts counts = {.cases = NULL};
    counts_add_fact(&counts, "compiler", compiler);
    return counts;
}

static void add(struct counts *counts, const char *name, uint32_t revision, double instructions, const char *reason) {
    struct counts_case c = {.revision = revision, .counted = reason == NULL, .instructions = instructions};
    (void)snprintf(c.name, sizeof c.name, "%s", name);
    (void)snprintf(c.reason, sizeof c.reason, "%s", reason == NULL ? "" : reason);
    assert_true(counts_add_case(counts, &c));
}

static const char *write_text(const char *text) {
    static char path[] = "/tmp/ctxbench-test-counts-XXXXXX";
    memset(path + strlen(path) - 6, 'X', 6);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(close(fd), 0);
    return path;
}

static void a_file_survives_the_way(void **state) {
    (void)state;
    struct counts counts = make("gcc \"12\""), got;
    for (int i = 0; i < 200; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "case/%d", i);
        add(&counts, name, 3, 17 + i / 8.0, i == 5 ? "an AVX-512 instruction" : NULL);
    }
    char *text = counts_text(&counts);
    struct error error;
    assert_non_null(text);
    const char *path = write_text(text);
    assert_true(counts_load(&got, path, &error));
    unlink(path);
    assert_int_equal(got.case_count, 200);
    assert_null(counts_differing_fact(&counts, &got));
    for (size_t i = 0; i < 200; i++) {
        assert_string_equal(got.cases[i].name, counts.cases[i].name);
        assert_string_equal(got.cases[i].reason, counts.cases[i].reason);
        assert_int_equal(got.cases[i].revision, 3);
        assert_true(!got.cases[i].counted || got.cases[i].instructions == counts.cases[i].instructions);
    }
    free(text);
    counts_free(&counts);
    counts_free(&got);
}

static void refuses(const char *text, const char *because) {
    struct counts counts;
    struct error error = {.text = ""};
    const char *path = write_text(text);
    assert_false(counts_load(&counts, path, &error));
    assert_non_null(strstr(error.text, because));
    assert_non_null(strstr(error.text, path));
    counts_free(&counts);
    unlink(path);
}

static void what_is_no_file_of_counts_is_refused(void **state) {
    (void)state;
#define HEAD "{\"ctxbench_counts\": 1, \"toolchain\": {\"compiler\": \"gcc\"}, \"cases\": "
    refuses("", "line 1");
    refuses("[]", "ctxbench_counts");
    refuses("{\"ctxbench_counts\": 2}", "ctxbench_counts");
    refuses("{\"ctxbench_counts\": 1, \"toolchain\": {\"compiler\": 3}}", "toolchain");
    refuses("{\"ctxbench_counts\": 1, \"toolchain\": {\"compiler\": \"\\u001b[2J\"}}", "toolchain");
    refuses(HEAD "{}}", "0 cases");
    refuses(HEAD "{\"a\": {\"revision\": 1}}}", "\"a\"");
    refuses(HEAD "{\"a\": {\"revision\": 1, \"instructions\": 0}}}", "\"a\"");
    refuses(HEAD "{\"a\": {\"revision\": 1, \"instructions\": 1e999}}}", "line 1");
    refuses(HEAD "{\"a\": {\"revision\": 0, \"instructions\": 5}}}", "\"a\"");
    refuses(HEAD "{\"a\\u0007\": {\"revision\": 1, \"instructions\": -5}}}", "\"?\"");
    refuses(HEAD "{\"a\": 5, \"a\": 6}}", "duplicate");
}

static enum counts_verdict verdict_of(const struct counts_changes *changes, const char *name) {
    for (size_t i = 0; i < changes->count; i++) {
        if (strcmp(changes->items[i].name, name) == 0)
            return changes->items[i].verdict;
    }
    return COUNTS_VERDICT_COUNT;
}

static void every_kind_of_change_is_told_apart(void **state) {
    (void)state;
    struct counts base = make("gcc 12"), now = make("gcc 12");
    add(&base, "same", 1, 17, NULL), add(&now, "same", 1, 17, NULL);
    add(&base, "more", 1, 1000, NULL), add(&now, "more", 1, 1001, NULL);
    add(&base, "fewer", 1, 1000, NULL), add(&now, "fewer", 1, 999, NULL);
    add(&base, "revised", 1, 17, NULL), add(&now, "revised", 2, 17, NULL);
    add(&base, "varies", 1, 17, NULL), add(&now, "varies", 1, 0, "its count varies");
    add(&now, "new", 1, 17, NULL);
    add(&base, "gone", 1, 17, NULL);
    struct counts_changes changes = counts_compare(&base, &now, 0);
    assert_int_equal(changes.count, 7);
    assert_int_equal(verdict_of(&changes, "same"), COUNTS_EQUIVALENT);
    assert_int_equal(verdict_of(&changes, "more"), COUNTS_REGRESSED);
    assert_int_equal(verdict_of(&changes, "fewer"), COUNTS_IMPROVED);
    assert_int_equal(verdict_of(&changes, "revised"), COUNTS_REVISED);
    assert_int_equal(verdict_of(&changes, "varies"), COUNTS_NOT_COUNTED);
    assert_int_equal(verdict_of(&changes, "new"), COUNTS_LACKS_BASE);
    assert_int_equal(verdict_of(&changes, "gone"), COUNTS_LACKS_NOW);
    assert_true(counts_is_inconclusive(&changes));
    for (int i = 0; i < COUNTS_VERDICT_COUNT; i++)
        assert_int_equal(changes.tally[i], 1);
    free(changes.items);

    changes = counts_compare(&base, &now, 0.01);
    assert_int_equal(changes.tally[COUNTS_EQUIVALENT], 3);
    free(changes.items);
    counts_free(&base);
    counts_free(&now);
}

static void another_tool_chain_is_noticed(void **state) {
    (void)state;
    struct counts base = make("gcc 12"), now = make("gcc 13"), without = {.cases = NULL};
    assert_string_equal(counts_differing_fact(&base, &now)->value, "gcc 12");
    assert_non_null(counts_differing_fact(&base, &without));
    assert_null(counts_differing_fact(&base, &base));
    assert_string_equal(counts_find_fact(&now, "compiler")->value, "gcc 13");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_of_equal_stretches_are_a_count),
        cmocka_unit_test(stretches_that_differ_are_none),
        cmocka_unit_test(a_file_survives_the_way),
        cmocka_unit_test(what_is_no_file_of_counts_is_refused),
        cmocka_unit_test(every_kind_of_change_is_told_apart),
        cmocka_unit_test(another_tool_chain_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
