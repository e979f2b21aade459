/* What the command line means, and what it refuses. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/command_line.h"
#include "cli/option_table.h"
#include "cli/usage.h"

enum { WORDS_MAX = 16 };

/* Parses words separated by blanks, as the shell would. The words live until the next call. */
static bool parse(struct options *options, const char *line, struct error *error) {
    static char copy[512];
    static char *words[WORDS_MAX];
    int count = 0;
    words[count++] = (char *)"bench";
    (void)snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strtok(copy, " "); word != NULL && count < WORDS_MAX; word = strtok(NULL, " "))
        words[count++] = word;
    return options_parse(options, all_commands, count, words, error);
}

static void accepts(struct options *options, const char *line) {
    struct error error = {.text = ""};
    if (!parse(options, line, &error))
        fail_msg("\"%s\" was refused: %s", line, error.text);
}

static void refuses(const char *line, const char *words) {
    struct options options;
    struct error error = {.text = ""};
    if (parse(&options, line, &error))
        fail_msg("\"%s\" was accepted", line);
    if (strstr(error.text, words) == NULL)
        fail_msg("\"%s\": found the message \"%s\", wanted \"%s\" in it", line, error.text, words);
    options_free(&options);
}

static void defaults_are_those_of_the_table(void **state) {
    (void)state;
    struct options options;
    accepts(&options, "");
    assert_string_equal(options.command->name, "run");
    assert_string_equal(options.strategies, "*");
    assert_null(options.workloads);
    assert_null(options.placements);
    assert_string_equal(options.suite->name, "default");
    assert_true(options.budget_seconds > 299 && options.budget_seconds < 301);
    assert_string_equal(options.stores, "chain"); /* of the suite */
    assert_int_equal(options.executions, 9);
    assert_int_equal(options.sample_count, 5);
    assert_true(options.sample_seconds > 0.00199 && options.sample_seconds < 0.00201);
    assert_int_equal(options.threads.count, 0);
    assert_false(options.seed_given || options.force || options.dry_run || options.quiet);
    assert_null(options.out);
    options_free(&options);
}

static void expect_setting(const struct options *options, const char *name, const char *value) {
    const struct option_settings *settings = &options->settings;
    const char *found = "no setting";
    for (size_t i = 0; i < settings->count; i++)
        found = strcmp(settings->list[i].name, name) == 0 ? settings->list[i].value : found;
    assert_string_equal(found, value);
}

static void a_suite_changes_defaults_but_not_what_is_given(void **state) {
    (void)state;
    struct options options;
    accepts(&options, "--samples=7 --suite=smoke");
    assert_string_equal(options.suite->name, "smoke");
    assert_int_equal(options.executions, 9);
    assert_int_equal(options.sample_count, 7);
    assert_true(options.sample_seconds > 0.00099 && options.sample_seconds < 0.00101);
    assert_true(options.budget_seconds > 4.9 && options.budget_seconds < 5.1);
    options_free(&options);
}

static void executions_that_are_asked_for_know_no_budget(void **state) {
    (void)state;
    struct options options;
    accepts(&options, "--suite=smoke --executions=50");
    assert_int_equal(options.executions, 50);
    assert_false(options.budget_seconds > 0);
    expect_setting(&options, "budget", "");
    options_free(&options);
    accepts(&options, "--suite=smoke --executions=50 --budget=8s");
    assert_true(options.budget_seconds > 7.9 && options.budget_seconds < 8.1);
    options_free(&options);
}

/* Loads a suite file with these members; what comes of it goes to *options or *error. */
static bool load_members(const char *members, struct options *options, struct error *error) {
    char path[] = "/tmp/ctxbench-suite-XXXXXX.json";
    int fd = mkstemps(path, 5);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    assert_non_null(file);
    (void)fprintf(file, "{\"ctxbench_suite\": 1, %s, \"cases\": [{\"workload\": \"get\"}]}", members);
    assert_int_equal(fclose(file), 0);
    char option[64];
    (void)snprintf(option, sizeof option, "--suite=%s", path);
    bool good = options_parse(options, all_commands, 2, (char *[]){"bench", option}, error);
    assert_int_equal(unlink(path), 0);
    return good;
}

