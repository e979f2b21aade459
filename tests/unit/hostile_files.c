/*
 * Result files that were cut short, edited by hand, damaged or made to do harm: every reader gives a message or an
 * answer, and no answer holds a number that is none.
 *
 *   test_hostile_files [COUNT [FIRST]]   so many files (1,000), made from the seeds FIRST (0) and on
 *   test_hostile_files huge              files of 1 GiB in $TMPDIR or /tmp: takes a minute or two
 *
 * Built by the preset `asan` and run with 10000, it finds what reads beyond its memory. `scripts/test --all` runs it
 * so, and with huge.
 */
#include <ctype.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "../support/results_fixture.h"
#include "base/now.h"
#include "compare/comparison.h"
#include "data/summary.h"
#include "export/export.h"
#include "figure/gnuplot_source.h"
#include "figure/svg.h"
#include "page/contents.h"
#include "page/page.h"
#include "table/table.h"

enum { CASES = 5, EXECUTIONS = 3, ERROR_MAX = 1024, MUTATIONS_MAX = 6, TEXT_MAX = 1 << 20 };

static unsigned long file_count = 1000, first_seed;
static char good_path[64], bad_path[64];
static char *good_text;
static size_t good_size;

/* Numbers without a pattern, the same for the same seed: SplitMix64 (Steele, Lea and Flood, 2014). */
static uint64_t random_state;

static size_t random_below(size_t n) {
    uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (size_t)((z ^ (z >> 31)) % n);
}

/* Files. */

static void write_file(const char *path, const char *text, size_t size) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fwrite(text, 1, size, file) == size && fclose(file) == 0);
}

/* What a report reads beside the rows: cells of a conformance matrix, and cases that there cannot be. */
static void add_what_is_beside_the_rows(void) {
    static const char beside[] =
        "{\"conformance\": [{\"strategy\": \"tls\", \"scenario\": \"nest\", \"summary\": \"about nest\","
        " \"outcome\": \"held\", \"expected\": \"held\", \"as_expected\": true},"
        " {\"strategy\": \"tls\", \"scenario\": \"qsort\", \"summary\": \"about qsort\", \"outcome\": \"broken\","
        " \"expected\": \"held\", \"as_expected\": false, \"found\": \"0\", \"reason\": \"it does not\"}],"
        " \"not_applicable\": [{\"name\": \"explicit/get/depth:0/up:1/latency/threads:1/pu\","
        " \"reason\": \"there is none\"}]}";
    json_t *file = json_load_file(good_path, 0, NULL), *added = json_loads(beside, 0, NULL);
    json_t *ours = json_object_get(json_object_get(file, "context"), "ctxbench");
    assert_int_equal(json_object_update(ours, added), 0);
    assert_int_equal(json_dump_file(file, good_path, JSON_INDENT(1)), 0);
    json_decref(added);
    json_decref(file);
}

/* A small run: a few cases of several strategies, and one failure. */
static void write_good_file(void) {
    struct fixture fixture;
    struct error error;
    fixture_init(&fixture, EXECUTIONS);
    for (size_t i = 0; i < CASES; i++)
        fixture.cases[i] = fixture.cases[i * fixture.plan.case_count / CASES];
    fixture.plan.case_count = CASES;
    fixture.plan.step_count = fixture.entry_count = (size_t)CASES * EXECUTIONS;
    for (size_t k = 0; k < fixture.entry_count; k++)
        fixture.entries[k] = (struct results_entry){.case_index = (uint32_t)(k % CASES),
                                                    .execution = (uint32_t)(k / CASES),
                                                    .answer = fixture_answer(&fixture.cases[k % CASES], k + 1)};
    fixture_fail(&fixture, 3, EXECUTION_CRASHED, "ended by SIGSEGV");
    if (!results_write(&fixture.results, good_path, true, &error))
        fail_msg("%s", error.text);
    fixture_free(&fixture);
    add_what_is_beside_the_rows();
}

