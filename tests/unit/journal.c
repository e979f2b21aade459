/* A journal keeps what was appended, drops what was torn, and refuses what is not its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "session/journal.h"

static char path[] = "/tmp/ctxbench-journal-XXXXXX";

static char *arguments[] = {"run", "--strategy=tls", NULL};

static struct journal_header header_make(void) {
    return (struct journal_header){
        .program = "0.1.0",
        .revision = "abc",
        .fingerprint = "0123456789abcdef",
        .plan = "fedcba9876543210",
        .seed = UINT64_MAX,
        .arguments = arguments,
    };
}

static unsigned pu;

/* Owns nothing. */
static struct results_entry entry_make(uint32_t case_index, bool calibration, enum execution_outcome outcome) {
    struct results_entry entry = {.case_index = case_index, .execution = 2, .calibration = calibration};
    entry.answer = execution_answer_empty();
    entry.answer.outcome = outcome;
    if (outcome != EXECUTION_OK) {
        strcpy(entry.answer.reason, "because");
        return entry;
    }
    entry.seconds = 0.25;
    entry.answer.iterations = 10;
    entry.answer.sample_count = 1;
    entry.answer.samples[0].values[SAMPLE_REAL_NS] = 1.5;
    entry.answer.samples[0].values[SAMPLE_CPU_NS] = 1.5;
    entry.answer.samples[0].values[SAMPLE_INVOLUNTARY_SWITCHES] = 0;
    entry.answer.thread_count = 1;
    entry.answer.pus_bound = &pu;
    strcpy(entry.answer.linkage, "program");
    return entry;
}

static struct journal *create(void) {
    struct journal_header header = header_make();
    struct error error;
    bool is_taken;
    struct journal *journal = journal_create(path, &header, true, &is_taken, &error);
    assert_non_null(journal);
    return journal;
}

static void append(struct journal *journal, uint32_t case_index, bool calibration, enum execution_outcome outcome) {
    struct results_entry entry = entry_make(case_index, calibration, outcome);
    struct error error;
    assert_true(journal_append(journal, &entry, &error));
}

