#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check_counts.h"
#include "counts_changes.h"
#include "environment.h"
#include "gate_side.h"
#include "interrupt.h"
#include "lock.h"
#include "output_file.h"
#include "plan.h"

/* All that a check is made of. */
struct check {
    struct options options; /* one execution: the gate plans no rounds */
    const struct registry *registry;
    struct plan plan;
    struct environment *environment;
    struct gate_side here, other; /* `other` only with --against */
    size_t failures;
    struct counts base_counts, counts;
    struct counts_changes count_changes;
};

/* What a check has found so far, for its exit status. */
struct findings {
    bool regressed, inconclusive;
};

static int complain(int status, const struct error *error) {
    (void)fprintf(stderr, "bench: %s\n", error->text);
    return status;
}

/* Refuses what does not go together. */
static bool check_usage(const struct options *options, struct error *error) {
    if (options->against != NULL && options->baseline != NULL)
        return error_set(error, "found both --against and --baseline; give one of them");
    if (options->against == NULL && options->baseline == NULL && options->out == NULL)
        return error_set(error, "found nothing to compare with; wanted --against=PROGRAM or --baseline=FILE");
    if (options->out != NULL && strcmp(options->out, "-") == 0 &&
        (options->against != NULL || options->baseline != NULL))
        return error_set(error, "--out=- would mix counts with the comparison on standard output; name a file");
    return options->out == NULL || output_file_check(options->out, options->force, error);
}

/* ---- Instructions ---- */

/* The counts to compare with: those of the other build, or of the file, which must come from the same tool chain. */
static bool load_base_counts(struct check *check, struct error *error) {
    const char *path = check->options.baseline;
    if (path == NULL)
        return true;
    char message[sizeof error->text];
    if (!counts_load(&check->base_counts, path, message, sizeof message))
        return error_set(error, "--baseline: %s", message);
    return true;
}

static bool check_toolchain(struct check *check, struct error *error) {
    const struct counts_fact *wanted = counts_differing_fact(&check->base_counts, &check->counts);
    if (check->options.baseline == NULL || wanted == NULL)
        return true;
    const struct counts_fact *found = counts_find_fact(&check->counts, wanted->name);
    (void)error_set(error, "found %s \"%s\"; the counts in %s are of \"%s\"", wanted->name,
                    found == NULL ? "" : found->value, check->options.baseline, wanted->value);
    if (!check->options.force)
        return error_prefix(error, "counts of different tool chains do not compare (--force does it nonetheless): ");
    (void)fprintf(stderr, "bench: comparing counts of different tool chains, as --force says: %s\n", error->text);
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
    if (load_base_counts(check, &error) && counting_begin(&counting, &error)) {
        counting_add_toolchain(&counting, check->environment, &check->counts);
        if (check_toolchain(check, &error))
            result = count_sides(check, &counting, &error);
    }
    counting_end(&counting);
    if (result != COUNTING_DONE)
        *status = result == COUNTING_INTERRUPTED ? EXIT_STATUS_INTERRUPTED : complain(EXIT_STATUS_USAGE, &error);
    return result == COUNTING_DONE;
}

static bool compare_counts(struct check *check, struct findings *findings) {
    check->count_changes = counts_compare(&check->base_counts, &check->counts, check->options.threshold);
    findings->regressed |= check->count_changes.tally[COUNTS_REGRESSED] > 0;
    findings->inconclusive |= counts_is_inconclusive(&check->count_changes);
    return check->count_changes.items != NULL;
}

/* ---- All of it ---- */

static void tell(const struct check *check, FILE *out) {
    switch (check->options.format) {
    default: /* FORMAT_TERMINAL; the table of options refuses what is none of a check */
        counts_print(&check->count_changes, out);
        break;
    case FORMAT_MARKDOWN:
        counts_print_markdown(&check->count_changes, out);
        break;
    case FORMAT_JSON:
        (void)fputs("{\"instructions\": ", out);
        counts_print_json(&check->count_changes, out);
        (void)fputs("}\n", out);
        break;
    }
}

static int conclude(struct check *check) {
    struct findings findings = {false, false};
    struct error error;
    if (check->options.against == NULL && check->options.baseline == NULL)
        return check->failures > 0 ? EXIT_STATUS_FAILED : EXIT_STATUS_OK;
    if (!compare_counts(check, &findings)) {
        (void)error_set(&error, "out of memory for the comparison");
        return complain(EXIT_STATUS_USAGE, &error);
    }
    if (!check->options.quiet)
        tell(check, stdout);
    return check->failures > 0                              ? EXIT_STATUS_FAILED
           : findings.regressed                             ? EXIT_STATUS_REGRESSED
           : findings.inconclusive && check->options.strict ? EXIT_STATUS_INCONCLUSIVE
                                                            : EXIT_STATUS_OK;
}

/* Alone on the machine: another run would disturb, and be disturbed. */
static int carry_out(struct check *check) {
    int lock = -1, status = EXIT_STATUS_OK;
    struct error error;
    switch (lock_take(&lock, check->options.quiet ? NULL : stderr, &error)) {
    case LOCK_INTERRUPTED:
        return EXIT_STATUS_INTERRUPTED;
    case LOCK_FAILED:
        return complain(EXIT_STATUS_USAGE, &error);
    case LOCK_HELD:
        break;
    }
    const bool done = take_counts(check, &status);
    lock_give_back(lock);
    return done ? conclude(check) : status;
}

/* From the command line to what will be compared. */
static bool get_ready(struct check *check, const struct topology *topology, struct error *error) {
    check->environment = malloc(sizeof *check->environment);
    if (check->environment == NULL)
        return error_set(error, "out of memory for the facts of this machine");
    if (!check_usage(&check->options, error) || !gate_side_find(&check->here, NULL, error))
        return false;
    if (check->options.against != NULL && !gate_side_find(&check->other, check->options.against, error))
        return error_prefix(error, "--against: ");
    environment_capture(check->environment, topology_facts(topology));
    return plan_make(&check->plan, &check->options, check->registry, topology, check->options.quiet ? NULL : stderr,
                     error);
}

int check_command(const struct options *options, const struct registry *registry, const struct topology *topology) {
    struct check check = {.options = *options, .registry = registry};
    struct error error;
    interrupt_install();
    check.options.executions = 1;
    int status = get_ready(&check, topology, &error) ? carry_out(&check) : complain(EXIT_STATUS_USAGE, &error);
    free(check.count_changes.items);
    counts_free(&check.base_counts);
    counts_free(&check.counts);
    plan_free(&check.plan);
    free(check.environment);
    return status;
}
