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

/*
 * Google Benchmark's JSON with a single row for each case, its median: for readers that take every row for a benchmark
 * of its own (github-action-benchmark with `tool: googlecpp`, Bencher's adapter cpp_google).
 */
bool export_gbench_flat(const struct summary *report, FILE *out);

/* Bencher Metric Format, version 0: the measure "latency" in nanoseconds, with the 95 % interval as its bounds. */
bool export_bmf(const struct summary *report, FILE *out);

/* What CodSpeed's integrations leave for its runner, as results/PID.json, of the instrument "walltime". */
bool export_codspeed(const struct summary *report, FILE *out);

/*
 * Comma-separated values (RFC 4180), tidy: a line for each sample, a column for each variable, parameters among them; a
 * field is empty where a value is unknown or does not apply.
 */
bool export_csv(const struct summary *report, FILE *out);

#endif