static void options_in_a_suite_are_read_like_those_of_the_command_line(void **state) {
    (void)state;
    struct options options;
    struct error error;
    assert_true(
        load_members("\"strategy\": [\"tls\", \"st*\"], \"executions\": 3, \"min-time\": \"7ms\"", &options, &error));
    assert_string_equal(options.strategies, "tls,st*");
    assert_int_equal(options.executions, 3);
    assert_true(options.sample_seconds > 0.0069 && options.sample_seconds < 0.0071);
    expect_setting(&options, "min-time", "7ms");
    options_free(&options);
    static const struct {
        const char *members, *words;
    } wrong[] = {
        {"\"sample\": 3", "no member of a suite is called \"sample\"; did you mean \"samples\"?"},
        {"\"out\": \"a.json\"", "no member of a suite is called \"out\""},
        {"\"samples\": 1000", ".json: --samples: found \"1000\"; wanted a whole number from 1 to 64"},
        {"\"samples\": 1.5", "samples: found a number with a fraction, wanted a text or a whole number"},
        {"\"budget\": \"soon\"", "--budget: found \"soon\"; wanted a time"},
        {"\"strategy\": {}", "strategy: found an object, wanted a text"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(load_members(wrong[i].members, &options, &error));
        if (strstr(error.text, wrong[i].words) == NULL)
            fail_msg("%s: found \"%s\", wanted \"%s\" in it", wrong[i].members, error.text, wrong[i].words);
        options_free(&options);
    }
}

static void values_follow_an_equals_sign_or_a_blank(void **state) {
    (void)state;
    struct options options;
    accepts(&options, "run --strategy tls,stack* --depth=0,16");
    assert_string_equal(options.strategies, "tls,stack*");
    assert_int_equal(options.choice_count, 1);
    assert_string_equal(options.choices[0].name, "depth");
    assert_int_equal(options.choices[0].count, 2);
    assert_int_equal(options.choices[0].values[1], 16);
    options_free(&options);
}

static void lists_keep_each_value_once(void **state) {
    (void)state;
    struct options options;
    accepts(&options, "--parameter=keys=4,1,4 --threads=2,2,1 --parameter=up=8");
    assert_int_equal(options.choice_count, 2);
    assert_int_equal(options.choices[0].count, 2);
    assert_int_equal(options.choices[0].values[0], 4);
    assert_int_equal(options.threads.count, 2);
    assert_int_equal(options.threads.values[1], 1);
    options_free(&options);
}

static void times_have_units(void **state) {
    (void)state;
    static const char *const same[] = {"--min-time=0.003", "--min-time=3ms", "--min-time=3000us", "--min-time=.003s"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        struct options options;
        accepts(&options, same[i]);
        assert_true(options.sample_seconds > 0.00299 && options.sample_seconds < 0.00301);
        options_free(&options);
    }
}

static void commands_are_words_or_options(void **state) {
    (void)state;
    static const struct {
        const char *line;
        const char *command;
    } lines[] = {
        {"list", "list"},
        {"--list", "list"},
        {"list --list", "list"},
        {"--plugin=a.so list", "list"},
        {"topology --topology=package:2", "topology"},
        {"--version", "--version"},
        {"--names=strategy", "--names"},
        {"--worker", "--worker"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct options options;
        accepts(&options, lines[i].line);
        assert_string_equal(command_shown(options.command), lines[i].command);
        options_free(&options);
    }
}

static void wrong_use_is_refused_with_words(void **state) {
    (void)state;
    refuses("--stratgy=tls", "unknown option --stratgy; did you mean --strategy?");
    refuses("--wat", "unknown option --wat; bench --help");
    refuses("-q", "unknown option -q");
    refuses("--", "unknown option --");
    refuses("lst", "no command is called \"lst\"; did you mean \"list\"?");
    refuses("run list", "found both run and list");
    refuses("--dry-run=yes", "--dry-run takes no value; found \"yes\"");
    refuses("--strategy", "--strategy wants a value");
    refuses("--strategy=", "--strategy wants a value");
    refuses("--strategy --force", "--strategy wants a value");
    refuses("--depth=1 --depth=2", "--depth is given twice: \"1\" and \"2\"; give it once, with a list");
    refuses("--depth=1 --parameter=depth=2", "\"depth\" is given twice");
    refuses("--depth=1,,2", "--depth: found an empty item");
    refuses("--depth=1,x", "--depth: found \"x\"; wanted a whole number");
    refuses("--depth=1.5", "--depth: found \"1.5\"");
    refuses("--depth=99999999999999999999", "--depth: found \"99999999999999999999\"");
    refuses("--parameter=keys", "wanted NAME=LIST");
    refuses("--parameter==1", "wanted NAME=LIST");
    refuses("--parameter=keys=", "wanted NAME=LIST");
    refuses("--threads=0", "--threads: found \"0\"; wanted a whole number from 1");
    refuses("--executions=0", "--executions: found \"0\"; wanted a whole number from 1 to");
    refuses("--executions=+5", "--executions: found \"+5\"");
    refuses("--samples=65", "from 1 to 64");
    refuses("--min-time=0", "--min-time: found \"0\"; wanted a time");
    refuses("--min-time=2h", "--min-time: found \"2h\"");
    refuses("--min-time=nan", "--min-time: found \"nan\"");
    refuses("--seed=abc", "--seed: found \"abc\"");
    refuses("--seed=-1", "--seed: found \"-1\"");
    refuses("--seed=9007199254740992", "to 9007199254740991");
    refuses("--resume=a.json --depth=1", "--resume takes its settings from a.json, so --depth cannot be given too");
    refuses("--resume=a.json --out=b.json", "so --out cannot");
    refuses("--topology=package:2", "add --dry-run");
    refuses("list --depth=1", "--depth has no meaning for bench list");
    refuses("--suite=smok", "--suite: no suite is called \"smok\"; did you mean \"smoke\"?");
    refuses("--suite=no-such.json", "--suite: cannot read the suite no-such.json: No such file");
    refuses("--version --dry-run", "--dry-run has no meaning for bench --version");
}

static void what_goes_together_is_accepted(void **state) {
    (void)state;
    static const char *const lines[] = {
        "--resume=a.json --quiet --force", "--topology=package:2 --dry-run", "--dry-run --dry-run", "--out -",
        "--plugin=a.so --plugin=b.so",     "--seed=9007199254740991",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct options options;
        accepts(&options, lines[i]);
        options_free(&options);
    }
}

static void settings_are_recorded_as_text(void **state) {
    (void)state;
    struct options options;
    accepts(&options, "--suite=smoke --depth=0,16 --plugin=a.so --plugin=b.so --min-time=5ms");
    expect_setting(&options, "strategy", "explicit,tls,threadid,stacktag");
    expect_setting(&options, "depth", "0,16");
    expect_setting(&options, "plugin", "a.so b.so");
    expect_setting(&options, "executions", "9");
    expect_setting(&options, "min-time", "5ms");
    expect_setting(&options, "suite", "smoke");
    expect_setting(&options, "budget", "5s");
    expect_setting(&options, "force", "false");
    expect_setting(&options, "seed", "");
    expect_setting(&options, "help", "no setting");
    expect_setting(&options, "worker", "no setting");
    options_free(&options);
}

static void help_is_of_the_program_or_of_a_command(void **state) {
    (void)state;
    static const char *const lines[] = {"--help", "-h", "--depth=1 --help --nonsense", "check --help", "check -h"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct options options;
        accepts(&options, lines[i]);
        assert_true(options.wants_help);
        assert_string_equal(options.command_text != NULL ? options.command_text : "none", i < 3 ? "none" : "check");
        options_free(&options);
    }
}

/* The help of a command, or of the program; to be freed. */
static char *render_help(const struct command *command) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    usage_print_help(all_commands, command, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* Also counts the lines. */
static size_t expect_narrow(char *help) {
    size_t count = 0;
    for (char *line = help, *end; (end = strchr(line, '\n')) != NULL; line = end + 1, count++) {
        if (end - line > 80)
            fail_msg("a line of %td columns: %.*s", end - line, (int)(end - line), line);
    }
    return count;
}

static void help_fits_one_screen_and_names_every_command(void **state) {
    (void)state;
    char *help = render_help(NULL);
    assert_in_range(expect_narrow(help), 10, 24);
    for (const struct command *const *at = all_commands; *at != NULL; at++) {
        char entry[64];
        (void)snprintf(entry, sizeof entry, "\n  %s%s", (*at)->name != NULL ? "" : "--",
                       (*at)->name != NULL ? (*at)->name : (*at)->option);
        assert_true((strstr(help, entry) != NULL) == ((*at)->group != COMMAND_HIDDEN));
    }
    free(help);
}

static void help_of_a_command_names_what_it_takes(void **state) {
    (void)state;
    for (const struct command *const *at = all_commands; *at != NULL; at++) {
        char *help = render_help(*at);
        (void)expect_narrow(help);
        for (const struct option_row *row = option_table; row->name != NULL; row++) {
            char option[64];
            (void)snprintf(option, sizeof option, "\n  --%s%s", row->name, row->argument != NULL ? "=" : "");
            assert_true((strstr(help, option) != NULL) == (command_option(*at, row->name) != NULL));
        }
        for (size_t i = 0; i < COMMAND_EXAMPLES_MAX && (*at)->examples[i].line != NULL; i++)
            assert_non_null(strstr(help, (*at)->examples[i].line));
        free(help);
    }
}

/* Examples are command lines that the program accepts, but for files that are not there. */
static void descriptors_of_commands_are_complete(void **state) {
    (void)state;
    for (const struct command *const *at = all_commands; *at != NULL; at++) {
        const struct command *command = *at;
        const bool is_for_people = command->group < COMMAND_HELPS;
        assert_true(command->run != NULL && (command->name != NULL || command->option != NULL));
        assert_in_range(strlen(command->help), 5, command->group == COMMAND_HIDDEN ? 100 : 60);
        assert_true(!is_for_people || (command->examples[0].line != NULL && command->examples[1].line != NULL));
        assert_true((command_option(command, "format") != NULL) == (command->format != NULL));
        for (const struct command_option *option = command->options; option != NULL && option->name != NULL; option++)
            assert_non_null(option_named(option->name));
    }
}

static void rows_of_the_table_are_complete(void **state) {
    (void)state;
    for (const struct option_row *row = option_table; row->name != NULL; row++) {
        bool is_taken = false;
        for (const struct command *const *at = all_commands; *at != NULL; at++)
            is_taken = is_taken || command_option(*at, row->name) != NULL;
        assert_true(is_taken && row->parse != NULL);
        assert_true(row->help != NULL && row->help[0] != '\0' && row->help[strlen(row->help) - 1] != '.');
        for (const struct option_row *other = option_table; other != row; other++)
            assert_string_not_equal(other->name, row->name);
    }
}

int main(void) {
    static char name[] = "bench";
    program_invocation_short_name = name;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_those_of_the_table),
        cmocka_unit_test(a_suite_changes_defaults_but_not_what_is_given),
        cmocka_unit_test(executions_that_are_asked_for_know_no_budget),
        cmocka_unit_test(options_in_a_suite_are_read_like_those_of_the_command_line),
        cmocka_unit_test(values_follow_an_equals_sign_or_a_blank),
        cmocka_unit_test(lists_keep_each_value_once),
        cmocka_unit_test(times_have_units),
        cmocka_unit_test(commands_are_words_or_options),
        cmocka_unit_test(wrong_use_is_refused_with_words),
        cmocka_unit_test(what_goes_together_is_accepted),
        cmocka_unit_test(settings_are_recorded_as_text),
        cmocka_unit_test(help_is_of_the_program_or_of_a_command),
        cmocka_unit_test(help_fits_one_screen_and_names_every_command),
        cmocka_unit_test(help_of_a_command_names_what_it_takes),
        cmocka_unit_test(descriptors_of_commands_are_complete),
        cmocka_unit_test(rows_of_the_table_are_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
