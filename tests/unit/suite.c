/* Suites as files: what is read, and what is refused with which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plan/suite.h"

static struct suite *parse(const char *text, struct error *error) {
    return suite_parse("mine.json", text, strlen(text), error);
}

static void built_in_suites_are_sound(void **state) {
    (void)state;
    size_t count = 0;
    for (const char *const *name = suite_names(); *name != NULL; name++, count++) {
        struct error error;
        struct suite *suite = suite_load(*name, &error);
        if (suite == NULL) {
            fail_msg("%s", error.text);
            return;
        }
        assert_string_equal(suite->name, *name);
        assert_true(suite->summary[0] != '\0' && suite->case_count > 0);
        assert_non_null(suite_setting(suite, "budget"));
        assert_non_null(suite_setting(suite, "executions"));
        suite_free(suite);
    }
    assert_int_equal(count, 8);
}

static void a_suite_is_read_as_it_stands(void **state) {
    (void)state;
    static const char text[] =
        "{\"ctxbench_suite\": 1, \"summary\": \"mine\", \"strategy\": [\"a\", \"b*\"], \"samples\": 3,\n"
        " \"cases\": [{\"workload\": [\"get\", \"miss\"], \"form\": \"latency\", \"threads\": [1, 2, 1],\n"
        "   \"parameters\": {\"depth\": [0, 16], \"up\": 8}, \"placement\": \"l3\"}, {\"workload\": \"*\"}]}\n";
    struct error error;
    struct suite *suite = parse(text, &error);
    assert_non_null(suite);
    assert_string_equal(suite->text, text);
    assert_string_equal(suite->summary, "mine");
    assert_string_equal(suite_setting(suite, "strategy"), "a,b*");
    assert_string_equal(suite_setting(suite, "samples"), "3");
    assert_null(suite_setting(suite, "executions"));
    assert_int_equal(suite->case_count, 2);
    const struct suite_case *c = &suite->cases[0];
    assert_string_equal(c->workload, "get,miss");
    assert_string_equal(c->forms, "latency");
    assert_string_equal(c->placements, "l3");
    assert_int_equal(c->threads.count, 2); /* repeated values count once */
    assert_int_equal(c->threads.values[1], 2);
    assert_int_equal(c->choice_count, 2);
    assert_string_equal(c->choices[0].name, "depth");
    assert_int_equal(c->choices[0].values[1], 16);
    assert_int_equal(c->choices[1].count, 1);
    assert_null(suite->cases[1].forms);
    assert_int_equal(suite->cases[1].threads.count, 0);
    suite_free(suite);
}

#define CASES(text) "{\"ctxbench_suite\": 1, \"cases\": " text "}"
#define CASE(text) CASES("[{\"workload\": \"get\", " text "}]")

static const struct {
    const char *text, *words;
} wrong[] = {
    {"", "suite mine.json: line 1, column 0: no JSON: "},
    {"{\n\"ctxbench_suite\": 1,,}", "suite mine.json: line 2, column "},
    {"{\"cases\": [], \"cases\": []}", "duplicate object key"},
    {"[]", "the file: found a list, wanted an object"},
    {"{\"cases\": [{\"workload\": \"get\"}]}", "wanted \"ctxbench_suite\": 1 among its members"},
    {"{\"ctxbench_suite\": 2, \"cases\": [{\"workload\": \"get\"}]}", "wanted \"ctxbench_suite\": 1"},
    {"{\"ctxbench_suite\": 1}", "it has no \"cases\"; wanted a list of them"},
    {"{\"ctxbench_suite\": 1, \"summary\": 5}", "summary: found a whole number, wanted a text"},
    {"{\"ctxbench_suite\": 1, \"samples\": []}", "samples: found an empty list"},
    {"{\"ctxbench_suite\": 1, \"samples\": true}", "samples: found true or false, wanted a text or a whole number"},
    {"{\"ctxbench_suite\": 1, \"strategy\": \"a,b\"}",
     "strategy: found \"a,b\"; wanted one name, and several as a list"},
    {"{\"ctxbench_suite\": 1, \"strategy\": [\"a\", null]}", "strategy: found null"},
    {CASES("[]"), "\"cases\": wanted a list of at least one case"},
    {CASES("{}"), "\"cases\": wanted a list of at least one case"},
    {CASES("[\"get\"]"), "cases[0]: found a text, wanted an object such as"},
    {CASES("[{\"workload\": \"get\"}, {\"threads\": 1}]"), "cases[1] names no workload"},
    {CASE("\"thread\": 1"), "cases[0]: no member of a case is called \"thread\"; did you mean \"threads\"?"},
    {CASE("\"form\": \"latent\""), "cases[0].form: no form is called \"latent\""},
    {CASE("\"threads\": \"2\""), "cases[0].threads: found a text, wanted a whole number or a list of them"},
    {CASE("\"threads\": []"), "cases[0].threads: found an empty list; wanted at least one number, or leave it out"},
    {CASE("\"parameters\": [1]"), "cases[0].parameters: found a list, wanted an object such as {\"depth\": [0, 16]}"},
    {CASE("\"parameters\": {\"depth\": 1.5}"), "cases[0].parameters.depth: found a number with a fraction"},
    {CASE("\"parameters\": {\"depth\": [0, \"1\"]}"), "cases[0].parameters.depth: found a text"},
    {CASE("\"placement\": 7.5"), "cases[0].placement: found a number with a fraction"},
};

static void what_is_wrong_is_named_with_its_place(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct error error;
        if (parse(wrong[i].text, &error) != NULL)
            fail_msg("%s was accepted", wrong[i].text);
        if (strstr(error.text, wrong[i].words) == NULL)
            fail_msg("%s: found \"%s\", wanted \"%s\" in it", wrong[i].text, error.text, wrong[i].words);
        assert_int_equal(strncmp(error.text, "suite mine.json: ", 17), 0);
    }
}

static void more_values_than_there_is_room_for_are_refused(void **state) {
    (void)state;
    char text[1024] = "{\"ctxbench_suite\": 1, \"cases\": [{\"workload\": \"get\", \"threads\": [1";
    for (int i = 2; i <= PARAMETER_VALUES_MAX + 1; i++) {
        size_t used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, i <= PARAMETER_VALUES_MAX ? ",%d" : ",%d]}]}", i);
    }
    struct error error;
    assert_null(parse(text, &error));
    assert_non_null(strstr(error.text, "cases[0].threads: found more than 32 values"));
}

static void names_and_files_are_told_apart(void **state) {
    (void)state;
    struct error error;
    assert_null(suite_load("smoek", &error));
    assert_non_null(
        strstr(error.text, "no suite is called \"smoek\"; did you mean \"smoke\"?; a file's name ends in .json"));
    assert_null(suite_load("./smoke", &error));
    assert_non_null(strstr(error.text, "cannot read the suite ./smoke: No such file"));
    assert_null(suite_load("/tmp", &error));
    assert_non_null(strstr(error.text, "cannot read the suite /tmp: "));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(built_in_suites_are_sound),
        cmocka_unit_test(a_suite_is_read_as_it_stands),
        cmocka_unit_test(what_is_wrong_is_named_with_its_place),
        cmocka_unit_test(more_values_than_there_is_room_for_are_refused),
        cmocka_unit_test(names_and_files_are_told_apart),
    };
    return cmocka_run_group_tests_name("suite", tests, NULL, NULL);
}
