/*
 * Looks up in a survey: a sweep by its workload or by what it is there for, a curve, a case.
 */
#ifndef CTXBENCH_SURVEY_FIND_H
#define CTXBENCH_SURVEY_FIND_H

#include "data/survey.h"

/* The sweep of this workload over this axis in its primary form; a NULL axis stands for any. NULL if there is none. */
const struct survey_sweep *survey_find(const struct survey *survey, const char *workload, const char *axis);

/*
 * The sweep of the workload that is there for this role, by its first parameter, in its primary form. In a file where
 * none is, the one whose operation is called as those of this role are, and that has the most cases. NULL: none.
 */
const struct survey_sweep *survey_find_role(const struct survey *survey, enum presented_role role);

/* A case that has this value of the axis, of any strategy, but of none that is a reference where there is another. */
const struct result_case *survey_case(const struct survey_sweep *sweep, size_t value);

/* The curve of a strategy; NULL if there is none. */
const struct survey_curve *survey_curve(const struct survey_sweep *sweep, const char *strategy);

#endif
