/*
 * The result file as it is written. With a directory as its argument the program writes samples there instead, which
 * tests/cli/result_file.sh shows to readers that are not ours.
 */
#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../support/results_fixture.h"
#include "statistics/statistics.h"

static struct fixture fixture;
static char directory[] = "/tmp/ctxbench-results-XXXXXX";
static char path[sizeof directory + 32];

static int begin(void **state) {
    (void)state;
    fixture_init(&fixture, 3);
    (void)snprintf(directory, sizeof directory, "/tmp/ctxbench-results-XXXXXX");
    (void)snprintf(path, sizeof path, "%s/run.json", mkdtemp(directory));
    return 0;
}

static size_t files_in_directory(void) {
    size_t count = 0;
    DIR *stream = opendir(directory);
    assert_non_null(stream);
    for (const struct dirent *entry; (entry = readdir(stream)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    (void)closedir(stream);
    return count;
}

static int end(void **state) {
    (void)state;
    fixture_free(&fixture);
    (void)unlink(path);
    return rmdir(directory); /* fails if anything was left behind */
}

static json_t *write_and_read(void) {
    struct error error;
    if (!results_write(&fixture.results, path, false, &error))
        fail_msg("%s", error.text);
    json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(file);
    return file;
}

static const json_t *row_of(const json_t *file, size_t i) {
    const json_t *row = json_array_get(json_object_get(file, "benchmarks"), i);
    assert_non_null(row);
    return row;
}

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "(absent)";
}

static void test_a_row_for_each_execution(void **state) {
    (void)state;
    json_t *file = write_and_read();
    assert_int_equal(json_array_size(json_object_get(file, "benchmarks")), fixture.entry_count);
    assert_int_equal(json_array_size(json_object_get(file, "failures")), 0);
    const json_t *row = row_of(file, fixture.plan.case_count + 1);
    assert_string_equal(text_of(row, "name"), "explicit/get/depth:1/up:1/throughput/threads:1/pu");
    assert_string_equal(text_of(row, "run_name"), text_of(row, "name"));
    assert_string_equal(text_of(row, "run_type"), "iteration");
    assert_string_equal(text_of(row, "time_unit"), "ns");
    assert_int_equal(json_integer_value(json_object_get(row, "repetitions")), 3);
    assert_int_equal(json_integer_value(json_object_get(row, "repetition_index")), 1);
    assert_int_equal(json_integer_value(json_object_get(row, "family_index")), 0);
    assert_int_equal(json_integer_value(json_object_get(row, "per_family_instance_index")), 1);

    const json_t *ours = json_object_get(row, "ctxbench");
    assert_string_equal(text_of(ours, "strategy"), "explicit");
    assert_string_equal(text_of(ours, "comparison_name"), "get/depth:1/up:1/throughput/threads:1/pu");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(ours, "parameters"), "depth")), 1);
    json_decref(file);
}

/* What stands there for the element whose member `key` is this text. */
static const json_t *element(const json_t *array, const char *key, const char *text) {
    size_t index;
    const json_t *one;
    json_array_foreach(array, index, one) {
        if (strcmp(text_of(one, key), text) == 0)
            return one;
    }
    fail_msg("nothing has the %s \"%s\"", key, text);
    return NULL;
}

static void expect_texts(const json_t *array, const char *first, const char *second) {
    assert_int_equal(json_array_size(array), second != NULL ? 2 : 1);
    assert_string_equal(json_string_value(json_array_get(array, 0)), first);
    if (second != NULL)
        assert_string_equal(json_string_value(json_array_get(array, 1)), second);
}

