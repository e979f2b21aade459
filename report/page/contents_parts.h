/* The parts of a report's contents, each in a file of its own; contents.c puts them in order. */
#ifndef CTXBENCH_CONTENTS_PARTS_H
#define CTXBENCH_CONTENTS_PARTS_H

#include "compare/comparison.h"
#include "data/runs.h"
#include "page/document.h"

/* What each strategy costs, beside what it gets wrong. */
void contents_add_overview(struct document *document, const struct run *run, size_t index);

/* The conformance matrix of a run, and why cells are as they are. */
void contents_add_matrix(struct document *document, const struct run *run, size_t index);

/* One sweep in all runs that have it: sentences, a figure for each, and the data. */
void contents_add_sweep(struct document *document, const struct runs *runs, const struct survey_sweep *sweep);

/* Further tables of a sweep in one run. A table without rows is not shown. */
void contents_add_sweep_matrix(struct document *document, const struct run *run, const struct survey_sweep *sweep,
                               const char *id);
void contents_add_crossings(struct document *document, const struct run *run, const struct survey_sweep *sweep,
                            const char *id);

/* How long single operations take and what scopes take of memory, where the run has looked at that. */
void contents_add_operations(struct document *document, const struct run *run, const struct survey_sweep *sweep,
                             const char *id);

/* What was measured on each two PUs of the machine, if it was. */
void contents_add_pairs_of_pus(struct document *document, const struct run *run, size_t index);

/* How far the figures of a run can be relied on. */
void contents_add_trust(struct document *document, const struct run *run);

/* The machine of a run, as boxes in boxes. */
void contents_add_machine(struct document *document, const struct run *run);

/* How the figures came to be, where, and what went wrong. */
void contents_add_method(struct document *document, const struct runs *runs);
void contents_add_environment(struct document *document, const struct runs *runs);
void contents_add_failures(struct document *document, const struct runs *runs);
void contents_add_raw_numbers(struct document *document, const struct runs *runs);

/* The changes that a comparison of two runs found, the greatest of them, as a figure; none where there is no ratio. */
void contents_add_forest(struct document *document, const struct comparison *comparison, const char *title,
                         const char *id);

/* Several runs, case by case. */
void contents_add_comparison(struct document *document, const struct runs *runs);

#endif
