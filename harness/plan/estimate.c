#include "plan/estimate.h"

#include <math.h>
#include <stdlib.h>

/* Spawning, as measured on a 2-core virtual machine; and a calibration takes about four samples. */
static const double guessed_around_execution = 0.02, guessed_calibration_samples = 4;

/* The share of the newest execution in what the next one is expected to take. */
static const double newest_share = 0.5;

static const double unknown = -1;

/* Gives the case its group: that of its workload. There are few, so that looking through them is cheap. */
static void join_group(struct estimate *estimate, size_t case_index, const struct ctx_workload *workload) {
    size_t group = 0;
    while (group < estimate->group_count && estimate->groups[group].workload != workload)
        group++;
    if (group == estimate->group_count)
        estimate->groups[estimate->group_count++] = (struct estimate_group){.workload = workload};
    estimate->groups[group].case_count++;
    estimate->group_of[case_index] = group;
}

bool estimate_init(struct estimate *estimate, const struct plan *plan, const struct options *options,
                   struct error *error) {
    const size_t count = plan->case_count;
    *estimate = (struct estimate){
        .case_count = count,
        .sample_count = options->sample_count,
        .guessed_execution = guessed_around_execution + options->sample_count * options->sample_seconds,
        .guessed_calibration = guessed_around_execution + guessed_calibration_samples * options->sample_seconds,
        .execution_seconds = calloc(count + 1, sizeof *estimate->execution_seconds),
        .is_executed = calloc(count + 1, sizeof *estimate->is_executed),
        .group_of = calloc(count + 1, sizeof *estimate->group_of),
        .groups = calloc(count + 1, sizeof *estimate->groups),
    };
    if (estimate->execution_seconds == NULL || estimate->is_executed == NULL || estimate->group_of == NULL ||
        estimate->groups == NULL)
        return error_set(error, "out of memory for the estimate of %zu cases", count);
    for (size_t i = 0; i < count; i++) {
        estimate->execution_seconds[i] = unknown;
        join_group(estimate, i, plan->cases[i].kernel->workload);
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

/* The mean of what is known of a group; of all groups where nothing is known of it; and a guess at the beginning. */
static double mean_of(double seconds, size_t count, double otherwise) {
    return count > 0 ? seconds / (double)count : otherwise;
}

double estimate_round_seconds(const struct estimate *estimate) {
    double all_seconds = 0, round = 0;
    size_t all_count = 0;
    for (size_t i = 0; i < estimate->group_count; i++) {
        all_seconds += estimate->groups[i].known_seconds;
        all_count += estimate->groups[i].known_count;
    }
    const double overall = mean_of(all_seconds, all_count, estimate->guessed_execution);
    for (size_t i = 0; i < estimate->group_count; i++) {
        const struct estimate_group *group = &estimate->groups[i];
        round += group->known_seconds + (double)(group->case_count - group->known_count) *
                                            mean_of(group->known_seconds, group->known_count, overall);
    }
    return round;
}

double estimate_calibration_seconds(const struct estimate *estimate) {
    double all_seconds = 0, left = 0;
    size_t all_count = 0;
    for (size_t i = 0; i < estimate->group_count; i++) {
        all_seconds += estimate->groups[i].calibrated_seconds;
        all_count += estimate->groups[i].calibrated_count;
    }
    const double overall = mean_of(all_seconds, all_count, estimate->guessed_calibration);
    for (size_t i = 0; i < estimate->group_count; i++) {
        const struct estimate_group *group = &estimate->groups[i];
        left += (double)(group->case_count - group->calibrated_count) *
                mean_of(group->calibrated_seconds, group->calibrated_count, overall);
    }
    return left;
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
