#include "gate/check.h"
#include "base/message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/lock.h"
#include "base/output_file.h"
#include "base/utf8.h"
#include "data/result_file.h"
#include "gate/calibration.h"
#include "gate/calibration_file.h"
#include "gate/check_counts.h"
#include "gate/check_time.h"
#include "gate/counts_changes.h"
#include "gate/gate_side.h"
#include "machine/environment.h"
#include "plan/plan.h"

/* All that a check is made of. */
struct check {
    struct options options; /* one execution: the gate plans no rounds */
    const struct registry *registry;
    struct plan plan;
    struct environment *environment;
    struct gate_side here, other; /* `other` only with --against */
    struct result_file *baseline; /* of times */
    char *base_shown;             /* what is compared with, as it may be shown */
    size_t failures;
    struct counts base_counts, counts;
    struct counts_changes count_changes;
    struct timing timing;
    bool interrupted; /* what was measured until then is told */
};

/* Refuses what does not go together. */
static bool check_usage(const struct options *options, struct error *error) {
    const bool counts = (options->metrics & METRIC_INSTRUCTIONS) != 0, times = (options->metrics & METRIC_TIME) != 0;
    if (options->against != NULL && options->baseline != NULL)
        return error_set(error, "found both --against and --baseline; give one of them");
    if (options->baseline != NULL && counts && times)
        return error_set(error, "--baseline: one file holds times or instructions; wanted one --metric, or --against");
    if (options->out != NULL && !counts)
        return error_set(error, "--out writes instruction counts; add --metric=instructions, or leave it out");
    if (options->against == NULL && options->baseline == NULL && (options->out == NULL || times) && !options->dry_run)
        return error_set(error,
                         "found nothing to compare with; wanted --against=PROGRAM, --plugin=NEW.so --against=OLD.so, "
                         "or --baseline=FILE");
    if (options->out != NULL && strcmp(options->out, "-") == 0 &&
        (options->against != NULL || options->baseline != NULL))
        return error_set(error, "--out=- would mix counts with the comparison on standard output; name a file");
    return options->out == NULL || output_file_check(options->out, options->force, error);
}

static bool measures(const struct check *check, enum metric metric) {
    return (check->options.metrics & metric) != 0;
}

/* The times or the counts of the file to compare with. */
static bool load_baseline(struct check *check, struct error *error) {
    const char *path = check->options.baseline;
    if (path == NULL)
        return true;
    if (measures(check, METRIC_INSTRUCTIONS))
        return counts_load(&check->base_counts, path, error) || error_prefix(error, "--baseline: ");
    check->baseline = result_file_load_machine(path, check->environment->fingerprint, error);
    return check->baseline != NULL || error_prefix(error, "--baseline: ");
}

/* ---- Instructions ---- */

static bool check_toolchain(struct check *check, struct error *error) {
    const struct counts_fact *wanted = counts_differing_fact(&check->base_counts, &check->counts);
    if (check->options.baseline == NULL || wanted == NULL)
        return true;
    const struct counts_fact *found = counts_find_fact(&check->counts, wanted->name);
    (void)error_set(error, "found %s \"%s\"; the counts in %s are of \"%s\"", wanted->name,
                    found == NULL ? "" : found->value, check->options.baseline, wanted->value);
    if (!check->options.force)
        return error_prefix(error, "counts of different tool chains do not compare (--force does it nonetheless): ");
    message(stderr, "comparing counts of different tool chains, as --force says: %s", error->text);
    return true;
}

/* Counts both sides, or this one, in that order. */
static enum counting_result count_sides(struct check *check, struct counting *counting, struct error *error) {
    enum counting_result result = COUNTING_DONE;
    if (check->options.against != NULL)
        result = counting_take(counting, &check->other, &check->base_counts, &check->failures, error);
    if (result == COUNTING_DONE)
        result = counting_take(counting, &check->here, &check->counts, &check->failures, error);
    if (result == COUNTING_DONE && check->options.out != NULL &&
        !counts_write(&check->counts, check->options.out, check->options.force, error))
        result = COUNTING_FAILED;
    return result;
}

