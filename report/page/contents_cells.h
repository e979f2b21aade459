/* Cells that several tables of a report share. */
#ifndef CTXBENCH_CONTENTS_CELLS_H
#define CTXBENCH_CONTENTS_CELLS_H

#include "data/runs.h"
#include "page/document.h"

/* A ratio that there is none of leaves its cell empty. */
void contents_time(struct document *document, struct document_cell *cell, const struct summary_case *c);
void contents_interval(struct document *document, struct document_cell *cell, const struct summary_case *c);
void contents_ratio(struct document *document, struct document_cell *cell, double ratio);

/* "n/a" and why, if the strategy has no case at this value of the sweep; otherwise the cell stays as it is. */
void contents_gap(struct document_cell *cell, const struct run *run, const char *strategy,
                  const struct survey_sweep *sweep, size_t value);

/* The label, with a star if the strategy breaks somewhere in the matrix. */
const char *contents_starred(struct document *document, const struct run *run, const char *strategy, const char *label);

#endif
