/* What a table shows of a result file. */
#include "base/display.h"
#include "data/summary.h"
#include "table/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "../support/result_on_disk.h"
#include "statistics/statistics.h"
#include "text/format.h"

/* Never NULL. */
static struct summary *load(void) {
    struct summary *report = summary_make(read_file());
    assert_non_null(report);
    return report;
}

static void unload(struct summary *report) {
    result_file_free((struct result_file *)(uintptr_t)report->file);
    summary_free(report);
}

static struct summary *load_fixture(struct fixture *fixture) {
    write_fixture(fixture);
    return load();
}

static const struct summary_case *case_named(const struct summary *report, const char *name) {
    for (size_t i = 0; i < report->file->case_count; i++)
        if (strcmp(report->cases[i].of->name, name) == 0)
            return &report->cases[i];
    fail_msg("no case %s", name);
    return NULL;
}

/* The table as a string, to be freed. */
static char *draw(const struct summary *report, struct table_style style) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    table_print(report, out, style);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* The summary. */

static void test_cases_are_summarised(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 9);
    struct summary *report = load_fixture(&fixture);
    assert_int_equal(report->file->case_count, fixture.plan.case_count);
    for (size_t i = 0; i < fixture.plan.case_count; i++) {
        double medians[9], samples[FIXTURE_SAMPLES];
        for (size_t e = 0; e < 9; e++) {
            const struct results_entry *entry = &fixture.entries[e * fixture.plan.case_count + i];
            for (size_t s = 0; s < FIXTURE_SAMPLES; s++)
                samples[s] = entry->answer.samples[s].values[SAMPLE_REAL_NS];
            medians[e] = statistics_median(samples, FIXTURE_SAMPLES);
        }
        char name[CASE_NAME_MAX];
        case_name(&fixture.cases[i], name);
        const struct summary_case *c = case_named(report, name);
        assert_int_equal(c->of->execution_count, 9);
        assert_true(c->median_ns == statistics_median(medians, 9));
        assert_true(c->low_ns < c->median_ns && c->median_ns < c->high_ns);
        assert_true(c->high_ns - c->low_ns < 0.05 * c->median_ns);
        assert_int_equal(c->of->threads, fixture.cases[i].placement->thread_count);
        assert_string_equal(c->of->placement, fixture.cases[i].placement->name);
        assert_string_equal(c->of->operation, fixture.cases[i].kernel->workload->operation);
    }
    unload(report);
    fixture_free(&fixture);
}

static double ratio_to(const struct summary *report, const struct summary_case *c, const char *reference) {
    for (size_t i = 0; i < report->yardsticks.count; i++)
        if (strcmp(report->yardsticks.list[i].strategy, reference) == 0)
            return c->ratios[i];
    fail_msg("%s is no yardstick", reference);
    return 0;
}

static void test_ratios_are_to_the_same_work(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 3);
    struct summary *report = load_fixture(&fixture);
    const char *work = "get/depth:64/up:1/latency/threads:1/pu";
    static const char *const strategies[] = {"stacktag", "explicit", "none", "floor", "walk-floor"};
    const struct summary_case *cases[5];
    for (size_t i = 0; i < 5; i++) {
        char name[CASE_NAME_MAX];
        (void)snprintf(name, sizeof name, "%s/%s", strategies[i], work);
        cases[i] = case_named(report, name);
        assert_string_equal(cases[i]->of->comparison_name, work);
        assert_string_equal(cases[i]->of->parameters, "depth 64, up 1");
    }
    assert_true(ratio_to(report, cases[0], "none") == cases[0]->median_ns / cases[2]->median_ns);
    assert_true(ratio_to(report, cases[0], "floor") == cases[0]->median_ns / cases[3]->median_ns);
    assert_true(ratio_to(report, cases[0], "walk-floor") == cases[0]->median_ns / cases[4]->median_ns);
    assert_true(ratio_to(report, cases[1], "walk-floor") == 0); /* walks no frames */
    assert_true(ratio_to(report, cases[2], "none") == 0);
    assert_true(ratio_to(report, cases[3], "floor") == 0);
    unload(report);
    fixture_free(&fixture);
}

