/* How a calibration is told on a terminal. */
#include <math.h>

#include "gate/calibration.h"
#include "statistics/error_rate.h"
#include "text/format.h"

enum { NAME_WIDTH = 16, CELL_WIDTH = 12 };

/* "97% 85-100": a rate and its interval; "-" of nothing. */
static void write_rate(size_t count, size_t trials, char cell[static FORMAT_CELL_MAX]) {
    if (trials == 0) {
        (void)snprintf(cell, FORMAT_CELL_MAX, "-");
        return;
    }
    const struct statistics_interval rate = statistics_binomial(count, trials, STATISTICS_CONFIDENCE);
    (void)snprintf(cell, FORMAT_CELL_MAX, "%.0f%% %.0f-%.0f", 100 * rate.estimate, 100 * rate.low, 100 * rate.high);
}

/* "  identical pairs found equivalent  285 of 300: 95.0% (91.9..97.2)" */
static void print_rate(const char *what, size_t count, size_t trials, FILE *out) {
    if (trials == 0) {
        (void)fprintf(out, "  %-32s none were measured\n", what);
        return;
    }
    const struct statistics_interval rate = statistics_binomial(count, trials, STATISTICS_CONFIDENCE);
    (void)fprintf(out, "  %-32s %zu of %zu: %.1f%% (%.1f..%.1f)\n", what, count, trials, 100 * rate.estimate,
                  100 * rate.low, 100 * rate.high);
}

static void print_rule(const struct calibration_regime *regime, size_t rule, FILE *out) {
    (void)fprintf(out, "  %-*s", NAME_WIDTH, calibration_rule_name(rule));
    for (size_t effect = 0; effect < CALIBRATION_EFFECTS; effect++) {
        char cell[FORMAT_CELL_MAX];
        write_rate(calibration_hits(regime, rule, effect), calibration_trials(regime, rule, effect), cell);
        (void)fprintf(out, "%*s", CELL_WIDTH, cell);
    }
    (void)fputc('\n', out);
}

static void print_rules(const struct calibration_regime *regime, FILE *out) {
    static const char *const titles[CALIBRATION_EFFECTS] = {"alarms", "2% found", "3% found", "5% found", "10% found"};
    (void)fprintf(out, "%-*s", NAME_WIDTH + 2, regime->name);
    for (size_t effect = 0; effect < CALIBRATION_EFFECTS; effect++)
        (void)fprintf(out, "%*s", CELL_WIDTH, titles[effect]);
    (void)fputc('\n', out);
    for (size_t i = 0; i < CALIBRATION_RULES; i++) /* ours first */
        print_rule(regime, (i + CALIBRATION_OURS) % CALIBRATION_RULES, out);
}

static void print_saving(const struct calibration_saving *saving, FILE *out) {
    print_rate("verdict of a fixed number, too", saving->same_verdicts, saving->comparisons, out);
    if (saving->executions_fixed > 0)
        (void)fprintf(out, "  %-32s %.0f%%\n", "with so much of its executions",
                      100 * (double)saving->executions / (double)saving->executions_fixed);
}

static void print_rates(const struct calibration_regime *regime, FILE *out) {
    const size_t identical = calibration_trials(regime, CALIBRATION_OURS, 0);
    print_rate("false alarms, identical pairs", calibration_hits(regime, CALIBRATION_OURS, 0), identical, out);
    print_rate("identical pairs found equivalent", regime->equivalent, identical, out);
    print_rate("identical suites with an alarm", regime->false_suites, regime->identical_suites, out);
    print_rate("slow-downs with the wrong sign", calibration_wrong_signs(regime), calibration_changed_trials(regime),
               out);
    print_rate("95% intervals that hold 1", regime->intervals_that_hold, regime->intervals, out);
    print_saving(&regime->saving, out);
}

static void print_seconds(const struct calibration_regime *regime, FILE *out) {
    if (regime->identical_suites > 0)
        (void)fprintf(out, "  %-32s %.1f s; nine in ten within %.1f s\n", "an identical suite takes",
                      statistics_median(regime->suite_seconds, regime->identical_suites),
                      statistics_quantile(regime->suite_seconds, regime->identical_suites, 0.9));
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

void calibration_print_heading(FILE *out) {
    (void)fprintf(out,
                  "How often each rule raises an alarm where nothing changed, and how often it\n"
                  "finds a slow-down; each with its 95%% interval. All judge the same samples:\n"
                  "  Mann-Whitney: p < 0.05, as Google Benchmark's compare.py has it\n"
                  "  Criterion: the interval of the mean lies beyond 1%%, as criterion.rs has it\n"
                  "  ratio of 2: the mean doubled, as github-action-benchmark has it\n"
                  "A comparison takes at most %d executions of each side. In every fifth suite it\n"
                  "takes them all, to be judged both as sampling that stops and on the whole.\n\n",
                  CALIBRATION_PAIRS_MAX);
}

void calibration_print_regime(const struct calibration_regime *regime, FILE *out) {
    print_rules(regime, out);
    print_rates(regime, out);
    print_seconds(regime, out);
    print_workloads(regime, out);
    (void)fprintf(out, "  %zu suites in %.0f s\n\n", regime->suites, regime->seconds);
    (void)fflush(out); /* the next regime may take long */
}

void calibration_print_end(const struct calibration_regime *regimes, size_t count, struct calibration_advice advice,
                           FILE *out) {
    const struct calibration_regime sum = calibration_sum(regimes, count);
    if (count > 1) {
        print_rules(&sum, out);
        print_rates(&sum, out);
        (void)fprintf(out, "  %zu suites in %.0f s\n\n", sum.suites, sum.seconds);
    }
    if (advice.threshold > 0)
        (void)fprintf(out, "suggested: --threshold=%g --budget=%gs\n", advice.threshold * 100, advice.budget_seconds);
    else
        (void)fputs(
            "No threshold can be suggested: too few identical pairs were measured, or they\n"
            "differ too much.\n",
            out);
}
