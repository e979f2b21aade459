#include "gate/other_rules.h"

#include <stdlib.h>

#include "statistics/rank.h"
#include "statistics/statistics.h"

enum { RESAMPLES = 1000 };
static const double MANN_WHITNEY_P = 0.05, CRITERION_NOISE = 0.01, CRITERION_CONFIDENCE = 0.95, ALERT_RATIO = 2;

const char *const other_rule_names[RULE_COUNT] = {
    [RULE_MANN_WHITNEY] = "Mann-Whitney",
    [RULE_CRITERION] = "Criterion",
    [RULE_RATIO] = "ratio of 2",
};

static double mean(const double *values, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum / (double)count;
}

static int mann_whitney(const double *base, size_t base_count, const double *other, size_t other_count) {
    if (!(statistics_mann_whitney(base, base_count, other, other_count) < MANN_WHITNEY_P))
        return 0;
    return statistics_median(other, other_count) > statistics_median(base, base_count) ? 1 : -1;
}

/* SplitMix64, as in statistics.c. */
static uint64_t next_random(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static double resampled_mean(const double *values, size_t count, uint64_t *state) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[((next_random(state) >> 32) * count) >> 32];
    return sum / (double)count;
}

static int criterion(const double *base, size_t base_count, const double *other, size_t other_count, uint64_t seed) {
    double changes[RESAMPLES];
    for (size_t i = 0; i < RESAMPLES; i++)
        changes[i] = resampled_mean(other, other_count, &seed) / resampled_mean(base, base_count, &seed) - 1;
    const double low = statistics_quantile(changes, RESAMPLES, (1 - CRITERION_CONFIDENCE) / 2);
    const double high = statistics_quantile(changes, RESAMPLES, (1 + CRITERION_CONFIDENCE) / 2);
    return low > CRITERION_NOISE ? 1 : high < -CRITERION_NOISE ? -1 : 0;
}

int other_rule_judge(enum other_rule rule, const double *base, size_t base_count, const double *other,
                     size_t other_count, uint64_t seed) {
    switch (rule) {
    case RULE_MANN_WHITNEY:
        return mann_whitney(base, base_count, other, other_count);
    case RULE_CRITERION:
        return criterion(base, base_count, other, other_count, seed);
    case RULE_RATIO:
        return mean(other, other_count) > ALERT_RATIO * mean(base, base_count);
    case RULE_COUNT:
        break;
    }
    return 0;
}
