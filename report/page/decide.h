/* The first screen of a report: which strategy, in one sentence, one picture and one table. */
#ifndef CTXBENCH_DECIDE_H
#define CTXBENCH_DECIDE_H

#include "advice/advice.h"
#include "page/document.h"

/* The section: advice for the first preset, in a page for any program; the picture; tables for the other presets. */
void decide_add(struct document *document, const struct run *run);

/* Advice as a paragraph and a table of this id. */
void decide_add_advice(struct document *document, const struct advice *advice, const char *id);

#endif
