#include "plan/estimate.h"

#include <math.h>
#include <stdlib.h>

/* Spawning, as measured on a 2-core virtual machine; and a calibration takes about four samples. */
static const double guessed_around_execution = 0.02, guessed_calibration_samples = 4;

/* The same of a peer: the mean of those in strategies/peers/, of which some warm up. */
static const double guessed_around_peer = 0.3;

/* The share of the newest execution in what the next one is expected to take. */
static const double newest_share = 0.5;

static const double unknown = -1;

/* Gives the case its group. There are few, so that looking through them is cheap. */
static void join_group(struct estimate *estimate, size_t case_index, const struct bench_case *c) {
    const struct ctx_workload *workload = c->kernel->workload;
    size_t group = 0;
    while (group < estimate->group_count &&
           (estimate->groups[group].workload != workload || estimate->groups[group].peer != c->peer))
        group++;
    if (group == estimate->group_count)
        estimate->groups[estimate->group_count++] = (struct estimate_group){.workload = workload, .peer = c->peer};
    estimate->groups[group].case_count++;
    estimate->group_of[case_index] = group;
}

bool estimate_init(struct estimate *estimate, const struct plan *plan, const struct options *options,
                   struct error *error) {
    const size_t count = plan->case_count;
    *estimate = (struct estimate){
        .case_count = count,
        .sample_count = options->sample_count,
        .sample_seconds = options->sample_seconds,
        .execution_seconds = calloc(count + 1, sizeof *estimate->execution_seconds),
        .is_executed = calloc(count + 1, sizeof *estimate->is_executed),
        .group_of = calloc(count + 1, sizeof *estimate->group_of),
        .groups = calloc(count + 1, sizeof *estimate->groups),
    };
    if (estimate->execution_seconds == NULL || estimate->is_executed == NULL || estimate->group_of == NULL ||
        estimate->groups == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for the estimate of %zu cases", count);
    for (size_t i = 0; i < count; i++) {
        estimate->execution_seconds[i] = unknown;
        join_group(estimate, i, &plan->cases[i]);
    }
    return true;
}

void estimate_free(struct estimate *estimate) {
    free(estimate->execution_seconds);
    free(estimate->is_executed);
    free(estimate->group_of);
    free(estimate->groups);
    *estimate = (struct estimate){0};
}

static void learn(struct estimate *estimate, size_t case_index, double seconds) {
    struct estimate_group *group = &estimate->groups[estimate->group_of[case_index]];
    double *known = &estimate->execution_seconds[case_index];
    if (*known < 0)
        group->known_count++;
    else
        group->known_seconds -= *known;
    *known = seconds;
    group->known_seconds += seconds;
}

static void count_calibration(struct estimate *estimate, size_t case_index, double seconds) {
    struct estimate_group *group = &estimate->groups[estimate->group_of[case_index]];
    group->calibrated_count++;
    group->calibrated_seconds += seconds;
}

void estimate_calibrated(struct estimate *estimate, size_t case_index, const struct estimate_calibration *found) {
    count_calibration(estimate, case_index, found->seconds);
    learn(estimate, case_index,
          fmax(0, found->seconds - found->measured_seconds) +
              (estimate->sample_count + found->observed_samples) * found->sample_seconds);
}

void estimate_given_up(struct estimate *estimate, size_t case_index, double seconds) {
    count_calibration(estimate, case_index, seconds);
    learn(estimate, case_index, 0);
}

void estimate_executed(struct estimate *estimate, size_t case_index, double seconds) {
    const double known = estimate->execution_seconds[case_index];
    const bool is_first = !estimate->is_executed[case_index];
    estimate->is_executed[case_index] = true;
    learn(estimate, case_index, is_first ? seconds : known + newest_share * (seconds - known));
}

bool estimate_is_blind(const struct estimate *estimate, size_t case_index) {
    return estimate->groups[estimate->group_of[case_index]].calibrated_count == 0;
}

/* Of executions, or of calibrations, in groups: how long those that are known took, and how many they are. */
struct known {
    double seconds;
    size_t count;
};

static struct known executions_of(const struct estimate_group *group) {
    return (struct known){group->known_seconds, group->known_count};
}

static struct known calibrations_of(const struct estimate_group *group) {
    return (struct known){group->calibrated_seconds, group->calibrated_count};
}

/* One of a group that nothing is known of: the mean of its peer's other groups, or of our own; a guess at the
 * beginning. */
static double expect(const struct estimate *estimate, const struct peer *peer,
                     struct known (*of)(const struct estimate_group *), double samples) {
    struct known all = {0};
    for (size_t i = 0; i < estimate->group_count; i++) {
        if (estimate->groups[i].peer != peer)
            continue;
        all.seconds += of(&estimate->groups[i]).seconds;
        all.count += of(&estimate->groups[i]).count;
    }
    return all.count > 0
               ? all.seconds / (double)all.count
               : (peer != NULL ? guessed_around_peer : guessed_around_execution) + samples * estimate->sample_seconds;
}

/* One of each case that none is known of: the mean of its group, if there is one. */
static double unknown_seconds(const struct estimate *estimate, struct known (*of)(const struct estimate_group *),
                              double samples) {
    double seconds = 0;
    for (size_t i = 0; i < estimate->group_count; i++) {
        const struct estimate_group *group = &estimate->groups[i];
        const struct known known = of(group);
        if (group->case_count > known.count)
            seconds +=
                (double)(group->case_count - known.count) *
                (known.count > 0 ? known.seconds / (double)known.count : expect(estimate, group->peer, of, samples));
    }
    return seconds;
}

double estimate_round_seconds(const struct estimate *estimate) {
    double round = unknown_seconds(estimate, executions_of, estimate->sample_count);
    for (size_t i = 0; i < estimate->group_count; i++)
        round += estimate->groups[i].known_seconds;
    return round;
}

double estimate_calibration_seconds(const struct estimate *estimate) {
    return unknown_seconds(estimate, calibrations_of, guessed_calibration_samples);
}

unsigned estimate_rounds(const struct estimate *estimate, double budget_seconds, double spent_seconds, unsigned done,
                         unsigned wanted) {
    const unsigned least = done > 1 ? done : 1;
    if (!(budget_seconds > 0) || least >= wanted)
        return wanted;
    const double left = budget_seconds - spent_seconds - estimate_calibration_seconds(estimate);
    const double round = estimate_round_seconds(estimate);
    const double more = left <= 0 ? 0 : round > 0 ? floor(left / round) : wanted;
    const double rounds = done + more;
    return rounds < least ? least : rounds > wanted ? wanted : (unsigned)rounds;
}