/* Sections, references and conditions in their order, whatever that of the strategies is; each once. */
static void test_how_it_is_to_be_presented(void **state) {
    (void)state;
    json_t *file = write_and_read();
    const json_t *presentation =
        json_object_get(json_object_get(json_object_get(file, "context"), "ctxbench"), "presentation");
    const json_t *sections = json_object_get(presentation, "sections");
    const json_t *workloads = json_object_get(presentation, "workloads");
    const json_t *references = json_object_get(presentation, "references");
    const json_t *conditions = json_object_get(presentation, "conditions");
    const json_t *strategies = json_object_get(presentation, "strategies");
    assert_int_equal(json_array_size(sections), 2);
    assert_string_equal(text_of(json_array_get(sections, 0), "id"), "places");
    assert_int_equal(json_array_size(workloads), 3);
    assert_string_equal(text_of(json_array_get(workloads, 0), "name"), "get");
    assert_string_equal(text_of(json_array_get(workloads, 0), "role"), "read");
    assert_string_equal(text_of(json_array_get(workloads, 0), "section"), "reading");
    assert_string_equal(text_of(json_array_get(workloads, 0), "threads_section"), "places");
    assert_null(json_object_get(element(workloads, "name", "with"), "section"));
    assert_int_equal(json_array_size(references), 3);
    assert_string_equal(text_of(json_array_get(references, 2), "strategy"), "walk-floor");
    assert_string_equal(text_of(json_array_get(references, 2), "label"), "walk");
    assert_int_equal(json_array_size(conditions), 2);
    expect_texts(json_object_get(json_array_get(conditions, 0), "scenarios"), "easy", NULL);
    expect_texts(json_object_get(json_array_get(conditions, 1), "scenarios"), "hard", "easy");
    assert_int_equal(json_array_size(strategies), 2);
    const json_t *fails = json_object_get(element(strategies, "name", "explicit"), "fails");
    assert_int_equal(json_array_size(fails), 1);
    assert_string_equal(text_of(json_array_get(fails, 0), "scenario"), "hard");
    assert_string_equal(text_of(json_array_get(fails, 0), "reason"), "it is too hard");
    assert_null(json_object_get(element(strategies, "name", "stacktag"), "fails"));
    json_decref(file);
}

static void test_families_are_kernels_of_a_strategy(void **state) {
    (void)state;
    json_t *file = write_and_read();
    json_int_t next_family = 0;
    for (size_t i = 0; i < fixture.plan.case_count; i++) {
        const json_t *row = row_of(file, i);
        json_int_t family = json_integer_value(json_object_get(row, "family_index"));
        json_int_t instance = json_integer_value(json_object_get(row, "per_family_instance_index"));
        assert_true(family == next_family ? instance == 0 : family == next_family - 1 && instance > 0);
        next_family = family + 1;
    }
    assert_int_equal(next_family, FIXTURE_STRATEGY_COUNT * sizeof fixture_kernels / sizeof *fixture_kernels);
    json_decref(file);
}

static void test_numbers_round_trip(void **state) {
    (void)state;
    fixture.entries[0].answer.samples[0].values[SAMPLE_REAL_NS] = 0.1 + 0.2;
    fixture.entries[0].answer.samples[1].values[SAMPLE_REAL_NS] = 4.9406564584124654e-300;
    json_t *file = write_and_read();
    for (size_t i = 0; i < fixture.entry_count; i++) {
        const json_t *row = row_of(file, i);
        const json_t *times = json_object_get(json_object_get(json_object_get(row, "ctxbench"), "samples"), "real_ns");
        double samples[FIXTURE_SAMPLES];
        for (size_t j = 0; j < FIXTURE_SAMPLES; j++) {
            samples[j] = fixture.entries[i].answer.samples[j].values[SAMPLE_REAL_NS];
            assert_true(json_real_value(json_array_get(times, j)) == samples[j]);
        }
        assert_true(json_real_value(json_object_get(row, "real_time")) == statistics_median(samples, FIXTURE_SAMPLES));
    }
    const json_t *ours = json_object_get(json_object_get(file, "context"), "ctxbench");
    assert_string_equal(text_of(ours, "seed"), "18446744073709551615");
    json_decref(file);
}

static void test_counts_stand_where_every_sample_has_one(void **state) {
    (void)state;
    fixture.entries[1].answer.samples[2].values[SAMPLE_INSTRUCTIONS] = NAN;
    json_t *file = write_and_read();
    const json_t *all = json_object_get(json_object_get(row_of(file, 0), "ctxbench"), "samples");
    const json_t *some = json_object_get(json_object_get(row_of(file, 1), "ctxbench"), "samples");
    assert_int_equal(json_array_size(json_object_get(all, "instructions")), FIXTURE_SAMPLES);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(all, "instructions"), 4)), 1000);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(all, "minor_faults"), 0)), 3);
    assert_null(json_object_get(all, "cycles"));
    assert_null(json_object_get(some, "instructions"));
    json_decref(file);
}

