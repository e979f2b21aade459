/*
 * The conformance matrix: what came of each scenario with each strategy, beside what was expected. Strings are
 * the caller's.
 */
#ifndef CTXBENCH_MATRIX_H
#define CTXBENCH_MATRIX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"

struct matrix_cell {
    enum scenario_outcome outcome, expected;
    const char *found;  /* what broke it, or why it does not apply here; empty when it held */
    const char *reason; /* why that is expected; empty when it is expected to hold */
    bool as_expected;
    double seconds; /* what it took, its process included; 0 if unknown */
};

struct matrix_scenario {
    const char *name, *summary;
    const char *story; /* where programs met it, for people to look up; empty if nobody tells */
};

struct matrix {
    const char *const *strategies;
    size_t strategy_count;
    const struct matrix_scenario *scenarios;
    size_t scenario_count;
    const struct matrix_cell *cells; /* by scenario, then strategy */
    const char *const *outside;      /* by strategy: what is seen of its context from outside; NULL: nobody says */
};

/* What rows and columns of it are called. */
#define MATRIX_OUTSIDE "seen from outside"

const struct matrix_cell *matrix_cell(const struct matrix *matrix, size_t scenario, size_t strategy);

size_t matrix_count(const struct matrix *matrix, enum scenario_outcome outcome);

/* How many cells are not as expected. */
size_t matrix_count_surprises(const struct matrix *matrix);

/* Why a cell is as it is: what is expected of its kind, if that came true, or else what was found in it. */
const char *matrix_reason(const struct matrix_cell *cell);

/* What is said of some cells; the first of them. */
struct matrix_remark {
    const char *text; /* while it is visited */
    size_t scenario, strategy;
};

typedef void matrix_visitor(const struct matrix_remark *remark, void *arg);

/* Visits the reasons of expected cells with this outcome, each once: "longjmp, fork (tls, threadid): why". */
void matrix_visit_reasons(const struct matrix *matrix, enum scenario_outcome outcome, matrix_visitor *visit, void *arg);

/* Visits what is not as expected, cell by cell: "fork with tls: fail: found ..., wanted ...; expected pass". */
void matrix_visit_surprises(const struct matrix *matrix, matrix_visitor *visit, void *arg);

/* Whether a remark of either kind is about this cell. */
bool matrix_concerns(const struct matrix *matrix, const struct matrix_remark *remark, size_t scenario, size_t strategy);

enum { MATRIX_TEXT_MAX = 2048 };

/* "534 pass, 57 fail, 21 not applicable: every cell is as expected." */
void matrix_write_summary(const struct matrix *matrix, char text[static MATRIX_TEXT_MAX]);

#endif
