#include "gate/calibrate_suite.h"
#include "base/message.h"

#include <stdlib.h>

#include "gate/sequence.h"

enum { FIXED_EVERY = 5 }; /* odd, so that suites with and without changes take turns at it */

static bool is_identical(size_t number) {
    return number % 2 == 0;
}

static bool is_fixed(size_t number) {
    return number % FIXED_EVERY == FIXED_EVERY - 1;
}

/* The slow-downs go around among the cases. */
static size_t effect_of(size_t number, size_t entry) {
    return is_identical(number) ? 0 : 1 + (entry + number / 2) % (CALIBRATION_EFFECTS - 1);
}

/* ---- What came of it ---- */

static bool is_of_use(const struct duel_entry *entry) {
    return entry->state != DUEL_FAILED && entry->sides[DUEL_NEW].count > 0;
}

/* A case that fails has no part in it, but for a message. */
static void tell_failures(const struct duel *duel) {
    for (size_t i = 0; i < duel->count; i++) {
        if (duel->entries[i].state == DUEL_FAILED)
            message(stderr, "%s: %s", duel->entries[i].name, duel->entries[i].reason);
    }
}

static bool collect_entry(struct calibration_regime *regime, const struct duel *duel, const struct duel_entry *entry,
                          const struct verdict_case *verdict, size_t effect) {
    const struct calibration_comparison comparison = {
        .workload = entry->c->kernel->workload->name,
        .effect = effect,
        .verdict = verdict,
        .fixed = duel->fixed ? &entry->verdict : NULL,
        .samples_ns = {entry->sides[DUEL_BASE].samples_ns, entry->sides[DUEL_NEW].samples_ns},
        .sample_counts = {verdict->base.count * duel->sample_count, verdict->other.count * duel->sample_count},
    };
    return calibration_add(regime, &comparison, duel->seed);
}

/* As much of the time as sampling that stops would have taken: executions take equally long. */
static double seconds_of(const struct duel *duel, const struct verdict_case *verdicts) {
    size_t taken = 0, all = 0;
    for (size_t i = 0; i < duel->count; i++) {
        taken += verdicts[i].other.count;
        all += duel->entries[i].sides[DUEL_NEW].count;
    }
    return all == 0 ? duel->seconds_spent : duel->seconds_spent * (double)taken / (double)all;
}

static bool collect_all(struct calibration_regime *regime, const struct duel *duel, const struct verdict_case *verdicts,
                        size_t number) {
    bool has_alarm = false;
    for (size_t i = 0; i < duel->count; i++) {
        if (!is_of_use(&duel->entries[i]))
            continue;
        if (!collect_entry(regime, duel, &duel->entries[i], &verdicts[i], effect_of(number, i)))
            return false;
        has_alarm |= verdicts[i].verdict == VERDICT_REGRESSED || verdicts[i].verdict == VERDICT_IMPROVED;
    }
    regime->suites++;
    return !is_identical(number) || calibration_add_suite(regime, has_alarm, seconds_of(duel, verdicts));
}

/* False when out of memory. */
static bool collect(struct calibration_regime *regime, const struct duel *duel, size_t number) {
    struct verdict_case *verdicts = calloc(duel->count + 1, sizeof *verdicts);
    struct sequence sequence = {.threshold = duel->threshold, .alpha = duel->alpha, .case_count = duel->count};
    bool collected = verdicts != NULL;
    for (size_t i = 0; collected && i < duel->count; i++)
        verdicts[i] = duel->entries[i].verdict;
    collected = collected && (!duel->fixed || sequence_replay(&sequence, verdicts)) &&
                collect_all(regime, duel, verdicts, number);
    tell_failures(duel);
    free(verdicts);
    return collected;
}

/* ---- The suite ---- */

enum duel_end calibrate_suite_run(const struct calibrate_suite *suite, struct calibration_regime *regime) {
    const struct options *options = suite->options;
    struct duel duel = {
        .registry = suite->registry,
        .sides = {suite->side, suite->side},
        .entries = calloc(suite->plan->case_count, sizeof *duel.entries),
        .count = suite->plan->case_count,
        .sample_count = options->sample_count,
        .sample_seconds = options->sample_seconds,
        .budget_seconds = suite->budget_seconds,
        .pairs_max = CALIBRATION_PAIRS_MAX,
        .fixed = is_fixed(suite->number),
        .threshold = options->threshold_given ? options->threshold : VERDICT_THRESHOLD,
        .alpha = VERDICT_ALPHA,
        .seed = suite->seed,
        .quiet = options->quiet,
        .part = suite->part,
    };
    if (duel.entries == NULL)
        return DUEL_NO_MEMORY;
    for (size_t i = 0; i < duel.count; i++)
        duel_enter(&duel.entries[i], &suite->plan->cases[i], 1 + calibration_effects[effect_of(suite->number, i)]);
    enum duel_end end = duel_run(&duel);
    if (end == DUEL_DONE && !collect(regime, &duel, suite->number))
        end = DUEL_NO_MEMORY;
    duel_clear(&duel);
    free(duel.entries);
    return end;
}
