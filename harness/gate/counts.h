/*
 * Instruction counts: a small file that may be committed, and what changed between two of them. Counts are exact, so a
 * comparison needs no statistics; they are work and not time.
 *
 * The file is JSON: `ctxbench_counts` (its version), `toolchain` (what the counts depend on beside the source: texts by
 * name) and `cases` (by name: either `instructions` an operation, or the `reason` why there is no count).
 */
#ifndef CTXBENCH_COUNTS_H
#define CTXBENCH_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { COUNTS_VERSION = 1, COUNTS_FACTS_MAX = 16, COUNTS_CASES_MAX = 100000 };

struct counts_fact {
    char name[32], value[512];
};

struct counts_case {
    char name[160];
    uint32_t revision; /* of the workload */
    bool counted;
    double instructions; /* per operation; exact to the thousandth */
    char reason[512];    /* where it was not counted */
};

struct counts {
    struct counts_fact toolchain[COUNTS_FACTS_MAX];
    size_t fact_count;
    struct counts_case *cases;
    size_t case_count;
};

void counts_add_fact(struct counts *counts, const char *name, const char *value);

/* False when out of memory. */
bool counts_add_case(struct counts *counts, const struct counts_case *c);

/* Each NULL when there is none of this name. */
const struct counts_fact *counts_find_fact(const struct counts *counts, const char *name);
const struct counts_case *counts_find(const struct counts *counts, const char *name);

/* False, with a message that names the path, if it is no such file. Freed in both cases. */
bool counts_load(struct counts *counts, const char *path, struct error *error);
void counts_free(struct counts *counts);

/* The text of the file, for people to read in a diff: freed by free(). NULL when out of memory. */
char *counts_text(const struct counts *counts);

/* The first part of the tool chain that differs, as `base` has it. NULL: none; then counts compare. */
const struct counts_fact *counts_differing_fact(const struct counts *base, const struct counts *now);

#endif