static int make_files(void **state) {
    (void)state;
    const char *folder = getenv("TMPDIR");
    (void)snprintf(good_path, sizeof good_path, "%.30s/ctxbench-good-XXXXXX", folder != NULL ? folder : "/tmp");
    (void)snprintf(bad_path, sizeof bad_path, "%.30s/ctxbench-bad-XXXXXX", folder != NULL ? folder : "/tmp");
    if (close(mkstemp(good_path)) != 0 || close(mkstemp(bad_path)) != 0)
        return -1;
    write_good_file();
    good_text = malloc(TEXT_MAX);
    FILE *file = fopen(good_path, "r");
    if (good_text == NULL || file == NULL)
        return -1;
    good_size = fread(good_text, 1, TEXT_MAX, file);
    return good_size == TEXT_MAX || fclose(file) != 0 ? -1 : 0;
}

static int remove_files(void **state) {
    (void)state;
    free(good_text);
    return unlink(good_path) | unlink(bad_path);
}

/* Mutations: each changes a text in place, which has room for as much again. */

struct text {
    char *bytes;
    size_t size;
};

/* Values, all but the last of which are JSON; and what is none. */
static const char *const values[] = {
    "0",
    "-1",
    "-0.0",
    "1e308",
    "1e-308",
    "4.9e-324",
    "9223372036854775807",
    "-9223372036854775808",
    "1e18",
    "1e-12",
    "0.1e1",
    "null",
    "true",
    "false",
    "\"\"",
    "\"x\"",
    "[]",
    "{}",
    "[[[[[[[[]]]]]]]]",
    "[1,2,3]",
    "[0]",
    "[null]",
    "{\"real_ns\": [1]}",
    "\"\\u001b[31m\"",
    "\"\\u202e\"",
    "\"%s%n%x\"",
    "\"a,b\\\"c|d`e<f\"",
    "1",
    "2",
    "7",
    "\"name\"",
    "\"ns\"",
    "\"iteration\"",
    "\"ctxbench\"",
    "1e999",
};
static const char *const junk[] = {
    ",",           ":",           "{",
    "}",           "[",           "]",
    "\"",          "\\",          "\n",
    "NaN",         "-Infinity",   "18446744073709551616",
    "\"\\u0000\"", "\"\\ud800\"", "\"\xff\xfe\"",
    "\"name\"",    "0x1p3",
};
enum { VALUE_COUNT = sizeof values / sizeof values[0], JUNK_COUNT = sizeof junk / sizeof junk[0] };

/* Puts `with` in the place of `removed` bytes. */
static void replace(struct text *text, size_t at, size_t removed, const char *with, size_t size) {
    memmove(text->bytes + at + size, text->bytes + at + removed, text->size - at - removed);
    memmove(text->bytes + at, with, size);
    text->size += size - removed;
}

/* Where the value that begins at `at` ends, roughly: behind its last bracket, or at what separates it from the next. */
static size_t end_of_value(const struct text *text, size_t at) {
    size_t depth = 0;
    do {
        char c = at < text->size ? text->bytes[at] : '\0';
        depth += c == '[' || c == '{';
        depth -= depth > 0 && (c == ']' || c == '}');
        at += depth > 0 || c == ']' || c == '}';
    } while (depth > 0 && at < text->size);
    while (at < text->size && strchr(",:[]{}\n", text->bytes[at]) == NULL)
        at++;
    return at;
}

static size_t start_of_value(const struct text *text, size_t at) {
    while (at < text->size && strchr(",:[{", text->bytes[at]) == NULL)
        at++;
    return at < text->size ? at + 1 : at;
}

static void put_value_for_value(struct text *text) {
    size_t at = start_of_value(text, random_below(text->size)), end = end_of_value(text, at);
    const char *token = values[random_below(VALUE_COUNT)];
    replace(text, at, end - at, token, strlen(token));
}

static void insert_junk(struct text *text) {
    const char *token = junk[random_below(JUNK_COUNT)];
    replace(text, random_below(text->size), 0, token, strlen(token));
}

static void flip_byte(struct text *text) {
    text->bytes[random_below(text->size)] = (char)random_below(256);
}

static void cut_end(struct text *text) {
    text->size = random_below(text->size) + 1;
}

