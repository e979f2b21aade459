/*
 * The result files of one report: which of them are runs, which only hold a conformance matrix, and what tells runs
 * apart.
 */
#ifndef CTXBENCH_RUNS_H
#define CTXBENCH_RUNS_H

#include "base/arena.h"
#include "base/error.h"
#include "data/gaps.h"
#include "data/matrix.h"
#include "data/summary.h"
#include "data/survey.h"

struct run {
    const char *path;  /* as it may be shown */
    const char *label; /* the label tells it from the others: "A: gcc 12.2.0" */
    struct result_file *file;
    struct summary *report;
    struct survey survey;
    struct gaps gaps;
    const struct matrix *matrix; /* its own, or that of a file of the same machine; NULL: nothing is known */
    const struct run *matrix_from;
    struct conditions conditions; /* that the matrix can decide */
    bool matrix_of_another_machine;
};

struct runs {
    struct run *files; /* those with rows first, each in the order in which they were given */
    size_t file_count;
    size_t run_count;             /* how many have rows */
    struct yardsticks yardsticks; /* of all of them */
    struct arena arena;
};

/*
 * Of files of several machines the one named `machine`; without names, paths and command lines where it is to be
 * anonymous. False with *error set. runs_free in both cases.
 */
bool runs_load(struct runs *runs, char *const *paths, size_t path_count, const char *machine, bool anonymous,
               struct error *error);
void runs_free(struct runs *runs);

/* Whether all runs took place on one machine, so that their times may be compared. */
bool runs_share_machine(const struct runs *runs);

/* The ratio of a case to one of the yardsticks of all runs; 0: none. */
double run_ratio(const struct run *run, const struct summary_case *c, const struct yardstick *yardstick);

/* The cell of a scenario with a strategy; NULL where it was not tried. */
const struct matrix_cell *run_cell(const struct run *run, const char *scenario, const char *strategy);

/* How many scenarios a strategy breaks. */
size_t run_count_broken(const struct run *run, const char *strategy);

#endif
