/* Placements that are one of all pairs of PUs. */
#ifndef CTXBENCH_PAIRS_H
#define CTXBENCH_PAIRS_H

#include <stdbool.h>

#include "data/result_file.h"

/* Whether the placement is one of all pairs of PUs: "pu0-pu3". */
bool pairs_is_pair(const struct result_case *c, unsigned *a, unsigned *b);

#endif