static void remove_span(struct text *text) {
    size_t at = random_below(text->size), left = text->size - at;
    replace(text, at, random_below(left < 400 ? left : 400), "", 0);
}

static void repeat_span(struct text *text) {
    char span[400];
    size_t at = random_below(text->size), left = text->size - at;
    size_t size = random_below(left < sizeof span ? left : sizeof span);
    memcpy(span, text->bytes + at, size);
    replace(text, random_below(text->size), 0, span, size);
}

/* One digit of a number becomes another: what a hand would edit. */
static void change_digit(struct text *text) {
    size_t at = random_below(text->size);
    while (at < text->size && !isdigit((unsigned char)text->bytes[at]))
        at++;
    if (at < text->size)
        text->bytes[at] = (char)('0' + random_below(10));
}

/* A key that every reader looks for gets another value, wherever it stands first after some place. */
static void put_value_for_key(struct text *text) {
    static const char *const keys[] = {
        "\"real_ns\":",  "\"cpu_ns\":",      "\"run_delay_ns\":",   "\"samples\":",    "\"name\":",
        "\"threads\":",  "\"iterations\":",  "\"real_time\":",      "\"parameters\":", "\"pus\":",
        "\"strategy\":", "\"fingerprint\":", "\"failures\":",       "\"benchmarks\":", "\"context\":",
        "\"warnings\":", "\"caches\":",      "\"schema_version\":", "\"reason\":",     "\"workload_revision\":",
    };
    const char *key = keys[random_below(sizeof keys / sizeof keys[0])];
    size_t from = random_below(text->size);
    text->bytes[text->size] = '\0';
    const char *found = strstr(text->bytes + from, key);
    if (found == NULL)
        return;
    size_t at = (size_t)(found - text->bytes) + strlen(key);
    while (at < text->size && text->bytes[at] == ' ')
        at++;
    const char *token = values[random_below(VALUE_COUNT)];
    replace(text, at, end_of_value(text, at) - at, token, strlen(token));
}

static void mutate(struct text *text) {
    static void (*const mutations[])(struct text * text) = {
        put_value_for_value, put_value_for_key, change_digit, put_value_for_key, put_value_for_value,
        put_value_for_key,   change_digit,      change_digit, put_value_for_key, put_value_for_key,
        insert_junk,         flip_byte,         remove_span,  repeat_span,       cut_end,
    };
    size_t count = 1 + random_below(MUTATIONS_MAX), kinds = sizeof mutations / sizeof mutations[0];
    for (size_t i = 0; i < count && text->size > 0; i++)
        mutations[random_below(kinds)](text);
}

static void write_bad_file(uint64_t seed) {
    static char bytes[2 * TEXT_MAX];
    struct text text = {bytes, good_size};
    random_state = seed;
    memcpy(bytes, good_text, good_size);
    mutate(&text);
    write_file(bad_path, text.bytes, text.size);
}

/* What comes out. */

/* Whether a text has a word that printf writes for what is no number. */
static bool has_non_number(const char *text) {
    static const char *const words[] = {"nan", "inf"};
    for (size_t i = 0; i < 2; i++) {
        for (const char *at = strstr(text, words[i]); at != NULL; at = strstr(at + 1, words[i])) {
            bool starts = at == text || !isalnum((unsigned char)at[-1]), ends = !isalnum((unsigned char)at[3]);
            if (starts && ends)
                return true;
        }
    }
    return false;
}

struct output {
    FILE *stream;
    char *text;
    size_t size;
};

static void begin(struct output *output) {
    *output = (struct output){0};
    output->stream = open_memstream(&output->text, &output->size);
    assert_non_null(output->stream);
}

/* Text must have no number that is none and no escape, JSON must be such by an independent reader. */
static void end(struct output *output, bool written, bool is_json, uint64_t seed) {
    json_error_t error;
    assert_int_equal(fclose(output->stream), 0);
    assert_true(written);
    json_t *parsed = is_json ? json_loads(output->text, 0, &error) : NULL;
    if (is_json && parsed == NULL)
        fail_msg("seed %lu: no JSON: %s in %s", (unsigned long)seed, error.text, output->text);
    if (has_non_number(output->text) || strchr(output->text, '\033') != NULL)
        fail_msg("seed %lu: %s", (unsigned long)seed, output->text);
    json_decref(parsed);
    free(output->text);
}

