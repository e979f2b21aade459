#include "statistics/verdict.h"

#include <math.h>
#include <stdlib.h>

#include "statistics/error_rate.h"
#include "statistics/rank.h"
#include "statistics/shift.h"

static const double ALPHA_ALONE = 1 - STATISTICS_CONFIDENCE; /* of the interval for a case by itself */
static const double POWER = 0.8;

const char *verdict_name(enum verdict verdict) {
    static const char *const names[VERDICT_COUNT] = {
        [VERDICT_EQUIVALENT] = "equivalent",
        [VERDICT_IMPROVED] = "improved",
        [VERDICT_INCONCLUSIVE] = "inconclusive",
        [VERDICT_REGRESSED] = "regressed",
    };
    return names[verdict];
}

/* Both sides on a scale where a ratio is a difference. NULL when out of memory. */
static struct statistics_shift *make_shift(const struct verdict_case *c) {
    if (c->pair_shifts != NULL)
        return statistics_shift_of_pairs(c->pair_shifts, c->other.count);
    size_t base_count = c->base.count, other_count = c->other.count;
    double *logarithms = malloc((base_count + other_count) * sizeof *logarithms);
    if (logarithms == NULL)
        return NULL;
    for (size_t i = 0; i < base_count; i++)
        logarithms[i] = log(c->base.execution_ns[i]);
    for (size_t i = 0; i < other_count; i++)
        logarithms[base_count + i] = log(c->other.execution_ns[i]);
    struct statistics_shift *shift =
        statistics_shift_of_groups(logarithms, base_count, logarithms + base_count, other_count);
    free(logarithms);
    return shift;
}

static struct statistics_interval ratio_of(struct statistics_interval shift) {
    return (struct statistics_interval){exp(shift.estimate), exp(shift.low), exp(shift.high)};
}

/* What a case says by itself; `limit` is the logarithm of 1 + threshold. */
static void measure(struct verdict_case *c, const struct statistics_shift *shift, double limit, double alpha) {
    double above = statistics_shift_p_above(shift, limit), below = statistics_shift_p_below(shift, -limit);
    double not_above = statistics_shift_p_below(shift, limit), not_below = statistics_shift_p_above(shift, -limit);
    c->decidable = 2 * statistics_shift_p_min(shift) <= alpha;
    c->p_changed = fmin(1, 2 * fmin(above, below));
    c->p_equivalent = fmin(1, 2 * fmax(not_above, not_below));
    c->ratio = ratio_of(statistics_shift_interval(shift, ALPHA_ALONE));
    struct statistics_interval strict = statistics_shift_interval(shift, alpha);
    c->smallest_slowdown = exp(statistics_smallest_effect(strict, alpha, limit, POWER));
}

/* Scratch space of a suite. */
struct suite {
    struct statistics_shift **shifts;
    double *p, *changed_levels, *equivalent_levels;
    bool *changed, *equivalent;
};

static bool make_suite(struct suite *suite, size_t count) {
    *suite = (struct suite){
        .shifts = calloc(count + 1, sizeof(struct statistics_shift *)),
        .p = calloc(count + 1, sizeof(double)),
        .changed_levels = calloc(count + 1, sizeof(double)),
        .equivalent_levels = calloc(count + 1, sizeof(double)),
        .changed = calloc(count + 1, sizeof(bool)),
        .equivalent = calloc(count + 1, sizeof(bool)),
    };
    return suite->shifts != NULL && suite->p != NULL && suite->changed_levels != NULL &&
           suite->equivalent_levels != NULL && suite->changed != NULL && suite->equivalent != NULL;
}

static void free_suite(struct suite *suite, size_t count) {
    for (size_t i = 0; suite->shifts != NULL && i < count; i++)
        statistics_shift_free(suite->shifts[i]);
    free(suite->shifts);
    free(suite->p);
    free(suite->changed_levels);
    free(suite->equivalent_levels);
    free(suite->changed);
    free(suite->equivalent);
}

/*
 * Reads the verdict off Holm's two answers. An undecided case shows the wider of the intervals that were tried, which
 * lies neither beyond the threshold nor within it.
 */
static void decide(struct verdict_case *c, const struct suite *suite, size_t i) {
    double level = fmin(suite->changed_levels[i], suite->equivalent_levels[i]);
    c->verdict = VERDICT_INCONCLUSIVE;
    if (suite->changed[i]) {
        level = suite->changed_levels[i];
        c->verdict = statistics_shift_estimate(suite->shifts[i]) > 0 ? VERDICT_REGRESSED : VERDICT_IMPROVED;
    } else if (suite->equivalent[i]) {
        level = suite->equivalent_levels[i];
        c->verdict = VERDICT_EQUIVALENT;
    }
    c->joint_confidence = 1 - level;
    c->joint = ratio_of(statistics_shift_interval(suite->shifts[i], level));
}

static bool judge(struct suite *suite, struct verdict_case *cases, size_t count, double limit, double alpha) {
    for (size_t i = 0; i < count; i++) {
        suite->shifts[i] = make_shift(&cases[i]);
        if (suite->shifts[i] == NULL)
            return false;
        if (cases[i].widening > 0)
            statistics_shift_widen(suite->shifts[i], cases[i].widening);
        measure(&cases[i], suite->shifts[i], limit, alpha / (double)count);
    }
    for (size_t i = 0; i < count; i++)
        suite->p[i] = cases[i].p_changed;
    if (!statistics_holm(suite->p, count, alpha, suite->changed_levels, suite->changed))
        return false;
    for (size_t i = 0; i < count; i++)
        suite->p[i] = cases[i].p_equivalent;
    if (!statistics_holm(suite->p, count, alpha, suite->equivalent_levels, suite->equivalent))
        return false;
    for (size_t i = 0; i < count; i++)
        decide(&cases[i], suite, i);
    return true;
}

bool verdict_judge(struct verdict_case *cases, size_t count, double threshold, double alpha) {
    struct suite suite;
    bool judged = make_suite(&suite, count) && judge(&suite, cases, count, log1p(threshold), alpha);
    free_suite(&suite, count);
    return judged;
}

enum verdict verdict_worst(const struct verdict_case *cases, size_t count) {
    enum verdict worst = VERDICT_EQUIVALENT;
    for (size_t i = 0; i < count; i++)
        if (cases[i].verdict > worst)
            worst = cases[i].verdict;
    return worst;
}

/* One group of n on each side can be told apart with a two-sided p of 2 / C(2n, n) at best. */
size_t verdict_executions_min(size_t count, double alpha) {
    double level = alpha / (double)(count > 0 ? count : 1), p = 1;
    size_t n = 1;
    for (; p > level; n++)
        p *= (double)(n + 1) / (double)(4 * n + 2);
    return n;
}
