#include "calibrate.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "busy.h"
#include "calibration.h"
#include "calibration_file.h"
#include "duel.h"
#include "interrupt.h"
#include "lock.h"
#include "now.h"
#include "output_file.h"
#include "plan.h"
#include "random.h"

/* What a suite may take: as a gate may, but several must fit into a regime's time. */
static const double suite_seconds_max = 60;
enum { SUITES_MIN = 4 };

struct calibrate {
    struct options options;
    const struct registry *registry;
    const struct topology *topology;
    struct plan plan;
    struct environment *environment;
    struct gate_side side; /* both sides are this program */
    struct calibration_regime regimes[BUSY_COUNT];
    size_t regime_count; /* that have begun */
    double regime_seconds, suite_seconds;
    struct random random;
    char path[PATH_MAX];
};

static int complain(int status, const struct error *error) {
    (void)fprintf(stderr, "bench: %s\n", error->text);
    return status;
}

/* ---- A suite ---- */

/* Every second suite has no change in it; in the others the slow-downs go around among the cases. */
static size_t effect_of(size_t suite, size_t entry) {
    return suite % 2 == 0 ? 0 : 1 + (entry + suite / 2) % (CALIBRATION_EFFECTS - 1);
}

static bool collect_entry(struct calibration_regime *regime, const struct duel *duel, const struct duel_entry *entry,
                          size_t effect) {
    const struct calibration_comparison comparison = {
        .workload = entry->c->kernel->workload->name,
        .effect = effect,
        .verdict = &entry->verdict,
        .samples_ns = {entry->samples_ns[DUEL_BASE], entry->samples_ns[DUEL_NEW]},
        .sample_counts = {entry->counts[DUEL_BASE] * duel->sample_count, entry->counts[DUEL_NEW] * duel->sample_count},
    };
    return calibration_add(regime, &comparison, duel->seed);
}

/* False when out of memory. A case that fails has no part in it, but for a message. */
static bool collect(struct calibration_regime *regime, const struct duel *duel, size_t suite) {
    bool has_alarm = false;
    for (size_t i = 0; i < duel->count; i++) {
        const struct duel_entry *entry = &duel->entries[i];
        if (entry->state == DUEL_FAILED)
            (void)fprintf(stderr, "bench: %s: %s\n", entry->name, entry->reason);
        if (entry->state == DUEL_FAILED || entry->counts[DUEL_NEW] == 0)
            continue;
        if (!collect_entry(regime, duel, entry, effect_of(suite, i)))
            return false;
        has_alarm |= entry->verdict.verdict == VERDICT_REGRESSED || entry->verdict.verdict == VERDICT_IMPROVED;
    }
    return suite % 2 != 0 || calibration_add_suite(regime, has_alarm, duel->seconds_spent);
}

static enum duel_end run_suite(struct calibrate *calibrate, struct calibration_regime *regime, size_t suite) {
    const struct options *options = &calibrate->options;
    struct duel duel = {
        .registry = calibrate->registry,
        .sides = {&calibrate->side, &calibrate->side},
        .entries = calloc(calibrate->plan.case_count, sizeof *duel.entries),
        .sample_count = options->sample_count,
        .sample_seconds = options->sample_seconds,
        .budget_seconds = calibrate->suite_seconds,
        .threshold = options->threshold_given ? options->threshold : VERDICT_THRESHOLD,
        .alpha = VERDICT_ALPHA,
        .seed = random_next(&calibrate->random),
        .quiet = options->quiet,
    };
    if (duel.entries == NULL)
        return DUEL_NO_MEMORY;
    duel.count = calibrate->plan.case_count;
    for (size_t i = 0; i < duel.count; i++)
        duel_enter(&duel.entries[i], &calibrate->plan.cases[i], 1 + calibration_effects[effect_of(suite, i)]);
    enum duel_end end = duel_run(&duel);
    if (end == DUEL_DONE && !collect(regime, &duel, suite))
        end = DUEL_NO_MEMORY;
    duel_clear(&duel);
    free(duel.entries);
    return end;
}

/* ---- A regime ---- */

static enum duel_end run_suites(struct calibrate *calibrate, struct calibration_regime *regime) {
    const double started = now_seconds();
    enum duel_end end = DUEL_DONE;
    for (size_t suite = 0; end == DUEL_DONE; suite++) {
        end = run_suite(calibrate, regime, suite);
        regime->seconds = now_seconds() - started;
        if (regime->seconds >= calibrate->regime_seconds)
            break;
    }
    return end;
}

static enum duel_end run_regime(struct calibrate *calibrate, enum busy_regime which, struct error *error) {
    struct calibration_regime *regime = &calibrate->regimes[which];
    struct busy busy;
    enum duel_end end = DUEL_NO_MEMORY;
    regime->name = busy_names[which];
    calibrate->regime_count = (size_t)which + 1;
    if (!calibrate->options.quiet)
        (void)fprintf(stderr, "bench: %s, for %.0f s\n", regime->name, calibrate->regime_seconds);
    (void)error_set(error, "out of memory for the suites");
    if (busy_begin(&busy, which, calibrate->topology, error))
        end = run_suites(calibrate, regime);
    busy_end(&busy);
    return end;
}