/* Two threads of the fixture have it; one has not. */
static void test_where_memory_is_bound(void **state) {
    (void)state;
    json_t *file = write_and_read();
    for (size_t i = 0; i < fixture.entry_count; i++) {
        const json_t *row = row_of(file, i), *ours = json_object_get(row, "ctxbench");
        const bool is_bound = json_integer_value(json_object_get(row, "threads")) == 2;
        assert_int_equal(json_array_size(json_object_get(ours, "memory_nodes")), is_bound ? 2 : 0);
        assert_true(!is_bound || strcmp(text_of(ours, "memory"), "interleaved") == 0);
        assert_int_equal(json_object_get(ours, "memory") != NULL, is_bound);
    }
    json_decref(file);
}

static void test_what_failed_is_no_row(void **state) {
    (void)state;
    fixture_fail(&fixture, 0, EXECUTION_CRASHED, "the worker was ended by SIGSEGV");
    fixture_fail(&fixture, 1, EXECUTION_NONSENSE, "the worker answered \"\033[31m\xff\xfe\"");
    fixture_fail(&fixture, 2, EXECUTION_TIMED_OUT, "");
    fixture.entries[2].calibration = true;
    fixture.entries[3].answer.samples[1].values[SAMPLE_REAL_NS] = NAN;
    fixture.entries[4].answer.samples[1].values[SAMPLE_REAL_NS] = INFINITY;
    fixture.entries[5].answer.samples[4].values[SAMPLE_REAL_NS] = 0;
    fixture.entries[6].answer.samples[0].values[SAMPLE_CPU_NS] = -1;
    fixture.entries[7].answer.sample_count = 0;
    fixture.entries[8].answer.iterations = 0;
    json_t *file = write_and_read();
    const json_t *failures = json_object_get(file, "failures");
    assert_int_equal(json_array_size(failures), 9);
    assert_int_equal(json_array_size(json_object_get(file, "benchmarks")), fixture.entry_count - 9);
    static const char *const outcomes[] = {"crashed",  "nonsense", "timed-out", "nonsense", "nonsense",
                                           "nonsense", "nonsense", "nonsense",  "nonsense"};
    for (size_t i = 0; i < 9; i++) {
        const json_t *failure = json_array_get(failures, i);
        assert_string_equal(text_of(failure, "outcome"), outcomes[i]);
        assert_true(strlen(text_of(failure, "reason")) > 0);
        assert_int_equal(json_object_get(failure, "repetition_index") != NULL, i != 2);
    }
    const json_t *ours = json_object_get(json_object_get(file, "context"), "ctxbench");
    const json_t *executions = json_object_get(ours, "executions");
    assert_int_equal(json_integer_value(json_object_get(executions, "planned")), fixture.plan.step_count);
    assert_int_equal(json_integer_value(json_object_get(executions, "done")), fixture.entry_count - 1);
    assert_int_equal(json_integer_value(json_object_get(executions, "failed")), 9);
    json_decref(file);
}

static void test_what_is_unknown_is_absent(void **state) {
    (void)state;
    fixture_forget_machine(&fixture);
    fixture.entries[0].answer.samples[3].values[SAMPLE_RUN_DELAY_NS] = NAN;
    fixture.entries[0].answer.quantities[QUANTITY_MEMORY_PEAK_BYTES] = NAN;
    fixture.entries[0].answer.linkage[0] = '\0';
    json_t *file = write_and_read();
    const json_t *context = json_object_get(file, "context");
    static const char *const absent[] = {"mhz_per_cpu", "cpu_scaling_enabled", "load_avg", "host_name"};
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        assert_null(json_object_get(context, absent[i]));
    assert_int_equal(json_object_size(json_object_get(json_object_get(context, "ctxbench"), "machine")), 0);
    const json_t *ours = json_object_get(row_of(file, 0), "ctxbench");
    assert_null(json_object_get(ours, "memory_peak_bytes"));
    assert_null(json_object_get(ours, "linkage"));
    assert_null(json_object_get(json_object_get(ours, "samples"), "run_delay_ns"));
    assert_non_null(json_object_get(json_object_get(ours, "samples"), "real_ns"));
    json_decref(file);
}

static void write_text_file(const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
}

static void assert_file_is(const char *text) {
    char found[64] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(found, sizeof found, file));
    (void)fclose(file);
    assert_string_equal(found, text);
    assert_int_equal(files_in_directory(), 1);
}