static void read_alone(const struct result_file *file, uint64_t seed) {
    struct summary *report = summary_make(file);
    struct output output;
    assert_non_null(report);
    begin(&output);
    table_print(report, output.stream, (struct table_style){.width = 80});
    end(&output, true, false, seed);
    for (size_t i = 0; export_formats[i] != NULL; i++) {
        begin(&output);
        bool written = export_formats[i]->write(report, output.stream);
        end(&output, written, strcmp(export_formats[i]->name, "csv") != 0, seed);
    }
    summary_free(report);
}

static void compare(const struct result_file *base, const struct result_file *other, uint64_t seed) {
    struct comparison *comparison = comparison_make((struct comparison_side){"base.json", base},
                                                    (struct comparison_side){"new.json", other}, 0.02, 0.05);
    struct output output;
    assert_non_null(comparison);
    begin(&output);
    comparison_print_table(comparison, output.stream, (struct table_style){.width = 60});
    end(&output, true, false, seed);
    begin(&output);
    comparison_print_markdown(comparison, output.stream);
    end(&output, true, false, seed);
    begin(&output);
    bool written = comparison_print_json(comparison, output.stream);
    end(&output, written, true, seed);
    comparison_free(comparison);
}

/* PDFs are not drawn here: what gnuplot would get is looked at instead. */
static void write_figures(const struct document *document, uint64_t seed) {
    struct output output;
    begin(&output);
    for (const struct document_block *block = document->first; block != NULL; block = block->next) {
        if (block->kind != DOCUMENT_FIGURE)
            continue;
        assert_true(gnuplot_write_source(block->figure, NULL, output.stream));
        assert_true(svg_write(block->figure, FIGURE_ON_PAPER, output.stream));
        figure_write_csv(block->figure, output.stream);
        figure_describe(block->figure, output.stream);
    }
    end(&output, true, false, seed);
}

/* Reports of these files, in each of their forms. */
static void report_on(char *const *paths, size_t count, uint64_t seed) {
    struct document document = {0};
    struct runs runs;
    struct output output;
    struct error message;
    if (!runs_load(&runs, paths, count, NULL, false, &message))
        fail_msg("seed %lu: %s", (unsigned long)seed, message.text);
    assert_true(contents_make(&document, &runs));
    begin(&output);
    assert_true(page_write_html(&document, output.stream));
    end(&output, true, false, seed);
    begin(&output);
    page_write_markdown(&document, "figures", output.stream);
    end(&output, true, false, seed);
    begin(&output);
    page_write_terminal(&document, output.stream, (struct table_style){.width = 60});
    end(&output, true, false, seed);
    write_figures(&document, seed);
    document_free(&document);
    runs_free(&runs);
}

static void test_damaged_files(void **state) {
    (void)state;
    struct error message;
    struct result_file *good = result_file_load(good_path, &message);
    assert_non_null(good);
    assert_int_equal(good->case_count, CASES);
    size_t refused = 0;
    for (uint64_t seed = first_seed; seed < first_seed + file_count; seed++) {
        write_bad_file(seed);
        message = (struct error){.text = ""};
        struct result_file *bad = result_file_load(bad_path, &message);
        if (bad == NULL && strstr(message.text, bad_path) == NULL)
            fail_msg("seed %lu: refused with \"%s\"", (unsigned long)seed, message.text);
        refused += bad == NULL;
        if (bad != NULL) {
            read_alone(bad, seed);
            compare(good, bad, seed);
            compare(bad, good, seed);
            report_on((char *[]){bad_path}, 1, seed);
            if (seed % 4 == 0) /* the longest of all */
                report_on((char *[]){good_path, bad_path}, 2, seed);
        }
        result_file_free(bad);
    }
    result_file_free(good);
    /* The generator is of use only if it damages some files beyond reading, and others within. */
    assert_true(file_count < 1000 || (refused > file_count / 10 && refused < file_count - file_count / 10));
}

