/*
 * The one rule by which two sides are judged. A verdict takes the size of an effect and its interval, and never claims
 * more than both allow:
 *
 *   regressed      the whole interval of the ratio lies above 1 + threshold
 *   improved       the whole interval lies below 1 / (1 + threshold)
 *   equivalent     the whole interval lies between the two
 *   inconclusive   none of these; the smallest effect that the data could have shown says how much that means
 *
 * Over a suite, the chance that as much as one case is called regressed or improved though it is not stays below alpha,
 * and so does the chance that as much as one is called equivalent though it is not (Holm's procedure, once for each
 * kind of claim). The interval that the verdict is read from is therefore wider than one at 95 %: `joint`.
 */
#ifndef CTXBENCH_VERDICT_H
#define CTXBENCH_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "statistics/statistics.h"

/* From the best for a gate to the worst. */
enum verdict { VERDICT_EQUIVALENT, VERDICT_IMPROVED, VERDICT_INCONCLUSIVE, VERDICT_REGRESSED, VERDICT_COUNT };

/*
 * 3 %: small enough that an interval can lie beyond it when something became 5 % slower, and large enough that it lies
 * within it when nothing changed but where code lies: linking the strategies in another order moved times by 1.9 %.
 */
#define VERDICT_THRESHOLD 0.03
#define VERDICT_ALPHA 0.05

/* Fresh processes are what varies: one value is the median of one execution's samples. */
struct verdict_side {
    const double *execution_ns; /* positive and finite */
    size_t count;               /* at least 1 */
};

struct verdict_case {
    /* What is judged. */
    struct verdict_side base, other;
    /*
     * Where an execution of one side and one of the other were measured together, equally many: for each such pair, by
     * what `other` took longer than `base`, as the logarithm of the ratio. NULL: each side by itself.
     */
    const double *pair_shifts;
    /* The interval is to be so many times as wide as the values say (drift.h); 0: they say it all. */
    double widening;

    /* What comes out. Ratios are those of `other` to `base`: above 1 is slower. */
    bool decidable; /* enough executions for any verdict but inconclusive, as the first of its suite */
    enum verdict verdict;
    struct statistics_interval ratio; /* at 95 %, for this case alone; ends are 0 and infinite if nothing is known */
    struct statistics_interval joint; /* what the verdict is read from */
    double joint_confidence;
    double smallest_slowdown;       /* found in 8 of 10 runs like these, as a ratio; infinite: none would be */
    double p_changed, p_equivalent; /* two-sided, before Holm */
};

const char *verdict_name(enum verdict verdict);

/*
 * Judges a suite. `alpha` is VERDICT_ALPHA, or the part of it that may be spent now if results are looked at several
 * times. False when out of memory.
 */
bool verdict_judge(struct verdict_case *cases, size_t count, double threshold, double alpha);

/* The worst of the verdicts; VERDICT_EQUIVALENT if there is none. */
enum verdict verdict_worst(const struct verdict_case *cases, size_t count);

/*
 * How many executions each side must have for a suite of `count` cases to be decidable: with fewer, even the clearest
 * difference is inconclusive.
 */
size_t verdict_executions_min(size_t count, double alpha);

#endif