/* A reference whose loop did nothing gives no ratio, and above all no infinity. */
#define RUNTIME_ROW(strategy, reference, runtime, time)                                                                \
    "{\"name\": \"" strategy "/get/pu\", \"real_time\": " time                                                         \
    ", \"time_unit\": \"ns\", \"ctxbench\": "                                                                          \
    "{\"strategy\": \"" strategy                                                                                       \
    "\", \"workload\": \"get\", \"comparison_name\": \"get/pu\", \"reference\": " reference runtime                    \
    ", \"samples\": {\"real_ns\": [" time "], \"cpu_ns\": [1], \"involuntary_switches\": [0]}}}"

/* A peer's times are held against the reference of its own runtime, in the same column, and stand after ours. */
static void test_runtimes_have_references_of_their_own(void **state) {
    (void)state;
    static const char text_of_file[] =
        "{\"context\": {\"ctxbench\": {\"schema_version\": 1, \"presentation\": {\"references\": ["
        "{\"strategy\": \"go-floor\", \"label\": \"floor\", \"legend\": \"theirs\"},"
        "{\"strategy\": \"floor\", \"label\": \"floor\", \"legend\": \"ours\"}]}}}, \"benchmarks\": [" //
        RUNTIME_ROW("go-map", "false", ", \"runtime\": \"Go\"", "60") ","                              //
        RUNTIME_ROW("go-floor", "true", ", \"runtime\": \"Go\"", "20") ","                             //
        RUNTIME_ROW("perl-local", "false", ", \"runtime\": \"Perl\"", "900") ","                       //
        RUNTIME_ROW("tls", "false", "", "8") ","                                                       //
        RUNTIME_ROW("floor", "true", "", "2") "]}";
    write_text_file(text_of_file);
    struct summary *report = load();
    assert_int_equal(report->yardsticks.count, 1);
    assert_string_equal(report->yardsticks.list[0].strategy, "floor");
    assert_true(case_named(report, "go-map/get/pu")->ratios[0] == 3);
    assert_true(case_named(report, "tls/get/pu")->ratios[0] == 4);
    assert_true(case_named(report, "perl-local/get/pu")->ratios[0] == 0);
    assert_string_equal(report->cases[0].of->strategy, "tls");
    assert_string_equal(report->cases[2].of->strategy, "go-map");
    char *text = draw(report, (struct table_style){.width = 80});
    assert_non_null(strstr(text, "\nget in Go,"));
    assert_non_null(strstr(text, "\nget in Perl,"));
    free(text);
    unload(report);
}

static void test_no_ratio_to_nothing(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 2);
    for (size_t i = 0; i < fixture.entry_count; i++)
        if (strcmp(fixture.cases[fixture.entries[i].case_index].strategy->name, "none") == 0)
            for (size_t s = 0; s < FIXTURE_SAMPLES; s++)
                fixture.entries[i].answer.samples[s].values[SAMPLE_REAL_NS] = 1e-9;
    struct summary *report = load_fixture(&fixture);
    for (size_t i = 0; i < report->file->case_count; i++)
        assert_true(ratio_to(report, &report->cases[i], "none") == 0);
    unload(report);
    fixture_free(&fixture);
}

#define OURS "\"ctxbench\": {\"schema_version\": 1}"
#define ROW "{\"name\": \"a/w/b\", \"real_time\": 2.5, \"time_unit\": \"ns\", \"ctxbench\": {}}"

static void test_missing_parts_are_tolerated(void **state) {
    (void)state;
    write_text_file("{\"future\": [1, {}, null], \"benchmarks\": [" ROW
                    ", {\"name\": \"x\"}, 7, {\"run_type\": "
                    "\"aggregate\"}], \"more\": 1.5e3, \"context\": {" OURS "}}");
    struct summary *report = load();
    assert_int_equal(report->file->case_count, 1);
    assert_int_equal(report->file->unusable_rows, 2);
    assert_true(report->cases[0].median_ns == 2.5);
    assert_true(report->cases[0].low_ns == 0 && report->cases[0].high_ns == 0);
    char *text = draw(report, (struct table_style){.width = 80});
    assert_non_null(strstr(text, "2.50 ns"));
    assert_non_null(strstr(text, "2 rows of the file hold no usable time"));
    free(text);
    unload(report);
}

