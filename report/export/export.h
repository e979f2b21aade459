/*
 * A result file in the formats of other programs. Each writes a whole file, value by value, and returns false when out
 * of memory or when writing failed; no number is ever NaN or infinite. What the readers want was taken from their
 * sources; tests/cli/export.sh states it.
 */
#ifndef CTXBENCH_EXPORT_H
#define CTXBENCH_EXPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "data/summary.h"

/* Each is a file export_NAME.c that defines export_NAME, found by the build. */
struct export_format {
    const char *name; /* as people choose it */
    bool (*write)(const struct summary *summary, FILE *out);
};

/* By name; ends with NULL. Made by the build. */
extern const struct export_format *const export_formats[];

#endif
