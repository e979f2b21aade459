/*
 * Two result files against each other, case by case. Pairs the cases by name, finds what forbids a comparison and what
 * may explain a difference, and judges (verdict.h) with intervals that allow for what the machine did between the two
 * (drift.h).
 */
#ifndef CTXBENCH_COMPARISON_H
#define CTXBENCH_COMPARISON_H

#include <stdio.h>

#include "data/result_file.h"
#include "statistics/drift.h"
#include "statistics/verdict.h"
#include "text/style.h"

/* A file of the comparison, under the name that people know, as it may be shown (utf8_shown). */
struct comparison_side {
    const char *path;
    const struct result_file *file;
};

struct comparison_pair {
    const struct result_case *base, *other;
};

/* Sentences, kept in the comparison's names. */
struct comparison_texts {
    const char **items;
    size_t count, capacity;
};

struct comparison {
    struct comparison_side base, other;
    double threshold, alpha;

    struct comparison_pair *pairs; /* in the order of base */
    struct verdict_case *verdicts; /* of each pair */
    size_t count;
    size_t counts[VERDICT_COUNT]; /* of each verdict */
    struct drift drift;
    const struct result_case **only_base, **only_other;
    size_t only_base_count, only_other_count;

    struct comparison_texts objections; /* why times of these two files say nothing about each other; none: they do */
    struct comparison_texts
        differences;                  /* what else differs and may explain a change: "kernel: Linux 6.1 / Linux 6.5" */
    struct comparison_texts warnings; /* what may disturb it */

    struct names names;
    bool out_of_memory;
    double *execution_ns; /* what the verdicts look at */
};

/*
 * The sides and what they hold stay the caller's and outlive the comparison. NULL when out of memory. What is objected
 * to is compared nevertheless: whether that may be shown is for the caller to decide.
 */
struct comparison *comparison_make(struct comparison_side base, struct comparison_side other, double threshold,
                                   double alpha);
void comparison_free(struct comparison *comparison);

/* Cases that `base` has and that failed in `other`. */
size_t comparison_failed(const struct comparison *comparison);

/* "2 regressed, 1 improved, 37 equivalent, 0 inconclusive" */
void comparison_summary(const struct comparison *comparison, char *text, size_t size);

/* That the two were measured one after the other, and what the reference cases show of it. */
void comparison_drift_sentence(const struct comparison *comparison, char *text, size_t size);

/*
 * Each writes the whole answer: objections first, every pair, the cases that one side lacks, what may explain a change.
 * Markdown is for a comment on a change, JSON for programs (false when out of memory or when writing failed).
 */
void comparison_print_table(const struct comparison *comparison, FILE *out, struct table_style style);
void comparison_print_markdown(const struct comparison *comparison, FILE *out);
bool comparison_print_json(const struct comparison *comparison, FILE *out);

#endif
