/*
 * A result file as it was read: its cases with the samples of each execution, what surrounded them, what failed. Every
 * reader (table, comparison, export, report) starts from this.
 *
 * A file is not to be trusted: it may be cut short, edited by hand or made to do harm. What is loaded holds positive,
 * finite times only, no control character in any text, and no more than RESULT_FILE_BYTES_MAX in memory; a file that
 * cannot be loaded so is refused with a message, and a row that cannot be used is counted and left out.
 */
#ifndef CTXBENCH_RESULT_FILE_H
#define CTXBENCH_RESULT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/names.h"
#include "base/quantities.h"
#include "statistics/quantile.h"

/*
 * The newest version of the result file that is understood: context.ctxbench.schema_version. A file of one machine has
 * version 1, one of several has version 2.
 */
enum { RESULT_FILE_SCHEMA_VERSION = 2 };

/* Some hundred hours of measuring fit into this. */
#define RESULT_FILE_BYTES_MAX ((size_t)512 << 20)

enum { RESULT_PARAMETERS_MAX = 8, RESULT_PUS_MAX = 8192 };

/* Times outside these bounds are no measurements of one operation; within them, no ratio overflows. */
#define RESULT_NS_MIN 1e-12
#define RESULT_NS_MAX 1e18

/* One fresh process that measured one case. */
struct result_execution {
    size_t row; /* where it stands in the file: executions took place in this order, those of all cases mixed */
    uint64_t iterations;                      /* operations of each thread in each sample; 0: unknown */
    size_t sample_count;                      /* at least 1 */
    double median_ns;                         /* of its samples */
    const double *samples[SAMPLE_QUANTITIES]; /* of each quantity one for each sample; NULL: the file has none */
    double quantities[EXECUTION_QUANTITIES];  /* NAN: unknown */
    const struct quantile_point *times; /* of single operations, in picoseconds, and how many took as long; or NULL */
    size_t time_count;
    double clock_ns; /* which is in each of these times */
};

struct result_parameter {
    const char *name;
    double value;
};

/* One case. All its executions share what stands here; a row that claims otherwise is left out. */
struct result_case {
    const char *name;            /* "stacktag/get/depth:16/...": unique in a file, the same in every file */
    const char *comparison_name; /* what cases of several strategies share when they compare */
    const char *strategy, *store, *workload, *form, *placement;
    const char *label;      /* the strategy, with its store if that is not the chain */
    const char *operation;  /* what one iteration is: "read" */
    const char *linkage;    /* "program"; empty if unknown */
    const char *runtime;    /* of a peer: "Go"; empty: measured by a worker of ctxbench's own */
    const char *parameters; /* as people read them: "depth 16, up 1"; may be empty */
    struct result_parameter parameter[RESULT_PARAMETERS_MAX]; /* the same, in the workload's order */
    size_t parameter_count;
    unsigned workload_revision, threads;
    const unsigned *pus; /* where the threads were bound, in the first execution */
    size_t pu_count;
    bool reference; /* a yardstick, and no way to propagate a context */
    bool reads_stack;
    const struct result_execution *executions; /* in the order in which they took place */
    size_t execution_count;                    /* at least 1 */
};

/* What went wrong, and how often: equal failures of one case are told once. */
struct result_failure {
    const char *case_name, *outcome, *reason;
    bool calibration;
    size_t count;
};

struct json_t; /* jansson's */

struct result_file {
    struct result_case
        *cases; /* by runtime, workload, form, threads, placement, parameters and strategy; references last */
    size_t case_count;
    struct result_execution *executions; /* of all cases */
    size_t execution_count;
    struct result_failure *failures;
    size_t failure_count;
    const char **warnings;
    size_t warning_count;
    struct json_t *context; /* the file's "context", its texts free of control characters */
    bool interrupted;
    size_t planned, done; /* executions; 0 if unknown */
    size_t unusable_rows; /* left out: no name, no object of ours, no positive time, or at odds with their case */
    struct names names;   /* the strings above */
};

/* Reads a result file. NULL with *error set if it is none. */
struct result_file *result_file_load(const char *path, struct error *error);

/* The same of a file that may hold several machines: the one of this name or fingerprint. NULL: there must be only one.
 */
struct result_file *result_file_load_machine(const char *path, const char *machine, struct error *error);
void result_file_free(struct result_file *file);

/* Leaves host names, paths and command lines out of what was read, before anything refers to it: texts that change
 * move. False when out of memory. */
bool result_file_anonymise(struct result_file *file);

/* NULL if there is none of this name. */
const struct result_case *result_file_case(const struct result_file *file, const char *name);

/* The first failure of a case of this name; NULL if it has none. */
const struct result_failure *result_file_failure(const struct result_file *file, const char *name);

/* A copy whose texts, keys included, have no control characters. NULL when out of memory. */
struct json_t *result_file_printable(const struct json_t *value);

/*
 * A text of the context, or "" if it is not there: `group` is one of the objects in context.ctxbench ("machine",
 * "build", "settings", ...), "ctxbench" for that object itself, or NULL for the context. Valid while the file is.
 */
const char *result_file_fact(const struct result_file *file, const char *group, const char *key);

#endif
