#include "gate/calibrate.h"
#include "base/message.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/lock.h"
#include "base/now.h"
#include "base/output_file.h"
#include "base/random.h"
#include "base/stream_output.h"
#include "gate/calibrate_suite.h"
#include "gate/calibration_file.h"
#include "machine/busy.h"
#include "plan/plan.h"

/* What a suite may take: as a gate may, but several must fit into a regime's time. */
static const double suite_seconds_max = 60;
enum { SUITES_MIN = 4 };

/* A regime ends with so many, even if there is time: half of them have no change, and so it is 100 checks. */
enum { SUITES_MAX = 200 };

/* Of the file of a calibration that was cut short. */
static const char interrupted_suffix[] = ".interrupted";

struct calibrate {
    struct options options;
    const struct registry *registry;
    const struct topology *topology;
    struct plan plan;
    struct environment *environment;
    struct gate_side side; /* both sides are this program */
    struct calibration_regime regimes[BUSY_COUNT];
    size_t regime_count; /* that have begun */
    double started, budget_seconds, suite_seconds;
    struct random random;
    FILE *told; /* standard output, which an interrupt does not wait for; NULL: --quiet */
    char path[PATH_MAX];
};

/* ---- A regime ---- */

/* The time that is left if all suites take as long as those so far, and not more than there is. */
static double seconds_left(const struct calibrate *calibrate, size_t done, size_t total) {
    const double spent = now_seconds() - calibrate->started, left = calibrate->budget_seconds - spent;
    const double expected = done == 0 ? left : spent * (double)(total - done) / (double)done;
    return expected < left ? expected : left;
}

static enum duel_end run_suite(struct calibrate *calibrate, struct calibration_regime *regime, size_t number) {
    const size_t total = (size_t)SUITES_MAX * BUSY_COUNT;
    const size_t done = (calibrate->regime_count - 1) * SUITES_MAX + number;
    const struct duel_part part = {regime->name, done, total, now_seconds() + seconds_left(calibrate, done, total)};
    const struct calibrate_suite suite = {
        .number = number,
        .options = &calibrate->options,
        .registry = calibrate->registry,
        .plan = &calibrate->plan,
        .side = &calibrate->side,
        .budget_seconds = calibrate->suite_seconds,
        .seed = random_next(&calibrate->random),
        .part = &part,
    };
    return calibrate_suite_run(&suite, regime);
}

static enum duel_end run_suites(struct calibrate *calibrate, struct calibration_regime *regime, double seconds) {
    const double started = now_seconds();
    enum duel_end end = DUEL_DONE;
    for (size_t number = 0; end == DUEL_DONE && number < SUITES_MAX; number++) {
        end = run_suite(calibrate, regime, number);
        regime->seconds = now_seconds() - started;
        if (regime->seconds >= seconds)
            break;
    }
    return end;
}

static enum duel_end run_regime(struct calibrate *calibrate, enum busy_regime which, struct error *error) {
    struct calibration_regime *regime = &calibrate->regimes[which];
    /* What earlier regimes did not need goes to the later ones. */
    const double seconds =
        (calibrate->budget_seconds - (now_seconds() - calibrate->started)) / (double)(BUSY_COUNT - which);
    struct busy busy;
    enum duel_end end = DUEL_NO_MEMORY;
    regime->name = busy_names[which];
    calibrate->regime_count = (size_t)which + 1;
    if (!calibrate->options.quiet)
        message(stderr, "%s, for at most %.0f s", regime->name, seconds);
    (void)error_set_code(error, ERROR_MEMORY, "out of memory for the suites");
    if (busy_begin(&busy, which, calibrate->topology, error))
        end = run_suites(calibrate, regime, seconds);
    busy_end(&busy);
    if (end == DUEL_INTERRUPTED)
        interrupt_acknowledge(); /* what was found until now is told and kept */
    if (end != DUEL_NO_MEMORY && calibrate->told != NULL)
        calibration_print_regime(regime, calibrate->told);
    return end;
}

/* ---- All of it ---- */

/* The text of the file, freed by free(). NULL when out of memory. */
static char *make_text(const struct calibrate *calibrate, struct calibration_advice advice, bool interrupted) {
    char date[32];
    struct tm day;
    (void)gmtime_r(&calibrate->environment->started.tv_sec, &day);
    (void)strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &day);
    const struct calibration_origin origin = {calibrate->environment->fingerprint, date, interrupted};
    return calibration_text(calibrate->regimes, calibrate->regime_count, advice, origin);
}

/* A later calibration takes the place of an earlier one, but only where it was not asked to go elsewhere. */
static bool save(const struct calibrate *calibrate, const char *text, struct error *error) {
    struct output_file file;
    const bool is_own = calibrate->options.out == NULL;
    if ((is_own && !calibration_file_make_folders(calibrate->path, error)) ||
        !output_file_open_late(&file, calibrate->path, is_own || calibrate->options.force, error))
        return false;
    (void)output_file_write(&file, text, strlen(text));
    (void)output_file_write(&file, "\n", 1);
    return output_file_commit(&file, error);
}

