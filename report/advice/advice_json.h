/* Advice for programs. */
#ifndef CTXBENCH_ADVICE_JSON_H
#define CTXBENCH_ADVICE_JSON_H

#include "advice/advice.h"

/* False when out of memory, or when writing failed. */
bool advice_print_json(const struct advice *advice, FILE *out);

/* What the page's script computes advice from: the evidence, as one line of JSON. NULL when out of memory; free() it.
 */
char *advice_dump_evidence(const struct evidence *evidence);

#endif