/* Sets *status and returns false when the check ends here. What can be refused is refused before anything is counted.
 */
static bool take_counts(struct check *check, int *status) {
    struct error error;
    struct counting counting = {.options = &check->options, .plan = &check->plan, .registry = check->registry};
    enum counting_result result = COUNTING_FAILED;
    if (counting_begin(&counting, &error)) {
        counting_add_toolchain(&counting, check->environment, &check->counts);
        if (check_toolchain(check, &error))
            result = count_sides(check, &counting, &error);
    }
    counting_end(&counting);
    if (result != COUNTING_DONE)
        *status = message_fail(EXIT_STATUS_USAGE, &error);
    return result == COUNTING_DONE;
}

/* Where both metrics are known, a time that went the other way is told beside the count. */
static void note_dissent(struct counts_changes *changes, const struct duel *duel) {
    for (size_t i = 0; i < changes->count; i++) {
        struct counts_change *change = &changes->items[i];
        const struct verdict_case *time = NULL;
        for (size_t j = 0; j < duel->count && time == NULL; j++) {
            if (strcmp(duel->entries[j].name, change->name) == 0 && duel->entries[j].sides[DUEL_NEW].count > 0)
                time = &duel->entries[j].verdict;
        }
        if (time != NULL && change->verdict == COUNTS_REGRESSED && time->ratio.high < 1)
            change->dissent = "more work, and yet it takes less time";
        else if (time != NULL && change->verdict == COUNTS_IMPROVED && time->ratio.low > 1)
            change->dissent = "less work, and yet it takes more time";
    }
}

/* ---- Time ---- */

/* What was given, or else what a calibration of this machine suggests, or else the suite's. */
static struct calibration_advice choose_terms(const struct check *check) {
    struct calibration_advice terms = {VERDICT_THRESHOLD, check->options.budget_seconds}, advice;
    char path[PATH_MAX];
    struct error error;
    if (calibration_file_path(check->environment, path, &error) &&
        calibration_load(path, check->environment->fingerprint, &advice, &error))
        terms = advice;
    else if (error.code == ERROR_FORMAT || error.code == ERROR_VERSION)
        message(stderr, "the calibration is left out: %s", error.text);
    if (check->options.threshold_given)
        terms.threshold = check->options.threshold;
    if (check->options.budget_given)
        terms.budget_seconds = check->options.budget_seconds;
    return terms;
}

/* Sets *status and returns false when the check ends here. An interrupted one is told as far as it went. */
static bool take_times(struct check *check, int *status) {
    const struct options *options = &check->options;
    const struct calibration_advice terms = choose_terms(check);
    struct error error;
    check->timing = (struct timing){
        .options = options,
        .plan = &check->plan,
        .registry = check->registry,
        .environment = check->environment,
        .here = &check->here,
        .other = options->against != NULL ? &check->other : NULL,
        .baseline = check->baseline,
        .base_shown = check->base_shown,
        .threshold = terms.threshold,
        .budget_seconds = terms.budget_seconds,
    };
    if (!timing_begin(&check->timing, &error)) {
        *status = message_fail(EXIT_STATUS_USAGE, &error);
        return false;
    }
    const enum duel_end end = timing_run(&check->timing);
    check->interrupted = end == DUEL_INTERRUPTED;
    check->failures += timing_failures(&check->timing);
    if (end != DUEL_NO_MEMORY)
        return true;
    (void)error_set_code(&error, ERROR_MEMORY, "out of memory for the verdicts");
    *status = message_fail(EXIT_STATUS_USAGE, &error);
    return false;
}

/* ---- All of it ---- */

static void tell_times(const struct check *check, const struct gate_table *table, FILE *out) {
    if (options_want_format(&check->options, "markdown"))
        gate_print_markdown(table, out);
    else
        gate_print(table, out, table_style_for(out));
}