/* What was measured is told and kept, also when it was cut short: then beside the place of a whole calibration. */
static int conclude(struct calibrate *calibrate, bool interrupted) {
    struct error error;
    struct calibration_advice advice = {0, 0};
    if (!interrupted) /* half of one advises nothing */
        advice = calibration_advise(&calibrate->regimes[0], calibrate->suite_seconds);
    if (calibrate->told != NULL)
        calibration_print_end(calibrate->regimes, calibrate->regime_count, advice, calibrate->told);
    if (interrupted && strcmp(calibrate->path, "-") != 0)
        (void)strncat(calibrate->path, interrupted_suffix, sizeof calibrate->path - strlen(calibrate->path) - 1);
    char *text = make_text(calibrate, advice, interrupted);
    const bool saved = text != NULL ? save(calibrate, text, &error)
                                    : error_set_code(&error, ERROR_MEMORY, "out of memory for the file");
    free(text);
    if (!saved)
        return message_fail(interrupted ? EXIT_STATUS_INTERRUPTED : EXIT_STATUS_FAILED, &error);
    if (calibrate->told != NULL && (fflush(calibrate->told) != 0 || ferror(calibrate->told))) {
        (void)error_set(&error, "standard output could not be written; the calibration is in %s", calibrate->path);
        return message_fail(interrupted ? EXIT_STATUS_INTERRUPTED : EXIT_STATUS_FAILED, &error);
    }
    if (!calibrate->options.quiet)
        (void)fprintf(stderr, "The calibration%s is in %s.\n", interrupted ? ", as far as it went," : "",
                      calibrate->path);
    return interrupted ? EXIT_STATUS_INTERRUPTED : EXIT_STATUS_OK;
}

static int carry_out(struct calibrate *calibrate) {
    int lock = -1;
    struct error error;
    interrupt_install(); /* until here there is nothing to lose */
    if (!lock_take(&lock, calibrate->options.quiet ? NULL : stderr, &error))
        return message_fail(EXIT_STATUS_USAGE, &error);
    if (calibrate->options.out != NULL &&
        !output_file_check(calibrate->options.out, calibrate->options.force, &error)) {
        lock_give_back(lock); /* the run that was waited for may have made it */
        return message_fail(EXIT_STATUS_USAGE, &error);
    }
    if (calibrate->told != NULL)
        calibration_print_heading(calibrate->told);
    enum duel_end end = DUEL_DONE;
    calibrate->started = now_seconds();
    for (enum busy_regime regime = 0; regime < BUSY_COUNT && end == DUEL_DONE; regime++)
        end = run_regime(calibrate, regime, &error);
    lock_give_back(lock);
    return end == DUEL_NO_MEMORY ? message_fail(EXIT_STATUS_USAGE, &error)
                                 : conclude(calibrate, end == DUEL_INTERRUPTED);
}

static bool get_ready(struct calibrate *calibrate, struct error *error) {
    const struct options *options = &calibrate->options;
    calibrate->budget_seconds = options->budget_seconds;
    calibrate->environment = malloc(sizeof *calibrate->environment);
    if (calibrate->environment == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for the facts of this machine");
    environment_capture(calibrate->environment, topology_facts(calibrate->topology));
    calibrate->suite_seconds = calibrate->budget_seconds / (BUSY_COUNT * SUITES_MIN);
    if (calibrate->suite_seconds > suite_seconds_max)
        calibrate->suite_seconds = suite_seconds_max;
    if (options->out != NULL) {
        (void)snprintf(calibrate->path, sizeof calibrate->path, "%s", options->out);
        if (!output_file_check(options->out, options->force, error))
            return false;
    } else if (!calibration_file_path(calibrate->environment, calibrate->path, error)) {
        return false;
    }
    if (!gate_side_find(&calibrate->side, NULL, calibrate->registry, error) ||
        !plan_make(&calibrate->plan, options, calibrate->registry, calibrate->topology, options->quiet ? NULL : stderr,
                   error))
        return false;
    calibrate->random.state = calibrate->plan.seed;
    calibrate->told = options->quiet ? NULL : stream_output_to(STDOUT_FILENO);
    return options->quiet || calibrate->told != NULL ||
           error_set_code(error, ERROR_MEMORY, "out of memory for what is printed");
}

int calibrate_command(const struct options *options, const struct registry *registry, const struct topology *topology) {
    struct calibrate calibrate = {.options = *options, .registry = registry, .topology = topology};
    struct error error;
    calibrate.options.executions = 1;
    const int status = get_ready(&calibrate, &error) ? carry_out(&calibrate) : message_fail(EXIT_STATUS_USAGE, &error);
    for (size_t i = 0; i < BUSY_COUNT; i++)
        calibration_free(&calibrate.regimes[i]);
    if (calibrate.told != NULL)
        (void)fclose(calibrate.told); /* conclude has looked */
    plan_free(&calibrate.plan);
    free(calibrate.environment);
    return status;
}