/* The table. */

static void assert_lines_fit(const char *text, size_t width) {
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        if (length > width)
            fail_msg("%zu columns instead of %zu: %.*s", length, width, (int)length, text);
        assert_true(length == 0 || text[length - 1] != ' ');
        text += length + (text[length] == '\n');
    }
}

static void test_table_fits_its_width(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 3);
    fixture_fail(&fixture, 0, EXECUTION_CRASHED, "the worker was ended by SIGSEGV");
    fixture.results.interrupted = true;
    struct summary *report = load_fixture(&fixture);
    for (unsigned width = 40; width <= 100; width++) {
        char *text = draw(report, (struct table_style){.width = width, .references = width % 2 == 0});
        assert_lines_fit(text, width);
        assert_null(strchr(text, '\033'));
        assert_null(strstr(text, "inf"));
        assert_null(strstr(text, "nan"));
        free(text);
    }
    unload(report);
    fixture_free(&fixture);
}

/* Each line of rows and titles ends in the same column, since its last cell is right-aligned. */
static void test_columns_are_right_aligned(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 6);
    struct summary *report = load_fixture(&fixture);
    char *text = draw(report, (struct table_style){.width = 80});
    size_t rows = 0, width = 0;
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (strstr(line, " ns ") == NULL && strstr(line, " us ") == NULL && strstr(line, "median ") == NULL)
            continue;
        assert_true(width == 0 || strlen(line) == width);
        width = strlen(line);
        rows++;
    }
    assert_true(rows > 2 * fixture.plan.case_count / FIXTURE_STRATEGY_COUNT);
    assert_true(width > 60 && width <= 80);
    free(text);
    unload(report);
    fixture_free(&fixture);
}

#define REQUEST(name, reads)                                                                                           \
    "{\"name\": \"" name                                                                                               \
    "\", \"threads\": 1, \"real_time\": 2.5, \"time_unit\": \"ns\", \"ctxbench\": {"                                   \
    "\"strategy\": \"tls\", \"workload\": \"request\", \"form\": \"throughput\", \"operation\": \"request\", "         \
    "\"placement\": \"pu\", \"parameters\": {\"depth\": 30, \"reads\": " reads ", \"scopes\": 3, \"handoffs\": 1}}}"

/* Where rows have no room for their parameters, those that do not vary stand in the heading; no name loses a part. */
static void test_shared_parameters_make_room(void **state) {
    (void)state;
    write_text_file("{\"benchmarks\": [" REQUEST("a", "5") ", " REQUEST("b", "400") "], \"context\": {" OURS "}}");
    struct summary *report = load();
    char *narrow = draw(report, (struct table_style){.width = 50});
    assert_non_null(strstr(narrow, "request, throughput, per request, depth 30, scopes\n  3, handoffs 1\n"));
    assert_non_null(strstr(narrow, "\n  reads 5 "));
    assert_non_null(strstr(narrow, "\n  reads 400 "));
    assert_null(strstr(narrow, ".."));
    char *wide = draw(report, (struct table_style){.width = 100});
    assert_non_null(strstr(wide, "per request "));
    assert_non_null(strstr(wide, "\n  depth 30, reads 400, scopes 3, handoffs 1 "));
    free(narrow);
    free(wide);
    unload(report);
}

static void test_colour_adds_nothing_but_colour(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 3);
    struct summary *report = load_fixture(&fixture);
    char *plain = draw(report, (struct table_style){.width = 80, .references = true});
    char *colour = draw(report, (struct table_style){.width = 80, .references = true, .colour = true});
    size_t length = 0, escapes = 0;
    for (const char *c = colour; *c != '\0'; c++) {
        if (*c == '\033') {
            escapes++;
            c += strcspn(c, "m");
            assert_true(*c == 'm');
        } else {
            colour[length++] = *c;
        }
    }
    colour[length] = '\0';
    assert_string_equal(plain, colour);
    assert_true(escapes > 0 && escapes % 2 == 0);
    free(plain);
    free(colour);
    unload(report);
    fixture_free(&fixture);
}

