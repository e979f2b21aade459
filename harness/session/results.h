/*
 * The result file: a superset of Google Benchmark's JSON, described by results/schema.json. Made from the journal when
 * a run ends (also early), written beside its final place and put there by rename, so that it is whole or absent.
 *
 * Executions are read one at a time and written one at a time: memory does not grow with the length of a run.
 */
#ifndef CTXBENCH_RESULTS_H
#define CTXBENCH_RESULTS_H

#include "machine/environment.h"
#include "plan/options.h"
#include "plan/plan.h"
#include "protocol/execution.h"

#define RESULTS_SCHEMA_VERSION 1

/* One execution that took place, or the calibration of a case that failed in it and therefore has no executions. */
struct results_entry {
    uint32_t case_index, execution;
    bool calibration; /* then the outcome is never EXECUTION_OK, and `execution` means nothing */
    double seconds;   /* that it took, its process included; 0 if unknown */
    struct execution_answer answer;
};

/* How a run went beside what was planned: where it has a budget, it may have fewer executions than were wanted. */
struct results_course {
    double estimated_seconds, taken_seconds; /* 0 if unknown */
};

enum results_next { RESULTS_ENTRY, RESULTS_END, RESULTS_BROKEN };

/*
 * Where the executions come from: the journal, or an array in a test. Each planned step occurs at most once, in any
 * order; one that did not take place is simply absent. Writing a file goes through them more than once.
 */
struct results_source {
    /* Back to before the first entry. False with *error set. */
    bool (*rewind)(void *cursor, struct error *error);
    /* RESULTS_ENTRY with *entry (owned by the source, valid until the next call), or RESULTS_BROKEN with *error set. */
    enum results_next (*next)(void *cursor, const struct results_entry **entry, struct error *error);
    void *cursor;
};

struct matrix;
struct result_builder;
struct trial;

struct results {
    const struct options *options;
    const struct plan *plan;
    const struct topology_facts *facts;
    const struct environment *environment;
    int argc;
    char **argv;
    bool interrupted;
    struct results_course course;
    const struct matrix *conformance;             /* NULL: none was made */
    const struct ctx_strategy *const *strategies; /* of the matrix: the file tells of them, as of those of the plan */
    size_t strategy_count;
    const struct trial *trial; /* of the plan's plug-ins; NULL: none */
    struct results_source source;
    struct result_builder *builder; /* is given all that is written; NULL: none */
};

/*
 * Writes the result file to `path` ("-": standard output) atomically. An existing file is replaced only with `force`;
 * a device or a pipe is written to as it stands. False with *error set (unwritable, full, exists): then nothing is left
 * behind.
 */
bool results_write(const struct results *results, const char *path, bool force, struct error *error);

/* Tells before the work begins what results_write would refuse afterwards. False with *error set. */
bool results_check_path(const char *path, bool force, struct error *error);

/*
 * The default name: results/<host>-<date>-<time>.json, or in the current directory when there is no results/. From the
 * second on, the number stands before the ending: runs may begin in the same second.
 */
void results_default_path(const struct environment *environment, unsigned number, char *path, size_t size);

#endif
