#include "gate/calibration.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const double calibration_effects[CALIBRATION_EFFECTS] = {0, 0.02, 0.03, 0.05, 0.10};

/* So many executions of a pair are there before the gate first looks: what an interval of them holds, no stopping bent.
 */
enum { EXECUTIONS_BEFORE_LOOKS = 8 };

/* Makes room for one more of `count` values. */
static bool append(double **values, size_t count, size_t *capacity, double value) {
    if (count == *capacity) {
        const size_t larger = count == 0 ? 64 : count * 2;
        double *moved = realloc(*values, larger * sizeof *moved);
        if (moved == NULL)
            return false;
        *values = moved;
        *capacity = larger;
    }
    (*values)[count] = value;
    return true;
}

static void count_direction(struct calibration_tally *tally, int direction) {
    tally->slower += direction > 0;
    tally->faster += direction < 0;
    tally->neither += direction == 0;
}

static int direction_of(enum verdict verdict) {
    return verdict == VERDICT_REGRESSED ? 1 : verdict == VERDICT_IMPROVED ? -1 : 0;
}

static struct calibration_workload *find_workload(struct calibration_regime *regime, const char *name) {
    for (size_t i = 0; i < regime->workload_count; i++) {
        if (strcmp(regime->workloads[i].name, name) == 0)
            return &regime->workloads[i];
    }
    if (regime->workload_count == CALIBRATION_WORKLOADS_MAX)
        return NULL;
    struct calibration_workload *workload = &regime->workloads[regime->workload_count++];
    *workload = (struct calibration_workload){.name = name};
    return workload;
}

/* Does the plain interval of the first executions hold the truth, which is that nothing differs? */
static bool check_interval(struct calibration_regime *regime, const struct verdict_case *verdict) {
    struct verdict_case start = *verdict;
    if (start.base.count < EXECUTIONS_BEFORE_LOOKS || start.other.count < EXECUTIONS_BEFORE_LOOKS)
        return true;
    start.base.count = start.other.count = EXECUTIONS_BEFORE_LOOKS;
    if (!verdict_judge(&start, 1, VERDICT_THRESHOLD, VERDICT_ALPHA))
        return false;
    regime->intervals++;
    regime->intervals_that_hold += start.ratio.low <= 1 && start.ratio.high >= 1;
    return true;
}

static bool add_identical(struct calibration_regime *regime, const struct calibration_comparison *comparison) {
    const struct verdict_case *verdict = comparison->verdict;
    struct calibration_workload *workload = find_workload(regime, comparison->workload);
    const double farthest = fmax(verdict->joint.high, 1 / verdict->joint.low);
    regime->equivalent += verdict->verdict == VERDICT_EQUIVALENT;
    if (workload != NULL &&
        !append(&workload->smallest, workload->count, &workload->capacity, verdict->smallest_slowdown))
        return false;
    if (workload != NULL)
        workload->count++;
    if (!append(&regime->changes, regime->change_count, &regime->change_capacity, farthest))
        return false;
    regime->change_count++;
    return check_interval(regime, verdict);
}

static void add_saving(struct calibration_saving *saving, const struct calibration_comparison *comparison) {
    saving->comparisons++;
    saving->same_verdicts += comparison->verdict->verdict == comparison->fixed->verdict;
    saving->executions += comparison->verdict->other.count;
    saving->executions_fixed += comparison->fixed->other.count;
}

bool calibration_add(struct calibration_regime *regime, const struct calibration_comparison *comparison,
                     unsigned long long seed) {
    for (enum other_rule rule = 0; rule < RULE_COUNT; rule++)
        count_direction(&regime->tallies[rule][comparison->effect],
                        other_rule_judge(rule, comparison->samples_ns[0], comparison->sample_counts[0],
                                         comparison->samples_ns[1], comparison->sample_counts[1], seed));
    count_direction(&regime->tallies[CALIBRATION_OURS][comparison->effect], direction_of(comparison->verdict->verdict));
    if (comparison->fixed != NULL)
        add_saving(&regime->saving, comparison);
    return comparison->effect != 0 || add_identical(regime, comparison);
}