static void test_order_is_natural(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 2);
    struct summary *report = load_fixture(&fixture);
    char *text = draw(report, (struct table_style){.width = 80});
    static const char *const in_order[] = {
        "get, throughput, per read",
        "depth 0, up 1",
        "depth 0, up 8",
        "depth 1, up 1",
        "depth 4, up 1",
        "depth 16, up 1",
        "depth 64, up",
        "depth 256, up",
        "depth 1024, up",
        "2 threads on l3",
        "get, latency, per read",
        "spawn",
        "with",
        "keys 1 ",
        "keys 4 ",
        "keys 16 ",
    };
    const char *at = text;
    for (size_t i = 0; at != NULL && i < sizeof in_order / sizeof *in_order; i++) {
        at = strstr(at, in_order[i]);
        if (at == NULL)
            fail_msg("%s is missing or out of order", in_order[i]);
    }
    free(text);
    unload(report);
    fixture_free(&fixture);
}

/* References are ratios beside others, rows of their own on request, and rows where they stand alone. */
static void test_references(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 2);
    struct summary *report = load_fixture(&fixture);
    char *text = draw(report, (struct table_style){.width = 80});
    assert_null(strstr(text, " walk-floor "));
    free(text);
    text = draw(report, (struct table_style){.width = 80, .references = true});
    assert_non_null(strstr(text, " walk-floor "));
    free(text);
    unload(report);

    /* With nothing but failures among the others, the references are what there is. */
    for (size_t i = 0; i < fixture.entry_count; i++)
        if ((fixture.cases[fixture.entries[i].case_index].strategy->traits & CTX_TRAIT_REFERENCE) == 0)
            fixture_fail(&fixture, i, EXECUTION_EXITED, "ended without an answer");
    report = load_fixture(&fixture);
    text = draw(report, (struct table_style){.width = 80});
    assert_non_null(strstr(text, " walk-floor "));
    assert_non_null(strstr(text, "more, which the file names"));
    free(text);
    unload(report);
    fixture_free(&fixture);
}

/* Strategies that are expected to fail somewhere are marked, and the scenarios named. */
static void test_failing_strategies_have_a_star(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 2);
    struct summary *report = load_fixture(&fixture);
    char *text = draw(report, (struct table_style){.width = 80, .references = true});
    assert_non_null(strstr(text, " explicit* "));
    assert_non_null(strstr(text, " stacktag "));
    assert_null(strstr(text, "floor*"));
    assert_non_null(strstr(text, "* fails in these scenarios"));
    assert_non_null(strstr(text, "\n- explicit: hard\n"));
    free(text);
    unload(report);
    fixture_free(&fixture);
}

/* What the file says of its workloads; of one that it does not know, nothing. */
static void test_presentation_is_the_files(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 2);
    struct summary *report = load_fixture(&fixture);
    const struct presented_workload get = presentation_of_workload(report->file, "get", "depth");
    assert_true(get.place == 0 && get.role == ROLE_READ && get.shows_axis_best);
    assert_string_equal(get.section.id, "reading");
    assert_string_equal(presentation_of_workload(report->file, "get", "up").section.title, "Reading");
    assert_string_equal(presentation_of_workload(report->file, "get", AXIS_THREADS).section.id, "places");
    assert_null(presentation_of_workload(report->file, "with", "keys").section.id);
    assert_null(presentation_of_workload(report->file, "stranger", "").section.id);
    assert_true(presentation_takes_argument(report->file, "explicit"));
    assert_false(presentation_takes_argument(report->file, "stacktag"));
    assert_int_equal(report->yardsticks.count, 3);
    assert_string_equal(report->yardsticks.list[2].label, "walk");
    assert_true(report->yardsticks.list[2].reads_stack && !report->yardsticks.list[0].reads_stack);
    unload(report);
    fixture_free(&fixture);
}

