/* How result files are read: what is kept of them, and what is refused. */
#include "data/result_file.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "../support/result_on_disk.h"
#include "statistics/statistics.h"

enum { ERROR_MAX = 1024 };

static struct result_file *load_fixture(struct fixture *fixture) {
    write_fixture(fixture);
    return read_file();
}

/* What is kept. */

static void compare_execution(const struct result_execution *found, const struct results_entry *wanted) {
    double real_ns[FIXTURE_SAMPLES];
    assert_int_equal(found->sample_count, wanted->answer.sample_count);
    assert_int_equal(found->iterations, wanted->answer.iterations);
    for (size_t i = 0; i < FIXTURE_SAMPLES; i++) {
        const struct execution_sample *sample = &wanted->answer.samples[i];
        real_ns[i] = sample->values[SAMPLE_REAL_NS];
        for (int quantity = 0; quantity < SAMPLE_QUANTITIES; quantity++) {
            const double wanted_value = sample->values[quantity];
            if (isnan(wanted_value))
                assert_null(found->samples[quantity]);
            else
                assert_true(found->samples[quantity][i] == wanted_value);
        }
    }
    for (int quantity = 0; quantity < EXECUTION_QUANTITIES; quantity++)
        assert_true(found->quantities[quantity] == wanted->answer.quantities[quantity] ||
                    (isnan(found->quantities[quantity]) && isnan(wanted->answer.quantities[quantity])));
    assert_true(found->median_ns == statistics_median(real_ns, FIXTURE_SAMPLES));
}

static void test_every_sample_is_kept(void **state) {
    (void)state;
    enum { EXECUTIONS = 3 };
    struct fixture fixture;
    fixture_init(&fixture, EXECUTIONS);
    struct result_file *file = load_fixture(&fixture);
    size_t case_count = fixture.plan.case_count;
    assert_int_equal(file->case_count, case_count);
    assert_int_equal(file->execution_count, EXECUTIONS * case_count);
    for (size_t i = 0; i < case_count; i++) {
        char name[CASE_NAME_MAX];
        case_name(&fixture.cases[i], name);
        const struct result_case *c = result_file_case(file, name);
        assert_non_null(c);
        assert_string_equal(c->name, name);
        assert_int_equal(c->execution_count, EXECUTIONS);
        for (size_t e = 0; e < EXECUTIONS; e++) {
            assert_int_equal(c->executions[e].row, e * case_count + i);
            compare_execution(&c->executions[e], &fixture.entries[e * case_count + i]);
        }
    }
    result_file_free(file);
    fixture_free(&fixture);
}

static void test_a_case_is_described(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 1);
    struct result_file *file = load_fixture(&fixture);
    const struct result_case *c = result_file_case(file, "stacktag/get/depth:16/up:1/latency/threads:2/l3");
    assert_non_null(c);
    assert_string_equal(c->comparison_name, "get/depth:16/up:1/latency/threads:2/l3");
    assert_string_equal(c->strategy, "stacktag");
    assert_string_equal(c->workload, "get");
    assert_string_equal(c->form, "latency");
    assert_string_equal(c->placement, "l3");
    assert_string_equal(c->operation, "read");
    assert_string_equal(c->linkage, "program");
    assert_string_equal(c->parameters, "depth 16, up 1");
    assert_int_equal(c->parameter_count, 2);
    assert_string_equal(c->parameter[0].name, "depth");
    assert_true(c->parameter[0].value == 16);
    assert_string_equal(c->parameter[1].name, "up");
    assert_true(c->parameter[1].value == 1);
    assert_int_equal(c->workload_revision, 1);
    assert_int_equal(c->threads, 2);
    assert_int_equal(c->pu_count, 2);
    assert_int_equal(c->pus[0], 0);
    assert_int_equal(c->pus[1], 1);
    assert_true(c->reads_stack && !c->reference);
    assert_null(result_file_case(file, "stacktag"));
    assert_null(result_file_case(file, "no such case"));
    result_file_free(file);
    fixture_free(&fixture);
}

static void test_the_context_is_kept(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 1);
    struct result_file *file = load_fixture(&fixture);
    assert_string_equal(result_file_fact(file, NULL, "host_name"), "example");
    assert_string_equal(result_file_fact(file, "ctxbench", "fingerprint"), "0123456789abcdef");
    assert_string_equal(result_file_fact(file, "machine", "kernel"), "Linux 6.1.0");
    assert_string_equal(result_file_fact(file, "build", "compiler_flags"), "-O2 -g");
    assert_string_equal(result_file_fact(file, "settings", "executions"), "9");
    assert_string_equal(result_file_fact(file, "no such group", "kernel"), "");
    assert_string_equal(result_file_fact(file, "machine", "turbo"), ""); /* is no text */
    const json_t *ours = json_object_get(file->context, "ctxbench");
    assert_true(json_is_true(json_object_get(json_object_get(ours, "build"), "source_dirty")));
    assert_int_equal(file->warning_count, fixture.environment.warning_count);
    result_file_free(file);
    fixture_free(&fixture);
}

