/* The answer: sentences that say which strategy suits which conditions, every one derived from the data of a run. */
#ifndef CTXBENCH_ANSWER_H
#define CTXBENCH_ANSWER_H

#include "data/runs.h"
#include "page/document.h"

/* Adds what a run says to the document, as paragraphs and lists. */
void answer_add(struct document *document, const struct run *run);

/* One sentence on a sweep, as a paragraph: what is fastest where nothing is varied, and what grows. */
void answer_add_on_sweep(struct document *document, const struct run *run, const struct survey_sweep *sweep);

#endif
