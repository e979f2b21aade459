/*
 * The rules by which other tools judge, on samples of two sides: for bench calibrate, which replays them on the very
 * samples that ours judged. Each sees all samples of a side as one list, as those tools do. Pure functions.
 *
 *   Mann-Whitney   Google Benchmark's tools/compare.py: a two-sided U test with p < 0.05 is a difference; its direction
 *                  is that of the medians.
 *   Criterion      criterion.rs: a bootstrap interval (95 %) of the relative change of the mean, all of it beyond the
 *                  noise threshold of 1 %, on the same side.
 *   ratio          github-action-benchmark: an alert when the mean is more than twice as large.
 */
#ifndef CTXBENCH_OTHER_RULES_H
#define CTXBENCH_OTHER_RULES_H

#include <stddef.h>
#include <stdint.h>

enum other_rule { RULE_MANN_WHITNEY, RULE_CRITERION, RULE_RATIO, RULE_COUNT };

extern const char *const other_rule_names[RULE_COUNT];

/* 1: slower; -1: faster; 0: no difference. Counts >= 1; `seed` is for the rule that resamples. */
int other_rule_judge(enum other_rule rule, const double *base, size_t base_count, const double *other,
                     size_t other_count, uint64_t seed);

#endif