static void test_failures_are_told_once(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 3);
    for (size_t e = 0; e < 3; e++)
        fixture_fail(&fixture, e * fixture.plan.case_count, EXECUTION_CRASHED, "ended by SIGSEGV");
    fixture_fail(&fixture, 1, EXECUTION_CRASHED, "ended by SIGSEGV");
    fixture_fail(&fixture, 2, EXECUTION_FAILED, "said \033[31mred\033[0m\nand more");
    struct result_file *file = load_fixture(&fixture);
    assert_int_equal(file->failure_count, 3);
    assert_int_equal(file->failures[0].count, 3);
    assert_int_equal(file->failures[1].count, 1);
    assert_string_equal(file->failures[2].reason, "said ?[31mred?[0m?and more");
    assert_int_equal(file->case_count, fixture.plan.case_count - 1);
    result_file_free(file);
    fixture_free(&fixture);
}

#define OURS "\"ctxbench\": {\"schema_version\": 1}"
#define ROW "{\"name\": \"a/w/b\", \"real_time\": 2.5, \"time_unit\": \"ns\", \"ctxbench\": {}}"

/* What a terminal might obey is replaced, in the context too, keys included. */
static void test_texts_steer_no_terminal(void **state) {
    (void)state;
    write_text_file(
        "{\"context\": {\"host_name\": \"a\\u001b[31mb\", \"ctxbench\": {\"schema_version\": 1,"
        "\"warnings\": [\"\\u009b5m\"], \"machine\": {\"k\\u0007\": [\"\\n\"]}}}, \"benchmarks\": []}");
    struct result_file *file = read_file();
    char *text = json_dumps(file->context, JSON_ENSURE_ASCII);
    assert_non_null(text);
    assert_null(strchr(text, '\\'));
    assert_string_equal(result_file_fact(file, NULL, "host_name"), "a?[31mb");
    assert_string_equal(file->warnings[0], "??5m");
    free(text);
    result_file_free(file);
}

/* Rows are taken one by one: each of these is left out, and the one good row stays. */
static void test_unusable_rows_are_left_out(void **state) {
    (void)state;
    static const char *const rows[] = {
        "7",
        "{}",
        "{\"name\": 7, \"real_time\": 2.5, \"time_unit\": \"ns\", \"ctxbench\": {}}",
        "{\"name\": \"x\", \"real_time\": 2.5, \"time_unit\": \"ns\"}",
        "{\"name\": \"x\", \"real_time\": 2.5, \"time_unit\": \"us\", \"ctxbench\": {}}",
        "{\"name\": \"x\", \"real_time\": 0, \"time_unit\": \"ns\", \"ctxbench\": {}}",
        "{\"name\": \"x\", \"real_time\": -1, \"time_unit\": \"ns\", \"ctxbench\": {}}",
        "{\"name\": \"x\", \"real_time\": 1e300, \"time_unit\": \"ns\", \"ctxbench\": {}}",
        "{\"name\": \"x\", \"real_time\": 1e-300, \"time_unit\": \"ns\", \"ctxbench\": {}}",
        "{\"name\": \"x\", \"ctxbench\": {\"samples\": {\"real_ns\": [1, \"2\"]}}}",
        "{\"name\": \"x\", \"ctxbench\": {\"samples\": {\"real_ns\": [1, 0]}}}",
        "{\"name\": \"a/w/b\", \"real_time\": 2.5, \"time_unit\": \"ns\", \"ctxbench\": {\"workload_revision\": 2}}",
        "{\"name\": \"a/w/b\", \"real_time\": 2.5, \"time_unit\": \"ns\", \"ctxbench\": {\"linkage\": \"program\"}}",
        "{\"name\": \"a/w/b\", \"real_time\": 2.5, \"time_unit\": \"ns\", \"threads\": 2, \"ctxbench\": {}}",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[1024];
        (void)snprintf(text, sizeof text, "{\"context\": {" OURS "}, \"benchmarks\": [" ROW ", %s]}", rows[i]);
        write_text_file(text);
        struct result_file *file = read_file();
        if (file->unusable_rows != 1 || file->case_count != 1 || file->execution_count != 1)
            fail_msg("%s: %zu rows are unusable, %zu are kept", rows[i], file->unusable_rows, file->execution_count);
        result_file_free(file);
    }
}

