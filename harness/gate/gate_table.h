/* How the gate tells what it found in time: on a terminal, for a comment on a change, for programs. */
#ifndef CTXBENCH_GATE_TABLE_H
#define CTXBENCH_GATE_TABLE_H

#include <stdio.h>

#include "statistics/verdict.h"
#include "text/style.h"

/* One case. Without executions on both sides there is no verdict, and the remark says why. */
struct gate_row {
    const char *name;
    const struct verdict_case *verdict;
    const char *remark; /* "": nothing is to be remarked */
};

struct gate_table {
    const char *base; /* what it was compared with */
    const struct gate_row *rows;
    size_t row_count;
    double threshold, seconds, budget_seconds;
    unsigned long long seed;
    size_t executions;
    const char *const *notes; /* sentences: what one side has alone, what may explain a figure */
    size_t note_count;
};

void gate_print(const struct gate_table *table, FILE *out, struct table_style style);
void gate_print_markdown(const struct gate_table *table, FILE *out);

/* One object. False when out of memory or when writing failed. */
bool gate_print_json(const struct gate_table *table, FILE *out);

#endif