/* ---- All of it ---- */

static bool save(const struct calibrate *calibrate, struct calibration_advice advice, struct error *error) {
    char date[32];
    struct output_file file;
    struct tm day;
    (void)gmtime_r(&calibrate->environment->started.tv_sec, &day);
    (void)strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &day);
    char *text = calibration_text(calibrate->regimes, calibrate->regime_count, advice,
                                  calibrate->environment->fingerprint, date);
    if (text == NULL)
        return error_set(error, "out of memory for the file");
    const bool is_own = calibrate->options.out == NULL; /* a later calibration takes the place of an earlier one */
    bool saved = (!is_own || calibration_file_make_folders(calibrate->path, error)) &&
                 output_file_open(&file, calibrate->path, is_own || calibrate->options.force, error);
    if (saved) {
        (void)output_file_write(&file, text, strlen(text));
        (void)output_file_write(&file, "\n", 1);
        saved = output_file_commit(&file, error);
    }
    free(text);
    return saved;
}

/* What was measured is told, also when it was cut short; only a whole calibration is kept. */
static int conclude(struct calibrate *calibrate, bool interrupted) {
    struct error error;
    const struct calibration_advice advice = calibration_advise(&calibrate->regimes[0], calibrate->suite_seconds);
    if (!calibrate->options.quiet)
        calibration_print(calibrate->regimes, calibrate->regime_count, advice, stdout);
    if (interrupted)
        return EXIT_STATUS_INTERRUPTED;
    if (!save(calibrate, advice, &error))
        return complain(EXIT_STATUS_FAILED, &error);
    if (!calibrate->options.quiet)
        (void)fprintf(stderr, "The calibration is in %s.\n", calibrate->path);
    return EXIT_STATUS_OK;
}

static int carry_out(struct calibrate *calibrate) {
    int lock = -1;
    struct error error;
    switch (lock_take(&lock, calibrate->options.quiet ? NULL : stderr, &error)) {
    case LOCK_INTERRUPTED:
        return EXIT_STATUS_INTERRUPTED;
    case LOCK_FAILED:
        return complain(EXIT_STATUS_USAGE, &error);
    case LOCK_HELD:
        break;
    }
    enum duel_end end = DUEL_DONE;
    for (enum busy_regime regime = 0; regime < BUSY_COUNT && end == DUEL_DONE; regime++)
        end = run_regime(calibrate, regime, &error);
    lock_give_back(lock);
    return end == DUEL_NO_MEMORY ? complain(EXIT_STATUS_USAGE, &error) : conclude(calibrate, end == DUEL_INTERRUPTED);
}

static bool get_ready(struct calibrate *calibrate, struct error *error) {
    const struct options *options = &calibrate->options;
    static const double budget_seconds = 900;
    const double budget = options->budget_seconds > 0 ? options->budget_seconds : budget_seconds;
    calibrate->environment = malloc(sizeof *calibrate->environment);
    if (calibrate->environment == NULL)
        return error_set(error, "out of memory for the facts of this machine");
    environment_capture(calibrate->environment, topology_facts(calibrate->topology));
    calibrate->regime_seconds = budget / BUSY_COUNT;
    calibrate->suite_seconds = calibrate->regime_seconds / SUITES_MIN;
    if (calibrate->suite_seconds > suite_seconds_max)
        calibrate->suite_seconds = suite_seconds_max;
    if (options->out != NULL) {
        (void)snprintf(calibrate->path, sizeof calibrate->path, "%s", options->out);
        if (!output_file_check(options->out, options->force, error))
            return false;
    } else if (!calibration_file_path(calibrate->environment, calibrate->path, error)) {
        return false;
    }
    if (!gate_side_find(&calibrate->side, NULL, error) ||
        !plan_make(&calibrate->plan, options, calibrate->registry, calibrate->topology, options->quiet ? NULL : stderr,
                   error))
        return false;
    calibrate->random.state = calibrate->plan.seed;
    return true;
}

int calibrate_command(const struct options *options, const struct registry *registry, const struct topology *topology) {
    struct calibrate calibrate = {.options = *options, .registry = registry, .topology = topology};
    struct error error;
    interrupt_install();
    calibrate.options.executions = 1;
    const int status = get_ready(&calibrate, &error) ? carry_out(&calibrate) : complain(EXIT_STATUS_USAGE, &error);
    for (size_t i = 0; i < BUSY_COUNT; i++)
        calibration_free(&calibrate.regimes[i]);
    plan_free(&calibrate.plan);
    free(calibrate.environment);
    return status;
}
