#include "statistics/student.h"

#include <math.h>

/* Halving a range so often leaves nothing that a double could tell from it. */
enum { HALVINGS = 120 };

/* Finite sums for whole degrees of freedom (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 4).
 */
double statistics_student_within(double t, unsigned freedom) {
    const double angle = atan(t / sqrt(freedom)), cosine = cos(angle);
    double term = freedom % 2 == 0 ? 1 : cosine, sum = freedom == 1 ? 0 : term;
    for (unsigned k = freedom % 2 + 1; k + 2 < freedom; k += 2) {
        term *= cosine * cosine * k / (k + 1);
        sum += term;
    }
    return freedom % 2 == 0 ? sin(angle) * sum : 2 / acos(-1) * (angle + sin(angle) * sum);
}

double statistics_student_limit(double confidence, unsigned freedom) {
    double low = 0, high = 1;
    while (statistics_student_within(high, freedom) < confidence)
        high *= 2;
    for (int i = 0; i < HALVINGS; i++) {
        const double middle = low + (high - low) / 2;
        *(statistics_student_within(middle, freedom) < confidence ? &low : &high) = middle;
    }
    return high;
}
