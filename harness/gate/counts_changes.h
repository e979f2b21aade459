/* What changed between two sets of instruction counts, and how it is told. Pure functions. */
#ifndef CTXBENCH_COUNTS_CHANGES_H
#define CTXBENCH_COUNTS_CHANGES_H

#include <stdio.h>

#include "gate/counts.h"

enum counts_verdict {
    COUNTS_EQUIVALENT,  /* equal, or within the threshold */
    COUNTS_REGRESSED,   /* more instructions than before */
    COUNTS_IMPROVED,    /* fewer */
    COUNTS_LACKS_BASE,  /* only in `now` */
    COUNTS_LACKS_NOW,   /* only in `base` */
    COUNTS_REVISED,     /* the workload's revision differs, so that counts do not compare */
    COUNTS_NOT_COUNTED, /* one side has no count; the reason says why */
    COUNTS_VERDICT_COUNT
};

struct counts_change {
    enum counts_verdict verdict;
    const char *name;   /* of the case; owned by the counts */
    const char *reason; /* COUNTS_NOT_COUNTED; else "" */
    double base, now;   /* instructions per operation; 0: there is none */
    /* Measured too, and of the opposite sign: "time says faster"; "" where the two agree or time is unknown. */
    const char *dissent;
};

struct counts_changes {
    struct counts_change *items; /* in the order of `now`, then what only `base` has; NULL: out of memory */
    size_t count;
    size_t tally[COUNTS_VERDICT_COUNT];
};

/* `threshold` 0 takes every difference for one. Both counts must outlive the result, which is freed by free(items). */
struct counts_changes counts_compare(const struct counts *base, const struct counts *now, double threshold);

/* Whether some case came to no verdict that compares two counts: one side lacks it, or its work was revised. */
bool counts_is_inconclusive(const struct counts_changes *changes);

/* Names without the parts that are the same in every case that is counted. At most 80 columns. */
void counts_print(const struct counts_changes *changes, FILE *out);
void counts_print_markdown(const struct counts_changes *changes, FILE *out);

/* One object. False when out of memory or when writing failed. */
bool counts_print_json(const struct counts_changes *changes, FILE *out);

#endif