/* Files of a gigabyte. */

enum { MEMORY_MIB_MAX = 700 };

/* `part`, with `number` for each # in it. */
static void put_part(FILE *file, const char *part, unsigned long number) {
    const char *hash;
    for (; (hash = strchr(part, '#')) != NULL; part = hash + 1)
        (void)fprintf(file, "%.*s%lu", (int)(hash - part), part, number);
    (void)fputs(part, file);
}

/* Many parts one after the other, numbered from `first` on. */
static char *make_block(const char *part, unsigned long first, size_t *size) {
    enum { REPETITIONS = 1 << 16 };
    char *block = NULL;
    FILE *stream = open_memstream(&block, size);
    assert_non_null(stream);
    for (unsigned long i = 0; i < REPETITIONS; i++)
        put_part(stream, part, first + i);
    assert_int_equal(fclose(stream), 0);
    return block;
}

/* `head`, then `part` with a number in it until the file has a gigabyte, then `tail`. */
static void write_huge_file(const char *head, const char *part, const char *tail) {
    const bool is_numbered = strchr(part, '#') != NULL;
    FILE *file = fopen(bad_path, "w");
    size_t size;
    char *block = make_block(part, 0, &size);
    assert_non_null(file);
    (void)fputs(head, file);
    for (unsigned long first = 0; ftell(file) < 1L << 30; first += size) {
        if (is_numbered && first > 0) {
            free(block);
            block = make_block(part, first, &size);
        }
        (void)fwrite(block, 1, size, file);
    }
    (void)fputs(tail, file);
    free(block);
    assert_int_equal(fclose(file), 0);
}

#define HEAD "{\"context\": {\"ctxbench\": {\"schema_version\": 1}}, \"benchmarks\": ["
#define ROW(name) "{\"name\": \"" name "\", \"real_time\": 2.5, \"time_unit\": \"ns\", \"ctxbench\": {}},"

static void test_huge_files(void **state) {
    (void)state;
    static const struct {
        const char *head, *part, *tail, *wanted;
    } files[] = {
        {HEAD, ROW("a/w/b"), "7]}", "MiB"},
        {HEAD, ROW("a/w/#"), "7]}", "MiB"},
        {HEAD "[", "1,", "1]]}", "larger than 4 MiB"},
        {HEAD, "[", "", "line 1"},
        {HEAD "\"", "x", "\"]}", "larger than 4 MiB"},
        {HEAD "], \"failures\": [", "{\"name\": \"#\", \"reason\": \"#\"},", "7]}", "MiB"},
        {"", " ", "{}", "no \"context\""},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct error message = {.text = ""};
        write_huge_file(files[i].head, files[i].part, files[i].tail);
        const double started = now_seconds();
        struct result_file *file = result_file_load(bad_path, &message);
        print_message("%.1f s: %s\n", now_seconds() - started, message.text);
        if (file != NULL || strstr(message.text, files[i].wanted) == NULL)
            fail_msg("%s: said \"%s\", and not \"%s\"", files[i].part, message.text, files[i].wanted);
    }
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    if (usage.ru_maxrss > MEMORY_MIB_MAX * 1024L)
        fail_msg("took %ld MiB of memory", usage.ru_maxrss / 1024);
}

int main(int argc, char **argv) {
    const struct CMUnitTest damaged[] = {cmocka_unit_test_setup_teardown(test_damaged_files, make_files, remove_files)};
    const struct CMUnitTest huge[] = {cmocka_unit_test_setup_teardown(test_huge_files, make_files, remove_files)};
    if (argc > 1 && strcmp(argv[1], "huge") == 0)
        return cmocka_run_group_tests_name("huge_files", huge, NULL, NULL);
    if (argc > 1)
        file_count = strtoul(argv[1], NULL, 10);
    if (argc > 2)
        first_seed = strtoul(argv[2], NULL, 10);
    return cmocka_run_group_tests_name("hostile_files", damaged, NULL, NULL);
}
