/* How a calibration is kept in a file, and read back (results/calibration.schema.json). */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/json_build.h"
#include "compare/interval_json.h"
#include "gate/calibration.h"
#include "statistics/error_rate.h"

enum { FORMAT_VERSION = 2 };

/* A rate with its interval, which nothing has of which there was nothing. */
static void put_rate(struct json_build *build, json_t *object, const char *key, size_t count, size_t trials) {
    json_t *rate = json_object();
    json_build_put_count(build, rate, "count", count);
    json_build_put_count(build, rate, "trials", trials);
    if (trials > 0) {
        const struct statistics_interval share = statistics_binomial(count, trials, STATISTICS_CONFIDENCE);
        json_build_put_number(build, rate, "share", share.estimate);
        json_build_put_interval(build, rate, "interval", share);
    }
    json_build_put(build, object, key, rate);
}

static json_t *effect_to_json(struct json_build *build, const struct calibration_regime *regime, size_t rule,
                              size_t effect) {
    const struct calibration_tally *tally = &regime->tallies[rule][effect];
    json_t *object = json_object();
    json_build_put_number(build, object, "slow_down", calibration_effects[effect]);
    json_build_put_count(build, object, "slower", tally->slower);
    json_build_put_count(build, object, "faster", tally->faster);
    json_build_put_count(build, object, "neither", tally->neither);
    put_rate(build, object, effect == 0 ? "alarms" : "found", calibration_hits(regime, rule, effect),
             calibration_trials(regime, rule, effect));
    return object;
}

static json_t *rules_to_json(struct json_build *build, const struct calibration_regime *regime) {
    json_t *rules = json_array();
    for (size_t rule = 0; rule < CALIBRATION_RULES; rule++) {
        json_t *object = json_object(), *effects = json_array();
        for (size_t effect = 0; effect < CALIBRATION_EFFECTS; effect++)
            json_build_append(build, effects, effect_to_json(build, regime, rule, effect));
        json_build_put_text(build, object, "rule", calibration_rule_name(rule));
        json_build_put(build, object, "effects", effects);
        json_build_append(build, rules, object);
    }
    return rules;
}

/* What is known of each regime, and of all of them together. */
static json_t *rates_to_json(struct json_build *build, const struct calibration_regime *regime) {
    const struct calibration_saving *saving = &regime->saving;
    json_t *object = json_object(), *executions = json_object();
    json_build_put_number(build, object, "seconds", regime->seconds);
    json_build_put_count(build, object, "suites", regime->suites);
    put_rate(build, object, "equivalent", regime->equivalent, calibration_trials(regime, CALIBRATION_OURS, 0));
    put_rate(build, object, "false_suites", regime->false_suites, regime->identical_suites);
    put_rate(build, object, "wrong_signs", calibration_wrong_signs(regime), calibration_changed_trials(regime));
    put_rate(build, object, "intervals_that_hold", regime->intervals_that_hold, regime->intervals);
    put_rate(build, object, "same_verdicts", saving->same_verdicts, saving->comparisons);
    json_build_put_count(build, executions, "stopping", saving->executions);
    json_build_put_count(build, executions, "fixed", saving->executions_fixed);
    json_build_put(build, object, "executions", executions);
    json_build_put(build, object, "rules", rules_to_json(build, regime));
    return object;
}

static json_t *workloads_to_json(struct json_build *build, const struct calibration_regime *regime) {
    json_t *workloads = json_object();
    for (size_t i = 0; i < regime->workload_count; i++) {
        const struct calibration_workload *workload = &regime->workloads[i];
        const double smallest = workload->count > 0 ? statistics_median(workload->smallest, workload->count) : NAN;
        json_build_put_number(build, workloads, workload->name, smallest);
    }
    return workloads;
}

static json_t *regime_to_json(struct json_build *build, const struct calibration_regime *regime) {
    json_t *object = rates_to_json(build, regime);
    json_build_put_text(build, object, "name", regime->name);
    json_build_put(build, object, "smallest_slowdown", workloads_to_json(build, regime));
    if (regime->identical_suites > 0) {
        const double *taken = regime->suite_seconds;
        json_t *seconds = json_object();
        json_build_put_number(build, seconds, "median", statistics_median(taken, regime->identical_suites));
        json_build_put_number(build, seconds, "p90", statistics_quantile(taken, regime->identical_suites, 0.9));
        json_build_put(build, object, "suite_seconds", seconds);
    }
    return object;
}

char *calibration_text(const struct calibration_regime *regimes, size_t count, struct calibration_advice advice,
                       struct calibration_origin origin) {
    const struct calibration_regime sum = calibration_sum(regimes, count);
    struct json_build build = {false};
    json_t *root = json_object(), *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_build_append(&build, array, regime_to_json(&build, &regimes[i]));
    json_build_put_count(&build, root, "ctxbench_calibration", FORMAT_VERSION);
    json_build_put_text(&build, root, "fingerprint", origin.fingerprint);
    json_build_put_text(&build, root, "date", origin.date);
    json_build_put(&build, root, "regimes", array);
    json_build_put(&build, root, "together", rates_to_json(&build, &sum));
    if (origin.interrupted)
        json_build_put(&build, root, "interrupted", json_true());
    if (advice.threshold > 0) {
        json_build_put_number(&build, root, "threshold", advice.threshold);
        json_build_put_number(&build, root, "budget_seconds", advice.budget_seconds);
    }
    return json_build_dump(&build, root, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
}

static bool read_advice(const json_t *root, const char *fingerprint, struct calibration_advice *advice,
                        struct error *error) {
    const json_t *version = json_object_get(root, "ctxbench_calibration");
    const char *machine = json_string_value(json_object_get(root, "fingerprint"));
    const double threshold = json_number_value(json_object_get(root, "threshold"));
    const double budget = json_number_value(json_object_get(root, "budget_seconds"));
    if (!json_is_integer(version) || machine == NULL)
        return error_set_code(error, ERROR_FORMAT, "it is no calibration, as bench calibrate writes it");
    if (json_integer_value(version) < 1 || json_integer_value(version) > FORMAT_VERSION)
        return error_set_code(error, ERROR_VERSION, "found version %lld; this program reads versions up to %d",
                              (long long)json_integer_value(version), FORMAT_VERSION);
    if (strcmp(machine, fingerprint) != 0)
        return error_set(error, "it is of another machine");
    if (!(threshold > 0 && threshold <= 1 && budget > 0 && budget < 1e6))
        return error_set(error, "it suggests no threshold and no budget");
    *advice = (struct calibration_advice){threshold, budget};
    return true;
}

bool calibration_load(const char *path, const char *fingerprint, struct calibration_advice *advice,
                      struct error *error) {
    json_error_t where;
    *advice = (struct calibration_advice){0, 0};
    json_t *root = json_load_file(path, 0, &where);
    const bool is_absent = root == NULL && json_error_code(&where) == json_error_cannot_open_file;
    const bool good = root != NULL ? read_advice(root, fingerprint, advice, error)
                                   : error_set_code(error, is_absent ? ERROR_SYSTEM : ERROR_FORMAT, "%s", where.text);
    json_decref(root);
    return good || error_prefix(error, "%s: ", path);
}