static void test_an_existing_file_needs_force(void **state) {
    (void)state;
    struct error error;
    write_text_file("precious");
    assert_false(results_check_path(path, false, &error));
    assert_false(results_write(&fixture.results, path, false, &error));
    assert_non_null(strstr(error.text, "--force"));
    assert_non_null(strstr(error.text, path));
    assert_file_is("precious");
    assert_true(results_check_path(path, true, &error));
    assert_true(results_write(&fixture.results, path, true, &error));
    assert_file_is("{\n");
}

/* It came into being after the path was checked. */
static bool rewind_and_intrude(void *cursor, struct error *error) {
    write_text_file("intruder");
    return fixture_rewind(cursor, error);
}

static void test_a_file_that_appears_meanwhile_is_kept(void **state) {
    (void)state;
    struct error error;
    fixture.results.source.rewind = rewind_and_intrude;
    assert_false(results_write(&fixture.results, path, false, &error));
    assert_non_null(strstr(error.text, "made by somebody else"));
    char beside[sizeof path + 2];
    (void)snprintf(beside, sizeof beside, "%s.2", path);
    assert_non_null(strstr(error.text, beside));
    json_t *kept = json_load_file(beside, 0, NULL); /* what was measured is not lost */
    assert_int_equal(json_array_size(json_object_get(kept, "benchmarks")), fixture.entry_count);
    json_decref(kept);
    assert_int_equal(unlink(beside), 0);
    assert_file_is("intruder");
}

static void test_a_broken_journal_leaves_the_old_file(void **state) {
    (void)state;
    struct error error;
    write_text_file("precious");
    fixture.broken_after = 10;
    assert_false(results_write(&fixture.results, path, true, &error));
    assert_string_equal(error.text, "the journal broke off");
    assert_file_is("precious");
    fixture.broken_after = 0;
    fixture.entries[7].case_index = 100000;
    assert_false(results_write(&fixture.results, path, true, &error));
    assert_non_null(strstr(error.text, "case 100000"));
    assert_file_is("precious");
}