static void append_bytes(const char *bytes) {
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    assert_true(fputs(bytes, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* How many entries can be read; they are numbered from 0 by their case. */
static uint32_t count(struct journal *journal) {
    const struct results_entry *entry;
    struct error error;
    uint32_t found = 0;
    assert_true(journal_rewind(journal, &error));
    enum results_next next;
    while ((next = journal_next(journal, &entry, &error)) == RESULTS_ENTRY)
        assert_int_equal(entry->case_index, found++);
    assert_int_equal(next, RESULTS_END);
    return found;
}

static void test_keeps_what_was_appended(void **state) {
    (void)state;
    struct journal *journal = create();
    append(journal, 0, true, EXECUTION_OK);
    append(journal, 1, true, EXECUTION_TIMED_OUT);
    append(journal, 2, false, EXECUTION_OK);
    const struct results_entry *entry;
    struct error error;
    struct journal_header header;
    assert_true(journal_read_header(path, &header, &error));
    assert_string_equal(header.fingerprint, "0123456789abcdef");
    assert_true(header.seed == UINT64_MAX);
    assert_string_equal(header.arguments[1], "--strategy=tls");
    assert_null(header.arguments[2]);
    journal_header_clear(&header);
    assert_int_equal(count(journal), 3);
    /* A result file is made of failures and executions only. */
    struct results_source source = journal_results(journal);
    assert_true(source.rewind(source.cursor, &error));
    assert_int_equal(source.next(source.cursor, &entry, &error), RESULTS_ENTRY);
    assert_int_equal(entry->case_index, 1);
    assert_true(entry->calibration);
    assert_string_equal(entry->answer.reason, "because");
    assert_int_equal(source.next(source.cursor, &entry, &error), RESULTS_ENTRY);
    assert_int_equal(entry->case_index, 2);
    assert_int_equal(entry->execution, 2);
    assert_float_equal(entry->seconds, 0.25, 1e-9);
    assert_float_equal(entry->answer.samples[0].values[SAMPLE_REAL_NS], 1.5, 1e-9);
    assert_int_equal(source.next(source.cursor, &entry, &error), RESULTS_END);
    journal_close(journal);
}

static void test_drops_a_torn_line(void **state) {
    (void)state;
    struct journal *journal = create();
    append(journal, 0, false, EXECUTION_OK);
    append(journal, 1, false, EXECUTION_OK);
    journal_close(journal);
    append_bytes("{\"case\":7,\"execution\":0,\"calib");
    struct error error;
    journal = journal_open(path, &error);
    assert_non_null(journal);
    assert_int_equal(count(journal), 2);
    append(journal, 2, false, EXECUTION_OK);
    assert_int_equal(count(journal), 3);
    journal_close(journal);
}

/* At whatever byte a writer was killed, what can be opened again holds whole entries only. */
static void test_survives_a_cut_anywhere(void **state) {
    (void)state;
    struct journal *journal = create();
    append(journal, 0, false, EXECUTION_OK);
    append(journal, 1, false, EXECUTION_CRASHED);
    journal_close(journal);
    FILE *file = fopen(path, "r");
    static char whole[8192];
    size_t length = fread(whole, 1, sizeof whole, file);
    fclose(file);
    size_t header_length = (size_t)(strchr(whole, '\n') - whole) + 1;
    size_t first_length = (size_t)(strchr(whole + header_length, '\n') - whole) + 1;
    for (size_t cut = 0; cut <= length; cut++) {
        struct error error;
        file = fopen(path, "w");
        fwrite(whole, 1, cut, file);
        fclose(file);
        journal = journal_open(path, &error);
        assert_int_equal(journal != NULL, cut >= header_length);
        if (journal != NULL)
            assert_int_equal(count(journal), cut >= length ? 2 : cut >= first_length ? 1 : 0);
        journal_close(journal);
    }
}

static void test_takes_back_what_does_not_fit(void **state) {
    (void)state;
    struct journal *journal = create();
    append(journal, 0, false, EXECUTION_OK);
    struct rlimit before, tight;
    getrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_IGN);
    FILE *file = fopen(path, "r");
    fseek(file, 0, SEEK_END);
    tight = (struct rlimit){.rlim_cur = (rlim_t)ftell(file) + 10, .rlim_max = before.rlim_max};
    fclose(file);
    setrlimit(RLIMIT_FSIZE, &tight);
    struct results_entry entry = entry_make(1, false, EXECUTION_OK);
    struct error error = {.text = ""};
    bool kept = journal_append(journal, &entry, &error);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_false(kept);
    assert_non_null(strstr(error.text, path));
    append(journal, 1, false, EXECUTION_OK);
    assert_int_equal(count(journal), 2);
    journal_close(journal);
}

static void assert_refused(const char *content, enum error_code code, const char *because) {
    struct error error = {.text = ""};
    assert_int_equal(truncate(path, 0), 0);
    append_bytes(content);
    assert_null(journal_open(path, &error));
    assert_int_equal(error.code, code);
    assert_non_null(strstr(error.text, because));
    assert_non_null(strstr(error.text, path));
}

static void test_refuses_what_is_not_its_own(void **state) {
    (void)state;
    assert_refused("", ERROR_FORMAT, "no whole line");
    assert_refused("{\"context\": {}, \"benchmarks\": []}\n", ERROR_FORMAT, "no journal of a run");
    assert_refused("{\"ctxbench_journal\":99}\n", ERROR_VERSION, "found a journal of version 99, wanted 4");
    assert_refused("{\"ctxbench_journal\":3,\"program\":\"0.1.0\"}\n", ERROR_VERSION, "found a journal of version 3");
    assert_refused("{\"ctxbench_journal\":4}\n", ERROR_FORMAT, "incomplete");
    assert_refused("\x7f\x45LF\n", ERROR_FORMAT, "line 1");
    struct journal_header header = header_make();
    struct error error = {.text = ""};
    bool is_taken = false;
    journal_close(create());
    assert_null(journal_create(path, &header, false, &is_taken, &error));
    assert_true(is_taken);
    assert_non_null(strstr(error.text, "--resume"));
    assert_null(journal_open("/nonexistent/journal", &error));
}

static void test_broken_lines_are_named(void **state) {
    (void)state;
    struct journal *journal = create();
    append(journal, 0, false, EXECUTION_OK);
    append_bytes("{\"case\":1}\n");
    const struct results_entry *entry;
    struct error error = {.text = ""};
    assert_true(journal_rewind(journal, &error));
    assert_int_equal(journal_next(journal, &entry, &error), RESULTS_ENTRY);
    assert_int_equal(journal_next(journal, &entry, &error), RESULTS_BROKEN);
    assert_non_null(strstr(error.text, "line 3"));
    journal_close(journal);
}

static void test_other_runs_are_named(void **state) {
    (void)state;
    struct journal_header found = header_make(), wanted = header_make();
    struct error error = {.text = ""};
    assert_true(journal_header_matches(&found, &wanted, &error));
    strcpy(wanted.plan, "other");
    assert_false(journal_header_matches(&found, &wanted, &error));
    assert_non_null(strstr(error.text, "found \"fedcba9876543210\""));
    assert_non_null(strstr(error.text, "wanted \"other\""));
    wanted = header_make();
    strcpy(wanted.program, "0.2.0");
    assert_false(journal_header_matches(&found, &wanted, &error));
    assert_non_null(strstr(error.text, "version"));
    wanted = header_make();
    strcpy(wanted.process, "libasan.so.8");
    assert_false(journal_header_matches(&found, &wanted, &error));
    assert_non_null(strstr(error.text, "what is loaded into the program differs"));
}

static void test_one_in_use_is_nobody_elses(void **state) {
    (void)state;
    struct journal_header header = header_make();
    struct error error = {.text = ""};
    bool is_taken = false;
    struct journal *journal = create();
    append(journal, 0, false, EXECUTION_OK);
    for (int replace = 0; replace < 2; replace++) {
        assert_null(journal_create(path, &header, replace != 0, &is_taken, &error));
        assert_true(is_taken);
        assert_non_null(strstr(error.text, "in use"));
    }
    assert_null(journal_open(path, &error));
    assert_non_null(strstr(error.text, "in use"));
    assert_false(journal_check_unused(path, &error));
    const struct results_entry *entry;
    assert_true(journal_rewind(journal, &error));
    assert_int_equal(journal_next(journal, &entry, &error), RESULTS_ENTRY); /* nothing was lost */
    journal_close(journal);
    assert_true(journal_check_unused(path, &error));
    assert_true(journal_check_unused("/nonexistent/journal", &error));
}

/* Somebody takes the file away, or puts another in its place: the run goes on, and leaves theirs alone. */
static void test_a_name_that_was_lost(void **state) {
    (void)state;
    struct error error = {.text = ""};
    struct journal *lost = create();
    assert_int_equal(unlink(path), 0);
    struct journal *other = create();
    append(lost, 3, false, EXECUTION_OK);
    const struct results_entry *entry;
    assert_true(journal_rewind(lost, &error));
    assert_int_equal(journal_next(lost, &entry, &error), RESULTS_ENTRY);
    assert_int_equal(entry->case_index, 3);
    journal_remove(lost);
    journal_close(lost);
    assert_int_equal(access(path, F_OK), 0);
    journal_remove(other);
    assert_int_not_equal(access(path, F_OK), 0);
    journal_close(other);
    journal_close(create());
}

/* A run whose plug-in lies below a path in Latin-1 is resumed with that plug-in. */
static void test_arguments_that_are_not_utf8(void **state) {
    (void)state;
    static char plugin[] = "--plugin=/M\xfcller/x.so";
    char *odd[] = {plugin, NULL};
    struct journal_header header = header_make(), read;
    struct error error = {.text = ""};
    bool is_taken;
    header.arguments = odd;
    struct journal *journal = journal_create(path, &header, true, &is_taken, &error);
    assert_non_null(journal);
    journal_close(journal);
    assert_true(journal_read_header(path, &read, &error));
    assert_string_equal(read.arguments[0], plugin);
    assert_null(read.arguments[1]);
    journal_header_clear(&read);
}

/* What would block, or keep nothing, is none: opening a pipe must not wait for its reader. */
static void test_a_pipe_is_no_journal(void **state) {
    (void)state;
    struct journal_header header = header_make();
    struct error error = {.text = ""};
    bool is_taken = true;
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_null(journal_create(path, &header, true, &is_taken, &error));
    assert_false(is_taken);
    assert_non_null(strstr(error.text, "no regular file"));
    assert_int_equal(unlink(path), 0);
    journal_close(create());
}

static int make_file(void **state) {
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state) {
    (void)state;
    return unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keeps_what_was_appended),     cmocka_unit_test(test_drops_a_torn_line),
        cmocka_unit_test(test_survives_a_cut_anywhere),     cmocka_unit_test(test_takes_back_what_does_not_fit),
        cmocka_unit_test(test_refuses_what_is_not_its_own), cmocka_unit_test(test_broken_lines_are_named),
        cmocka_unit_test(test_other_runs_are_named),        cmocka_unit_test(test_one_in_use_is_nobody_elses),
        cmocka_unit_test(test_a_name_that_was_lost),        cmocka_unit_test(test_arguments_that_are_not_utf8),
        cmocka_unit_test(test_a_pipe_is_no_journal),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
