/* The parts of the answer, each in a file of its own; answer.c puts them in order. */
#ifndef CTXBENCH_ANSWER_PARTS_H
#define CTXBENCH_ANSWER_PARTS_H

#include "data/ranking.h"
#include "data/runs.h"
#include "page/document.h"
#include "page/prose.h"

/* ---- Conditions (answer_conditions.c) ---- */

struct question {
    const struct run *run;
    const struct condition *condition;
};

/* The first cell that does not hold. NULL if all do; *known tells whether all were tried. */
const struct matrix_cell *answer_first_failing(const struct question *question, const char *strategy, bool *known);

/* Whether it holds all, and all were tried; `arg` is a struct question. */
bool answer_stays_right(const char *strategy, const void *arg);

/* Whether each scenario of the conditions was tried: what is applicable to no strategy here is nobody's fault. */
bool answer_was_tried(const struct question *question, const struct survey_sweep *sweep);

/* Why conditions that were not tried are applicable to no strategy; NULL if nothing is said of that. */
const char *answer_why_untried(const struct question *question, const struct survey_sweep *sweep);

/* Whether the same strategies stay right in both. */
bool answer_same_choice(const struct question *a, const struct question *b, const struct survey_sweep *sweep);

/* ---- Pieces of sentences (answer_pieces.c) ---- */

enum { NAMES_SHOWN = 4 };

void answer_add_median(struct prose *prose, const struct summary_case *c);

/* "a, b and 3 more" */
void answer_add_names(struct prose *prose, const struct summary_case *const *cases, size_t count);

/* "depth 256", where the axis has a name. */
void answer_add_value(struct prose *prose, const struct survey_sweep *sweep, size_t value);

/* The fastest, and whoever cannot be told apart from it. */
void answer_add_fastest(struct prose *prose, const struct run *run, const struct ranking *ranking);
void answer_add_fastest_and_slowest(struct prose *prose, const struct run *run, const struct ranking *all);

/* ---- Sentences ---- */

/* Which strategy to take, as far as the matrix lets it be said (answer_choice.c). */
void answer_add_choice(struct document *document, const struct run *run, const struct survey_sweep *sweep);

/* What changes the cost: all axes of a run, or what there is to say of one sweep (answer_growth.c). */
void answer_add_axes(struct document *document, const struct run *run);
void answer_add_growth(struct prose *prose, const struct run *run, const struct survey_sweep *sweep);

#endif