static void test_a_symbolic_link_stays(void **state) {
    (void)state;
    struct error error;
    struct stat status;
    char link_path[sizeof path + 8];
    (void)snprintf(link_path, sizeof link_path, "%s.link", path);
    write_text_file("old");
    assert_int_equal(symlink("run.json", link_path), 0);
    assert_true(results_write(&fixture.results, link_path, true, &error));
    assert_int_equal(lstat(link_path, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_int_equal(unlink(link_path), 0);
    assert_file_is("{\n");
}

static void test_refusals_say_why(void **state) {
    (void)state;
    static const char long_name[300] = {[0 ... 298] = 'x'};
    const char *const targets[][2] = {
        {"/dev/full", "No space left"},    {"/nonexistent/run.json", "No such file"},
        {"/tmp", "Is a directory"},        {"/dev/null/run.json", "Not a directory"},
        {long_name, "File name too long"},
    };
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        struct error error = {.text = ""};
        assert_false(results_write(&fixture.results, targets[i][0], true, &error));
        assert_non_null(strstr(error.text, targets[i][0]));
        assert_non_null(strstr(error.text, targets[i][1]));
    }
    struct stat status;
    assert_int_equal(stat("/dev/full", &status), 0);
    assert_true(S_ISCHR(status.st_mode)); /* --force replaces no device */
}

/* A limit on the size of files stands for a full disk that is met half-way. */
static void test_a_full_disk_leaves_nothing(void **state) {
    (void)state;
    struct error error;
    struct rlimit old, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = (struct rlimit){.rlim_cur = 20000, .rlim_max = old.rlim_max};
    void (*old_handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool written = results_write(&fixture.results, path, false, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    (void)signal(SIGXFSZ, old_handler);
    assert_false(written);
    assert_non_null(strstr(error.text, "File too large"));
    assert_int_equal(files_in_directory(), 0);
}

/* Runs in a child, whose standard output is a pipe that nobody reads. */
static void test_a_closed_pipe_is_an_error_and_no_signal(void **state) {
    (void)state;
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    (void)fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct error error;
        (void)close(ends[0]);
        (void)dup2(ends[1], STDOUT_FILENO);
        bool written = results_write(&fixture.results, "-", false, &error);
        _exit(!written && strstr(error.text, "standard output") != NULL ? 0 : 1);
    }
    (void)close(ends[0]);
    (void)close(ends[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_default_path_is_one_safe_name(void **state) {
    (void)state;
    char old[4096], name[256];
    assert_non_null(getcwd(old, sizeof old));
    assert_int_equal(chdir(directory), 0);
    (void)snprintf(fixture.environment.host, sizeof fixture.environment.host, ".my/ho st.local\n");
    results_default_path(&fixture.environment, 1, name, sizeof name);
    assert_memory_equal(name, "-my-ho-st.local--2023111", strlen("-my-ho-st.local--2023111"));
    assert_int_equal(mkdir("results", 0777), 0);
    results_default_path(&fixture.environment, 1, name, sizeof name);
    assert_memory_equal(name, "results/-my-", strlen("results/-my-"));
    results_default_path(&fixture.environment, 2, name, sizeof name);
    assert_string_equal(name + strlen(name) - strlen("-2.json"), "-2.json");
    assert_int_equal(rmdir("results"), 0);
    assert_int_equal(chdir(old), 0);
}

/* Gives the same entries again and again, 100,000 in all. */
static enum results_next next_of_many(void *cursor, const struct results_entry **entry, struct error *error) {
    struct fixture *many = cursor;
    if (many->read_count % 100000 == 99999) {
        many->read_count++;
        return RESULTS_END;
    }
    if (many->next == many->entry_count)
        many->next = 0;
    return fixture_next(cursor, entry, error);
}

static void test_memory_does_not_grow_with_the_run(void **state) {
    (void)state;
    struct environment here;
    struct error error;
    environment_capture(&here, &fixture.facts);
    if (here.sanitised)
        skip(); /* keeps freed memory, to find late uses of it */
    struct rusage before, after;
    assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
    fixture.results.source.next = next_of_many;
    assert_true(results_write(&fixture.results, "/dev/null", false, &error));
    assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
    assert_true(fixture.read_count >= 200000);
    assert_true(after.ru_maxrss - before.ru_maxrss < 1024); /* KiB */
}

static int write_samples(const char *where) {
    struct error error;
    char name[4096];
    fixture_init(&fixture, 10);
    (void)snprintf(name, sizeof name, "%s/first.json", where);
    bool good = results_write(&fixture.results, name, true, &error);
    for (size_t i = 0; i < fixture.entry_count; i++)
        fixture.entries[i].answer = fixture_answer(&fixture.cases[fixture.entries[i].case_index], i + 100000);
    fixture_fail(&fixture, 0, EXECUTION_CRASHED, "the worker was ended by SIGSEGV");
    fixture_fail(&fixture, 1, EXECUTION_FAILED, "bytes that are no text: \xff\033[31m");
    fixture.entries[1].calibration = true;
    fixture.results.interrupted = true;
    (void)snprintf(name, sizeof name, "%s/second.json", where);
    good = good && results_write(&fixture.results, name, true, &error);
    fixture_forget_machine(&fixture);
    fixture.entry_count = 0;
    (void)snprintf(name, sizeof name, "%s/empty.json", where);
    good = good && results_write(&fixture.results, name, true, &error);
    fixture_free(&fixture);
    if (!good)
        (void)fprintf(stderr, "%s\n", error.text);
    return good ? 0 : 1;
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(int argc, char **argv) {
    if (argc == 2)
        return write_samples(argv[1]);
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(test_a_row_for_each_execution),
        IN_DIRECTORY(test_how_it_is_to_be_presented),
        IN_DIRECTORY(test_families_are_kernels_of_a_strategy),
        IN_DIRECTORY(test_numbers_round_trip),
        IN_DIRECTORY(test_counts_stand_where_every_sample_has_one),
        IN_DIRECTORY(test_where_memory_is_bound),
        IN_DIRECTORY(test_what_failed_is_no_row),
        IN_DIRECTORY(test_what_is_unknown_is_absent),
        IN_DIRECTORY(test_an_existing_file_needs_force),
        IN_DIRECTORY(test_a_file_that_appears_meanwhile_is_kept),
        IN_DIRECTORY(test_a_broken_journal_leaves_the_old_file),
        IN_DIRECTORY(test_a_symbolic_link_stays),
        IN_DIRECTORY(test_refusals_say_why),
        IN_DIRECTORY(test_a_full_disk_leaves_nothing),
        IN_DIRECTORY(test_a_closed_pipe_is_an_error_and_no_signal),
        IN_DIRECTORY(test_default_path_is_one_safe_name),
        IN_DIRECTORY(test_memory_does_not_grow_with_the_run),
    };
    return cmocka_run_group_tests_name("results", tests, NULL, NULL);
}
