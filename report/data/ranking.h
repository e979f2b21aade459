/* Which strategies are cheap, and what can be said of it: order, differences that show, growth, and crossings. */
#ifndef CTXBENCH_RANKING_H
#define CTXBENCH_RANKING_H

#include "data/survey.h"

enum { RANKING_MAX = SURVEY_CURVES_MAX };

/* Cases of a sweep, the fastest first; no references. */
struct ranking {
    const struct summary_case *cases[RANKING_MAX];
    size_t count;
};

/* Those of one value, of the strategies that `admits` lets pass; NULL: all. */
struct ranking ranking_make(const struct survey_sweep *sweep, size_t value,
                            bool (*admits)(const char *strategy, const void *arg), const void *arg);

/* Those of all values of the sweep at once: every strategy with every store, along the axis "store". */
struct ranking ranking_of_all_values(const struct survey_sweep *sweep);

/* Whether the intervals of two cases show that `a` costs less: both have one, and they do not overlap. */
bool ranking_is_faster(const struct summary_case *a, const struct summary_case *b);

/* How many of the others differ from the fastest without significance. */
size_t ranking_count_ties(const struct ranking *ranking);

/* From this ratio on, and if the intervals agree, a cost is said to grow. */
#define RANKING_GROWTH 1.5

/* A strategy's cost from the first value of an axis to the last that it has. */
struct growth {
    const struct summary_case *first, *last; /* NULL: fewer than two values */
    size_t first_value, last_value;
    double ratio;
    bool grows; /* by half or more, and the intervals show it */
};
struct growth ranking_growth(const struct survey_sweep *sweep, const struct survey_curve *curve);

/* Where one strategy, slower before, becomes the faster one: between two neighbouring values that show both. */
struct crossing {
    bool found;
    size_t before, after; /* values of the axis */
};
struct crossing ranking_crossing(const struct survey_sweep *sweep, const struct survey_curve *cheap_first,
                                 const struct survey_curve *cheap_last);

#endif
