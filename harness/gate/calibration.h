/*
 * What bench calibrate finds out about the gate on one machine: how often it raises a false alarm, how often it finds a
 * slow-down of known size, and how small a one it can see; and the same of the rules of others, on the same samples.
 * Tallies, what they suggest, and how they are told. Knows nobody who measures.
 */
#ifndef CTXBENCH_CALIBRATION_H
#define CTXBENCH_CALIBRATION_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "gate/other_rules.h"
#include "statistics/verdict.h"

/* How much more work the new side had; the first is none. */
enum { CALIBRATION_EFFECTS = 5, CALIBRATION_WORKLOADS_MAX = 32, CALIBRATION_RULES = RULE_COUNT + 1 };
extern const double calibration_effects[CALIBRATION_EFFECTS];

/* Our rule stands after those of others. */
enum { CALIBRATION_OURS = RULE_COUNT };

/*
 * So many executions a side has a comparison at most: what a fixed number of them is held to be, which sampling that
 * stops when a verdict is settled has to beat.
 */
enum { CALIBRATION_PAIRS_MAX = 80 };

/* Of one rule at one effect. */
struct calibration_tally {
    size_t slower, faster, neither;
};

/* Sampling that stops against the fixed number of executions, on the same executions. */
struct calibration_saving {
    size_t comparisons, same_verdicts;
    size_t executions, executions_fixed; /* of a side */
};

struct calibration_workload {
    const char *name; /* the caller's */
    double *smallest; /* of each identical comparison; owned */
    size_t count, capacity;
};

struct calibration_regime {
    const char *name;
    struct calibration_tally tallies[CALIBRATION_RULES][CALIBRATION_EFFECTS];
    size_t equivalent;                     /* identical comparisons that came out so */
    size_t identical_suites, false_suites; /* suites without any change, and those of them with an alarm */
    size_t intervals, intervals_that_hold; /* at 95 %, of the first executions of identical pairs */
    struct calibration_workload workloads[CALIBRATION_WORKLOADS_MAX];
    size_t workload_count;
    struct calibration_saving saving;
    size_t suites;         /* with and without changes */
    double *suite_seconds; /* of identical suites; owned */
    size_t suite_seconds_capacity;
    double *changes; /* of identical comparisons: the largest part of the joint interval, as a ratio above 1; owned */
    size_t change_count, change_capacity;
    double seconds;
};

/* One comparison that a suite has judged, with its samples. */
struct calibration_comparison {
    const char *workload;
    size_t effect; /* index of calibration_effects */
    const struct verdict_case *verdict;
    const struct verdict_case *fixed; /* on the fixed number of executions; NULL: it was not had */
    const double *samples_ns[2];      /* base, new; execution after execution */
    size_t sample_counts[2];
};

/* Each false when out of memory. */
bool calibration_add(struct calibration_regime *regime, const struct calibration_comparison *comparison,
                     unsigned long long seed);
bool calibration_add_suite(struct calibration_regime *regime, bool has_alarm, double seconds);
void calibration_free(struct calibration_regime *regime);

struct calibration_advice {
    double threshold;      /* the smallest of some at which nine in ten identical pairs are equivalent; 0: unknown */
    double budget_seconds; /* in which nine of ten identical suites settled; 0: unknown */
};

/* From the regime that is most like the user's daily one: the first. `budget_seconds`: what each suite might take. */
struct calibration_advice calibration_advise(const struct calibration_regime *regime, double budget_seconds);

/* What was found as it is found: a heading, each regime when it is done, and what all of them come to. */
void calibration_print_heading(FILE *out);
void calibration_print_regime(const struct calibration_regime *regime, FILE *out);
void calibration_print_end(const struct calibration_regime *regimes, size_t count, struct calibration_advice advice,
                           FILE *out);

/* What the regimes found together, as far as it can be added up; owns nothing. */
struct calibration_regime calibration_sum(const struct calibration_regime *regimes, size_t count);

/* What both ways of telling read off the tallies. */
const char *calibration_rule_name(size_t rule);
size_t calibration_trials(const struct calibration_regime *regime, size_t rule, size_t effect);
size_t calibration_hits(const struct calibration_regime *regime, size_t rule, size_t effect); /* at 0: false alarms */
size_t calibration_changed_trials(const struct calibration_regime *regime);                   /* of ours */
size_t calibration_wrong_signs(const struct calibration_regime *regime);                      /* of ours */

/* Where the file comes from. */
struct calibration_origin {
    const char *fingerprint, *date; /* of the machine; UTC */
    bool interrupted;
};

/* The text of the file that check reads; freed by free(). NULL when out of memory. */
char *calibration_text(const struct calibration_regime *regimes, size_t count, struct calibration_advice advice,
                       struct calibration_origin origin);

/*
 * Reads a file of this machine. Without advice it returns false with *error set: ERROR_SYSTEM when there is none to
 * read, ERROR_FORMAT or ERROR_VERSION when it is none that this program reads, ERROR_REFUSED when it is of another
 * machine or suggests nothing.
 */
bool calibration_load(const char *path, const char *fingerprint, struct calibration_advice *advice,
                      struct error *error);

#endif
