/* Cells that several tables of a report share. */
#ifndef CTXBENCH_CONTENTS_CELLS_H
#define CTXBENCH_CONTENTS_CELLS_H

#include "data/runs.h"
#include "page/document.h"

/* An interval or a ratio that there is none of leaves its cell empty. */
void contents_time(struct document *document, struct document_cell *cell, const struct summary_case *c);
void contents_interval(struct document *document, struct document_cell *cell, const struct summary_case *c);
void contents_ratio(struct document *document, struct document_cell *cell, double ratio);

/* A column for each yardstick of the runs, and in a row the ratios to them. */
void contents_ratio_columns(struct document *document, const struct runs *runs, struct document_column *columns);
void contents_ratios(struct document *document, const struct runs *runs, const struct run *run,
                     struct document_cell *cells, const struct summary_case *c);

/* "n/a" and why, if the strategy has no case at this value of the sweep; otherwise the cell stays as it is. */
void contents_gap(struct document_cell *cell, const struct run *run, const char *strategy,
                  const struct survey_sweep *sweep, size_t value);

/* The label, with a star if the strategy breaks somewhere in the matrix. */
const char *contents_starred(struct document *document, const struct run *run, const char *strategy, const char *label);

#endif
