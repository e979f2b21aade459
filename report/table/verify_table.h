/* Whether advice is right, for a terminal. */
#ifndef CTXBENCH_VERIFY_TABLE_H
#define CTXBENCH_VERIFY_TABLE_H

#include "advice/verify.h"
#include "text/style.h"

/* False when out of memory. */
bool verify_table_print(const struct verification *verification, FILE *out, struct table_style style);

#endif
