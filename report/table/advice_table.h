/* Advice on a terminal: the sentence first, then the strategies, best first. */
#ifndef CTXBENCH_ADVICE_TABLE_H
#define CTXBENCH_ADVICE_TABLE_H

#include "advice/advice.h"
#include "text/style.h"

/* False when out of memory. */
bool advice_table_print(const struct advice *advice, FILE *out, struct table_style style);

#endif