static void test_few_executions_are_admitted(void **state) {
    (void)state;
    static const struct {
        unsigned executions;
        bool admitted;
    } runs[] = {{1, true}, {5, true}, {6, false}};
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct fixture fixture;
        fixture_init(&fixture, runs[i].executions);
        struct summary *report = load_fixture(&fixture);
        char *text = draw(report, (struct table_style){.width = 80});
        assert_int_equal(strstr(text, "too narrow") != NULL, runs[i].admitted);
        assert_int_equal(strstr(text, "..") != NULL, runs[i].executions > 1);
        free(text);
        unload(report);
        fixture_free(&fixture);
    }
}

static void test_style_of_a_file(void **state) {
    (void)state;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(setenv("COLUMNS", "66", 1), 0);
    assert_int_equal(table_style_for(file).width, 66);
    assert_int_equal(setenv("COLUMNS", "nonsense", 1), 0);
    assert_int_equal(table_style_for(file).width, 80);
    assert_int_equal(setenv("COLUMNS", "200", 1), 0);
    assert_int_equal(table_style_for(file).width, 80);
    assert_false(table_style_for(file).colour);
    assert_int_equal(unsetenv("COLUMNS"), 0);
    (void)fclose(file);
}

/* Numbers and text. */

static void test_numbers_for_people(void **state) {
    (void)state;
    static const struct {
        double ns;
        const char *text;
    } times[] = {
        {0.05, "0.0500 ns"}, {0.5, "0.500 ns"},   {0.9996, "1.00 ns"}, {1, "1.00 ns"},       {9.994, "9.99 ns"},
        {9.996, "10.0 ns"},  {99.96, "100 ns"},   {999.4, "999 ns"},   {999.6, "1.00 us"},   {45100, "45.1 us"},
        {2.5e6, "2.50 ms"},  {999.6e6, "1.00 s"}, {1e12, "1000 s"},    {1e-12, "0.0000 ns"},
    };
    char cell[FORMAT_CELL_MAX];
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        format_time(times[i].ns, cell);
        assert_string_equal(cell, times[i].text);
    }
    format_range(990, 1010, 1000, cell);
    assert_string_equal(cell, "0.990..1.01");
    format_time(1e300, cell);
    assert_true(strlen(cell) < FORMAT_CELL_MAX);
}

static void test_text_is_shortened_in_its_middle(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t width;
        const char *shortened;
    } texts[] = {
        {"stacktag", 8, "stacktag"},
        {"stacktag-unwind", 10, "stac..wind"},
        {"stacktag", 3, "s.."},
        {"stacktag", 2, "st"},
        {"\u00e4\u00f6\u00fc\u00e4\u00f6\u00fc", 5, "\u00e4\u00f6..\u00fc"},
        {"", 5, ""},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char out[64];
        text_shorten(texts[i].text, texts[i].width, out, sizeof out);
        assert_string_equal(out, texts[i].shortened);
        assert_true(text_width(out) <= texts[i].width);
    }
}

static void test_paragraphs_are_wrapped(void **state) {
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    text_wrap(out, "- one two three fourfourfourfour five", 12, 2);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, "- one two\n  three\n  fourfourfo\n  urfour\n  five\n");
    free(text);
}

#define WITH_FILE(test) cmocka_unit_test_setup_teardown(test, make_file, remove_file)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FILE(test_cases_are_summarised),
        WITH_FILE(test_ratios_are_to_the_same_work),
        WITH_FILE(test_runtimes_have_references_of_their_own),
        WITH_FILE(test_no_ratio_to_nothing),
        WITH_FILE(test_missing_parts_are_tolerated),
        WITH_FILE(test_table_fits_its_width),
        WITH_FILE(test_columns_are_right_aligned),
        WITH_FILE(test_shared_parameters_make_room),
        WITH_FILE(test_colour_adds_nothing_but_colour),
        WITH_FILE(test_order_is_natural),
        WITH_FILE(test_references),
        WITH_FILE(test_failing_strategies_have_a_star),
        WITH_FILE(test_presentation_is_the_files),
        WITH_FILE(test_few_executions_are_admitted),
        WITH_FILE(test_style_of_a_file),
        cmocka_unit_test(test_numbers_for_people),
        cmocka_unit_test(test_text_is_shortened_in_its_middle),
        cmocka_unit_test(test_paragraphs_are_wrapped),
    };
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
