/*
 * The result file: a superset of Google Benchmark's JSON, described by results/schema.json. Made from the journal when
 * a run ends (also early), written beside its final place and put there by rename, so that it is whole or absent.
 */
#ifndef CTXBENCH_RESULTS_H
#define CTXBENCH_RESULTS_H

#include "environment.h"
#include "execution.h"
#include "options.h"
#include "plan.h"

#define RESULTS_SCHEMA_VERSION 1

/* One execution that took place: what the journal holds. `answer` is owned. */
struct results_entry {
    uint32_t case_index, execution;
    struct execution_answer answer;
};

struct results {
    const struct options *options;
    const struct plan *plan;
    const struct topology_facts *facts;
    const struct environment *environment;
    int argc;
    char **argv;
    bool interrupted;
    const struct results_entry *entries; /* those there are; a planned step without one is simply absent */
    size_t entry_count;
};

/*
 * Writes the result file to `path` ("-": standard output) atomically. An existing file is replaced only with `force`.
 * False with *error set (unwritable, full, exists): then nothing is left behind.
 */
bool results_write(const struct results *results, const char *path, bool force, struct error *error);

/* The default name: results/<host>-<date>-<time>.json, or in the current directory when there is no results/. */
void results_default_path(const struct environment *environment, char *path, size_t size);

#endif
