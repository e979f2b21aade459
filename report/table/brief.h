/* What is asked first of a run: what each strategy's reads, scopes, threads and hand-offs cost, and what it fails. */
#ifndef CTXBENCH_BRIEF_H
#define CTXBENCH_BRIEF_H

#include "data/summary.h"
#include "text/style.h"

/* Of one strategy, in a few lines; nothing, where the run has none of these costs. */
void brief_print_answer(const struct summary *report, const char *label, FILE *out, struct table_style style);

/*
 * A row for each strategy, and below how many cases there are. False with nothing printed, where the run has none of
 * these costs.
 */
bool brief_print_strategies(const struct summary *report, size_t case_count, FILE *out, struct table_style style);

#endif
