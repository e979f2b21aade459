/* How a calibration is told, and kept in a file. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibration.h"
#include "error_rate.h"
#include "format.h"

enum { NAME_WIDTH = 16, CELL_WIDTH = 12 };
static const double CONFIDENCE = 0.95;

static const char *rule_name(size_t rule) {
    return rule == CALIBRATION_OURS ? "bench check" : other_rule_names[rule];
}

static size_t total_of(const struct calibration_tally *tally) {
    return tally->slower + tally->faster + tally->neither;
}

/* "97% 85-100": a rate and its interval; "-" of nothing. */
static void write_rate(size_t count, size_t trials, char cell[static FORMAT_CELL_MAX]) {
    if (trials == 0) {
        (void)snprintf(cell, FORMAT_CELL_MAX, "-");
        return;
    }
    const struct statistics_interval rate = statistics_binomial(count, trials, CONFIDENCE);
    (void)snprintf(cell, FORMAT_CELL_MAX, "%.0f%% %.0f-%.0f", 100 * rate.estimate, 100 * rate.low, 100 * rate.high);
}

/* False alarms where nothing changed; else how often the slow-down was found. */
static size_t hits(const struct calibration_tally *tally, size_t effect) {
    return effect == 0 ? tally->slower + tally->faster : tally->slower;
}

static void print_rule(const struct calibration_regime *regime, size_t rule, FILE *out) {
    (void)fprintf(out, "  %-*s", NAME_WIDTH, rule_name(rule));
    for (size_t effect = 0; effect < CALIBRATION_EFFECTS; effect++) {
        const struct calibration_tally *tally = &regime->tallies[rule][effect];
        char cell[FORMAT_CELL_MAX];
        write_rate(hits(tally, effect), total_of(tally), cell);
        (void)fprintf(out, "%*s", CELL_WIDTH, cell);
    }
    (void)fputc('\n', out);
}

static void print_wrong_signs(const struct calibration_regime *regime, FILE *out) {
    size_t wrong = 0, trials = 0;
    for (size_t effect = 1; effect < CALIBRATION_EFFECTS; effect++) {
        wrong += regime->tallies[CALIBRATION_OURS][effect].faster;
        trials += total_of(&regime->tallies[CALIBRATION_OURS][effect]);
    }
    (void)fprintf(out, "  wrong sign: %zu of %zu comparisons with a slow-down\n", wrong, trials);
}

static void print_identical(const struct calibration_regime *regime, FILE *out) {
    const struct calibration_tally *tally = &regime->tallies[CALIBRATION_OURS][0];
    char cell[FORMAT_CELL_MAX];
    write_rate(regime->equivalent, total_of(tally), cell);
    (void)fprintf(out, "  identical pairs: %zu; %zu alarms; equivalent %s\n", total_of(tally), hits(tally, 0), cell);
    write_rate(regime->false_suites, regime->identical_suites, cell);
    (void)fprintf(out, "  identical suites: %zu; with an alarm %s\n", regime->identical_suites, cell);
    write_rate(regime->intervals_that_hold, regime->intervals, cell);
    (void)fprintf(out, "  plain 95%% intervals that hold 1: %s of %zu\n", cell, regime->intervals);
}

static void print_workloads(const struct calibration_regime *regime, FILE *out) {
    for (size_t i = 0; i < regime->workload_count; i++) {
        const struct calibration_workload *workload = &regime->workloads[i];
        char cell[FORMAT_CELL_MAX] = "-";
        if (workload->count > 0)
            format_change(statistics_median(workload->smallest, workload->count), cell);
        (void)fprintf(out, "  %s: sees a slow-down of %s\n", workload->name, cell);
    }
}

static void print_regime(const struct calibration_regime *regime, FILE *out) {
    static const char *const titles[CALIBRATION_EFFECTS] = {"alarms", "2% found", "3% found", "5% found", "10% found"};
    (void)fprintf(out, "%-*s", NAME_WIDTH + 2, regime->name);
    for (size_t effect = 0; effect < CALIBRATION_EFFECTS; effect++)
        (void)fprintf(out, "%*s", CELL_WIDTH, titles[effect]);
    (void)fputc('\n', out);
    for (size_t i = 0; i < CALIBRATION_RULES; i++) /* ours first */
        print_rule(regime, (i + CALIBRATION_OURS) % CALIBRATION_RULES, out);
    print_identical(regime, out);
    print_wrong_signs(regime, out);
    print_workloads(regime, out);
    (void)fputc('\n', out);
}

void calibration_print(const struct calibration_regime *regimes, size_t count, struct calibration_advice advice,
                       FILE *out) {
    (void)fputs(
        "How often each rule raises an alarm where nothing changed, and how often it\n"
        "finds a slow-down; each with its 95% interval. All judge the same samples:\n"
        "  Mann-Whitney: p < 0.05, as Google Benchmark's compare.py has it\n"
        "  Criterion: the interval of the mean lies beyond 1%, as criterion.rs has it\n"
        "  ratio of 2: the mean doubled, as github-action-benchmark has it\n\n",
        out);
    for (size_t i = 0; i < count; i++)
        print_regime(&regimes[i], out);
    if (advice.threshold > 0)
        (void)fprintf(out, "suggested: --threshold=%g --budget=%gs\n", advice.threshold * 100, advice.budget_seconds);
    else
        (void)fputs(
            "No threshold can be suggested: too few identical pairs were measured, or they\n"
            "differ too much.\n",
            out);
}

static json_t *regime_to_json(const struct calibration_regime *regime) {
    json_t *rules = json_array();
    for (size_t rule = 0; rule < CALIBRATION_RULES; rule++) {
        json_t *effects = json_array();
        for (size_t effect = 0; effect < CALIBRATION_EFFECTS; effect++) {
            const struct calibration_tally *tally = &regime->tallies[rule][effect];
            (void)json_array_append_new(effects,
                                        json_pack("{s:f, s:I, s:I, s:I}", "slow_down", calibration_effects[effect],
                                                  "slower", (json_int_t)tally->slower, "faster",
                                                  (json_int_t)tally->faster, "neither", (json_int_t)tally->neither));
        }
        (void)json_array_append_new(rules, json_pack("{s:s, s:o}", "rule", rule_name(rule), "effects", effects));
    }
    json_t *workloads = json_object();
    for (size_t i = 0; i < regime->workload_count; i++) {
        const struct calibration_workload *workload = &regime->workloads[i];
        const double smallest = workload->count > 0 ? statistics_median(workload->smallest, workload->count) : NAN;
        if (isfinite(smallest))
            (void)json_object_set_new(workloads, workload->name, json_real(smallest));
    }
    return json_pack("{s:s, s:f, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "name", regime->name, "seconds", regime->seconds,
                     "equivalent", (json_int_t)regime->equivalent, "identical_suites",
                     (json_int_t)regime->identical_suites, "false_suites", (json_int_t)regime->false_suites,
                     "intervals", (json_int_t)regime->intervals, "intervals_that_hold",
                     (json_int_t)regime->intervals_that_hold, "rules", rules, "smallest_slowdown", workloads);
}

char *calibration_text(const struct calibration_regime *regimes, size_t count, struct calibration_advice advice,
                       const char *fingerprint, const char *date) {
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(array, regime_to_json(&regimes[i]));
    json_t *root = json_pack("{s:i, s:s, s:s, s:o}", "ctxbench_calibration", 1, "fingerprint", fingerprint, "date",
                             date, "regimes", array);
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