static void tell_counts(const struct check *check, FILE *out) {
    if (options_want_format(&check->options, "markdown"))
        counts_print_markdown(&check->count_changes, out);
    else
        counts_print(&check->count_changes, out);
}

/* `table`: NULL without times. False when out of memory or when writing failed. */
static bool tell_json(const struct check *check, const struct gate_table *table, FILE *out) {
    const bool counts = check->count_changes.items != NULL;
    bool told = fputs("{", out) != EOF;
    if (table != NULL)
        told = told && fputs("\"time\": ", out) != EOF && gate_print_json(table, out);
    if (counts)
        told = told && fputs(table != NULL ? ", \"instructions\": " : "\"instructions\": ", out) != EOF &&
               counts_print_json(&check->count_changes, out);
    return told && fputs("}\n", out) != EOF;
}

enum { NOTES_MAX = ENVIRONMENT_WARNINGS_MAX + TIMING_DIFFERENCES_MAX + 1 };

/* What may disturb the times, and what else differs from the base. Returns how many notes there are. */
static size_t take_notes(const struct check *check, const char *notes[static NOTES_MAX]) {
    size_t count = 0;
    for (size_t i = 0; i < check->environment->warning_count; i++)
        notes[count++] = check->environment->warnings[i];
    for (size_t i = 0; i < check->timing.difference_count; i++)
        notes[count++] = check->timing.differences[i];
    if (check->timing.only_base_unknown[0] != '\0')
        notes[count++] = check->timing.only_base_unknown;
    return count;
}

static bool tell(struct check *check, FILE *out) {
    const bool times = measures(check, METRIC_TIME), counts = check->count_changes.items != NULL;
    struct gate_table table = {.base = ""};
    const char *notes[NOTES_MAX];
    if (times) {
        table = timing_table(&check->timing);
        table.notes = notes;
        table.note_count = take_notes(check, notes);
    }
    if (options_want_format(&check->options, "json"))
        return tell_json(check, times ? &table : NULL, out);
    if (times)
        tell_times(check, &table, out);
    if (times && counts)
        (void)fputc('\n', out);
    if (counts)
        tell_counts(check, out);
    return true;
}

/* A metric of which not one case was compared has been no gate, whatever its other cases are. */
static const char *metric_without_comparison(const struct check *check) {
    const size_t *tally = check->count_changes.tally;
    if (measures(check, METRIC_TIME) && timing_compared(&check->timing) == 0)
        return "time";
    if (measures(check, METRIC_INSTRUCTIONS) &&
        tally[COUNTS_EQUIVALENT] + tally[COUNTS_REGRESSED] + tally[COUNTS_IMPROVED] == 0)
        return "instruction count";
    return NULL;
}

static int status_of(const struct check *check) {
    const bool times = measures(check, METRIC_TIME);
    const bool regressed =
        check->count_changes.tally[COUNTS_REGRESSED] > 0 || (times && timing_regressed(&check->timing));
    const bool inconclusive =
        counts_is_inconclusive(&check->count_changes) || (times && timing_is_inconclusive(&check->timing));
    return check->interrupted                         ? EXIT_STATUS_INTERRUPTED
           : check->failures > 0                      ? EXIT_STATUS_FAILED
           : metric_without_comparison(check) != NULL ? EXIT_STATUS_USAGE
           : regressed                                ? EXIT_STATUS_REGRESSED
           : inconclusive && check->options.strict    ? EXIT_STATUS_INCONCLUSIVE
                                                      : EXIT_STATUS_OK;
}