/* Arrays beside the times that do not fit them are as good as none. */
static void test_other_arrays_may_be_missing(void **state) {
    (void)state;
    write_text_file("{\"context\": {" OURS
                    "}, \"benchmarks\": [{\"name\": \"x\", \"ctxbench\": {\"samples\": {"
                    "\"real_ns\": [3, 1, 2], \"cpu_ns\": [1, 2], \"run_delay_ns\": [1, -1, 2],"
                    "\"involuntary_switches\": [5, 6, 7]}, \"pus\": [0, -1]}}]}");
    struct result_file *file = read_file();
    const struct result_execution *execution = file->cases[0].executions;
    assert_int_equal(execution->sample_count, 3);
    assert_true(execution->median_ns == 2);
    assert_null(execution->samples[SAMPLE_CPU_NS]);
    assert_null(execution->samples[SAMPLE_RUN_DELAY_NS]);
    assert_int_equal(execution->samples[SAMPLE_INVOLUNTARY_SWITCHES][2], 7);
    assert_int_equal(file->cases[0].pu_count, 0);
    result_file_free(file);
}

/* What is refused. */

static void test_what_is_no_result_file_is_refused(void **state) {
    (void)state;
    static const char *const files[][2] = {
        {"", "is empty"},
        {"hello", "line 1 is no valid JSON"},
        {"[]", "'{' expected"},
        {"{}", "no \"context\""},
        {"{\"context\": {" OURS "}}", "no \"benchmarks\""},
        {"{\"context\": {}, \"benchmarks\": []}", "no \"ctxbench\""},
        {"{\"context\": {\"ctxbench\": 3}, \"benchmarks\": []}", "no \"ctxbench\""},
        {"{\"context\": {\"ctxbench\": {\"schema_version\": 7}}, \"benchmarks\": []}", "version 7, but"},
        {"{\"context\": {" OURS "}, \"benchmarks\": [{}]}", "none of its 1 rows"},
        {"{\"context\": {" OURS "},\n\"benchmarks\": [" ROW ",\n{\"name\": \"a/w", "line 3"},
        {"{\"context\": {" OURS "},\n\"benchmarks\": [" ROW "]\n", "line 3"},
        {"{\"context\": {" OURS "}, \"benchmarks\": []} {}", "nothing more"},
        {"{\"context\": {" OURS "}, \"benchmarks\": [" ROW "],}", "unexpected token"},
        {"{\"context\": {" OURS "}, \"benchmarks\": [{\"real_time\": NaN}]}", "line 1"},
        {"{\"context\": {" OURS "}, \"benchmarks\": [{\"real_time\": 1e999}]}", "line 1"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct error message = {.text = ""};
        write_text_file(files[i][0]);
        assert_null(result_file_load(path, &message));
        assert_int_equal(message.code,
                         strstr(files[i][0], "\"schema_version\": 7") != NULL ? ERROR_VERSION : ERROR_FORMAT);
        if (strstr(message.text, files[i][1]) == NULL || strstr(message.text, path) == NULL)
            fail_msg("%s: said \"%s\", and not \"%s\"", files[i][0], message.text, files[i][1]);
    }
    struct error message;
    assert_null(result_file_load("/nonexistent.json", &message));
    assert_int_equal(message.code, ERROR_SYSTEM);
    assert_non_null(strstr(message.text, "No such file"));
    assert_null(result_file_load("/tmp", &message));
    assert_non_null(strstr(message.text, "Is a directory"));
}

/* One value must not fill the memory, however it is made. */
static void test_a_huge_value_is_refused(void **state) {
    (void)state;
    static const char *const parts[] = {"[],", "1,", "{},", "\"\\u00e4\",", "         "};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        (void)fputs("{\"context\": {" OURS "},\n\"benchmarks\": [[", file);
        for (size_t size = 0; size < 5u << 20; size += strlen(parts[i]))
            (void)fputs(parts[i], file);
        (void)fputs("1]]}", file);
        assert_int_equal(fclose(file), 0);
        struct error message = {.text = ""};
        assert_null(result_file_load(path, &message));
        if (strstr(message.text, "the value that begins in line 2 is larger than 4 MiB") == NULL)
            fail_msg("%s: said \"%s\"", parts[i], message.text);
    }
}

#define WITH_FILE(test) cmocka_unit_test_setup_teardown(test, make_file, remove_file)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FILE(test_every_sample_is_kept),        WITH_FILE(test_a_case_is_described),
        WITH_FILE(test_the_context_is_kept),         WITH_FILE(test_failures_are_told_once),
        WITH_FILE(test_texts_steer_no_terminal),     WITH_FILE(test_unusable_rows_are_left_out),
        WITH_FILE(test_other_arrays_may_be_missing), WITH_FILE(test_what_is_no_result_file_is_refused),
        WITH_FILE(test_a_huge_value_is_refused),
    };
    return cmocka_run_group_tests_name("result_file", tests, NULL, NULL);
}
