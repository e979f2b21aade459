/* Student's t distribution. */
#ifndef CTXBENCH_STUDENT_H
#define CTXBENCH_STUDENT_H

/* P(-t <= T <= t) with so many degrees of freedom: t >= 0, freedom >= 1. */
double statistics_student_within(double t, unsigned freedom);

/* The t with statistics_student_within(t) = confidence, for 0 < confidence < 1. */
double statistics_student_limit(double confidence, unsigned freedom);

#endif
