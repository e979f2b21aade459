/* How a calibration is kept in a file, and read back (results/calibration.schema.json). */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "calibration.h"
#include "error_rate.h"

enum { FORMAT_VERSION = 2 };

/* A rate with its interval, which nothing has of which there was nothing. */
static json_t *rate_to_json(size_t count, size_t trials) {
    json_t *rate = json_pack("{s:I, s:I}", "count", (json_int_t)count, "trials", (json_int_t)trials);
    if (trials > 0) {
        const struct statistics_interval share = statistics_binomial(count, trials, STATISTICS_CONFIDENCE);
        (void)json_object_set_new(rate, "share", json_real(share.estimate));
        (void)json_object_set_new(rate, "interval", json_pack("[ff]", share.low, share.high));
    }
    return rate;
}

static json_t *effect_to_json(const struct calibration_regime *regime, size_t rule, size_t effect) {
    const struct calibration_tally *tally = &regime->tallies[rule][effect];
    return json_pack("{s:f, s:I, s:I, s:I, s:o}", "slow_down", calibration_effects[effect], "slower",
                     (json_int_t)tally->slower, "faster", (json_int_t)tally->faster, "neither",
                     (json_int_t)tally->neither, effect == 0 ? "alarms" : "found",
                     rate_to_json(calibration_hits(regime, rule, effect), calibration_trials(regime, rule, effect)));
}

static json_t *rules_to_json(const struct calibration_regime *regime) {
    json_t *rules = json_array();
    for (size_t rule = 0; rule < CALIBRATION_RULES; rule++) {
        json_t *effects = json_array();
        for (size_t effect = 0; effect < CALIBRATION_EFFECTS; effect++)
            (void)json_array_append_new(effects, effect_to_json(regime, rule, effect));
        (void)json_array_append_new(rules,
                                    json_pack("{s:s, s:o}", "rule", calibration_rule_name(rule), "effects", effects));
    }
    return rules;
}

/* What is known of each regime, and of all of them together. */
static json_t *rates_to_json(const struct calibration_regime *regime) {
    const struct calibration_saving *saving = &regime->saving;
    const json_int_t executions = (json_int_t)saving->executions, fixed = (json_int_t)saving->executions_fixed;
    return json_pack("{s:f, s:I, s:o, s:o, s:o, s:o, s:o, s:{s:I, s:I}, s:o}", "seconds", regime->seconds, "suites",
                     (json_int_t)regime->suites, "equivalent",
                     rate_to_json(regime->equivalent, calibration_trials(regime, CALIBRATION_OURS, 0)), "false_suites",
                     rate_to_json(regime->false_suites, regime->identical_suites), "wrong_signs",
                     rate_to_json(calibration_wrong_signs(regime), calibration_changed_trials(regime)),
                     "intervals_that_hold", rate_to_json(regime->intervals_that_hold, regime->intervals),
                     "same_verdicts", rate_to_json(saving->same_verdicts, saving->comparisons), "executions",
                     "stopping", executions, "fixed", fixed, "rules", rules_to_json(regime));
}

static json_t *workloads_to_json(const struct calibration_regime *regime) {
    json_t *workloads = json_object();
    for (size_t i = 0; i < regime->workload_count; i++) {
        const struct calibration_workload *workload = &regime->workloads[i];
        const double smallest = workload->count > 0 ? statistics_median(workload->smallest, workload->count) : NAN;
        if (isfinite(smallest))
            (void)json_object_set_new(workloads, workload->name, json_real(smallest));
    }
    return workloads;
}

static json_t *regime_to_json(const struct calibration_regime *regime) {
    json_t *object = rates_to_json(regime);
    (void)json_object_set_new(object, "name", json_string(regime->name));
    (void)json_object_set_new(object, "smallest_slowdown", workloads_to_json(regime));
    if (regime->identical_suites > 0) {
        const double *seconds = regime->suite_seconds;
        (void)json_object_set_new(object, "suite_seconds",
                                  json_pack("{s:f, s:f}", "median",
                                            statistics_median(seconds, regime->identical_suites), "p90",
                                            statistics_quantile(seconds, regime->identical_suites, 0.9)));
    }
    return object;
}

char *calibration_text(const struct calibration_regime *regimes, size_t count, struct calibration_advice advice,
                       struct calibration_origin origin) {
    const struct calibration_regime sum = calibration_sum(regimes, count);
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(array, regime_to_json(&regimes[i]));
    json_t *root =
        json_pack("{s:i, s:s, s:s, s:o, s:o}", "ctxbench_calibration", FORMAT_VERSION, "fingerprint",
                  origin.fingerprint, "date", origin.date, "regimes", array, "together", rates_to_json(&sum));
    if (origin.interrupted)
        (void)json_object_set_new(root, "interrupted", json_true());
    if (advice.threshold > 0) {
        (void)json_object_set_new(root, "threshold", json_real(advice.threshold));
        (void)json_object_set_new(root, "budget_seconds", json_real(advice.budget_seconds));
    }
    char *text = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    json_decref(root);
    return text;
}

bool calibration_load(const char *path, const char *fingerprint, struct calibration_advice *advice) {
    *advice = (struct calibration_advice){0, 0};
    json_t *root = json_load_file(path, 0, NULL);
    const char *machine = json_string_value(json_object_get(root, "fingerprint"));
    const double threshold = json_number_value(json_object_get(root, "threshold"));
    const double budget = json_number_value(json_object_get(root, "budget_seconds"));
    const bool good = machine != NULL && strcmp(machine, fingerprint) == 0 && threshold > 0 && threshold <= 1 &&
                      budget > 0 && budget < 1e6;
    if (good)
        *advice = (struct calibration_advice){threshold, budget};
    json_decref(root);
    return good;
}