bool calibration_add_suite(struct calibration_regime *regime, bool has_alarm, double seconds) {
    if (!append(&regime->suite_seconds, regime->identical_suites, &regime->suite_seconds_capacity, seconds))
        return false;
    regime->identical_suites++;
    regime->false_suites += has_alarm;
    return true;
}

void calibration_free(struct calibration_regime *regime) {
    for (size_t i = 0; i < regime->workload_count; i++)
        free(regime->workloads[i].smallest);
    free(regime->suite_seconds);
    free(regime->changes);
    *regime = (struct calibration_regime){.name = regime->name};
}

/* ---- What the tallies say ---- */

const char *calibration_rule_name(size_t rule) {
    return rule == CALIBRATION_OURS ? "bench check" : other_rule_names[rule];
}

size_t calibration_trials(const struct calibration_regime *regime, size_t rule, size_t effect) {
    const struct calibration_tally *tally = &regime->tallies[rule][effect];
    return tally->slower + tally->faster + tally->neither;
}

size_t calibration_hits(const struct calibration_regime *regime, size_t rule, size_t effect) {
    const struct calibration_tally *tally = &regime->tallies[rule][effect];
    return effect == 0 ? tally->slower + tally->faster : tally->slower;
}

size_t calibration_changed_trials(const struct calibration_regime *regime) {
    size_t trials = 0;
    for (size_t effect = 1; effect < CALIBRATION_EFFECTS; effect++)
        trials += calibration_trials(regime, CALIBRATION_OURS, effect);
    return trials;
}

size_t calibration_wrong_signs(const struct calibration_regime *regime) {
    size_t wrong = 0;
    for (size_t effect = 1; effect < CALIBRATION_EFFECTS; effect++)
        wrong += regime->tallies[CALIBRATION_OURS][effect].faster;
    return wrong;
}

static void add_tallies(struct calibration_regime *sum, const struct calibration_regime *regime) {
    for (size_t rule = 0; rule < CALIBRATION_RULES; rule++) {
        for (size_t effect = 0; effect < CALIBRATION_EFFECTS; effect++) {
            sum->tallies[rule][effect].slower += regime->tallies[rule][effect].slower;
            sum->tallies[rule][effect].faster += regime->tallies[rule][effect].faster;
            sum->tallies[rule][effect].neither += regime->tallies[rule][effect].neither;
        }
    }
}

struct calibration_regime calibration_sum(const struct calibration_regime *regimes, size_t count) {
    struct calibration_regime sum = {.name = "together"};
    for (size_t i = 0; i < count; i++) {
        const struct calibration_regime *regime = &regimes[i];
        add_tallies(&sum, regime);
        sum.equivalent += regime->equivalent;
        sum.identical_suites += regime->identical_suites;
        sum.false_suites += regime->false_suites;
        sum.intervals += regime->intervals;
        sum.intervals_that_hold += regime->intervals_that_hold;
        sum.saving.comparisons += regime->saving.comparisons;
        sum.saving.same_verdicts += regime->saving.same_verdicts;
        sum.saving.executions += regime->saving.executions;
        sum.saving.executions_fixed += regime->saving.executions_fixed;
        sum.suites += regime->suites;
        sum.seconds += regime->seconds;
    }
    return sum;
}

/* ---- What they suggest ---- */

/* The interval of nine in ten identical pairs must lie within it; of what people choose, the next larger one. */
static double advise_threshold(const struct calibration_regime *regime) {
    static const double choices[] = {0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5};
    if (regime->change_count == 0)
        return 0;
    const double needed = statistics_quantile(regime->changes, regime->change_count, 0.9) - 1;
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        if (needed <= choices[i])
            return choices[i];
    }
    return 0;
}

struct calibration_advice calibration_advise(const struct calibration_regime *regime, double budget_seconds) {
    static const double reserve = 1.5, step_seconds = 5;
    struct calibration_advice advice = {.threshold = fmax(advise_threshold(regime), VERDICT_THRESHOLD)};
    if (regime->change_count == 0 || advise_threshold(regime) == 0)
        advice.threshold = 0;
    if (regime->identical_suites > 0) {
        const double used = statistics_quantile(regime->suite_seconds, regime->identical_suites, 0.9) * reserve;
        advice.budget_seconds = fmin(budget_seconds, ceil(used / step_seconds) * step_seconds);
    }
    return advice;
}