static int conclude(struct check *check) {
    struct error error;
    if (check->options.against == NULL && check->options.baseline == NULL)
        return check->failures > 0 ? EXIT_STATUS_FAILED : EXIT_STATUS_OK;
    if (measures(check, METRIC_INSTRUCTIONS) && !check->interrupted) {
        check->count_changes = counts_compare(&check->base_counts, &check->counts, check->options.threshold);
        if (check->count_changes.items == NULL) {
            (void)error_set_code(&error, ERROR_MEMORY, "out of memory for the comparison");
            return message_fail(EXIT_STATUS_USAGE, &error);
        }
        note_dissent(&check->count_changes, &check->timing.duel);
    }
    interrupt_release(); /* nothing can be lost any more; whoever reads this may keep us waiting */
    if (!check->options.quiet && !tell(check, stdout)) {
        (void)error_set_code(&error, ERROR_MEMORY, "the comparison could not be written: %s",
                             ferror(stdout) ? strerror(errno) : "out of memory");
        return message_fail(EXIT_STATUS_FAILED, &error);
    }
    const int status = status_of(check);
    if (status == EXIT_STATUS_USAGE)
        message(stderr,
                "nothing was compared: no case has the %s of both sides, for the reasons in the table; "
                "name cases that both have",
                metric_without_comparison(check));
    return status;
}

/* Alone on the machine: another run would disturb, and be disturbed. */
static int carry_out(struct check *check) {
    int lock = -1, status = EXIT_STATUS_OK;
    struct error error;
    interrupt_install(); /* until here there is nothing to lose */
    if (!lock_take(&lock, check->options.quiet ? NULL : stderr, &error))
        return message_fail(EXIT_STATUS_USAGE, &error);
    const bool done = (!measures(check, METRIC_TIME) || take_times(check, &status)) &&
                      (!measures(check, METRIC_INSTRUCTIONS) || check->interrupted || take_counts(check, &status));
    lock_give_back(lock);
    return done ? conclude(check) : status;
}

/* Instructions are counted by valgrind around our own workers alone. */
static bool counts_all(const struct check *check, struct error *error) {
    const struct bench_case *of_peer = gate_side_first_of_peers(&check->plan);
    return of_peer == NULL || !measures(check, METRIC_INSTRUCTIONS) ||
           error_set(error,
                     "%s is a strategy of a peer, whose instructions are not counted; wanted --metric=time, or "
                     "strategies of ctxbench's own",
                     of_peer->strategy->name);
}

/* From the command line to what will be compared. */
static bool get_ready(struct check *check, const struct topology *topology, struct error *error) {
    check->environment = malloc(sizeof *check->environment);
    if (check->environment == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for the facts of this machine");
    if (!check_usage(&check->options, error) || !gate_side_find(&check->here, NULL, check->registry, error))
        return false;
    if (check->options.against != NULL &&
        !gate_side_find(&check->other, check->options.against, check->registry, error))
        return error_prefix(error, "--against: ");
    if (gate_side_strategy(&check->other, check->registry) != NULL && !options_asked(&check->options, "strategy"))
        check->options.strategies = gate_side_strategy(&check->other, check->registry);
    const char *base = check->options.against != NULL ? check->options.against : check->options.baseline;
    check->base_shown = utf8_shown(base != NULL ? base : "");
    if (check->base_shown == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for a path");
    environment_capture(check->environment, topology_facts(topology));
    if (!check->options.dry_run && !load_baseline(check, error))
        return false;
    return plan_make(&check->plan, &check->options, check->registry, topology, check->options.quiet ? NULL : stderr,
                     error) &&
           counts_all(check, error) && gate_side_load_peers(&check->other, &check->plan, error);
}

int check_command(const struct options *options, const struct registry *registry, const struct topology *topology) {
    struct check check = {.options = *options, .registry = registry};
    struct error error;
    check.options.executions = 1;
    int status = EXIT_STATUS_OK;
    if (!get_ready(&check, topology, &error))
        status = message_fail(EXIT_STATUS_USAGE, &error);
    else if (options->dry_run)
        other_cases_tell(&check.plan, stdout);
    else
        status = carry_out(&check);
    timing_end(&check.timing);
    gate_side_free(&check.other);
    free(check.count_changes.items);
    counts_free(&check.base_counts);
    counts_free(&check.counts);
    plan_free(&check.plan);
    free(check.environment);
    free(check.base_shown);
    result_file_free(check.baseline);
    return status;
}
