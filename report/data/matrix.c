#include "data/matrix.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = MATRIX_TEXT_MAX };

const struct matrix_cell *matrix_cell(const struct matrix *matrix, size_t scenario, size_t strategy) {
    return &matrix->cells[scenario * matrix->strategy_count + strategy];
}

size_t matrix_count(const struct matrix *matrix, enum scenario_outcome outcome) {
    size_t count = 0;
    for (size_t i = 0; i < matrix->scenario_count * matrix->strategy_count; i++)
        count += matrix->cells[i].outcome == outcome;
    return count;
}

size_t matrix_count_surprises(const struct matrix *matrix) {
    size_t count = 0;
    for (size_t i = 0; i < matrix->scenario_count * matrix->strategy_count; i++)
        count += !matrix->cells[i].as_expected;
    return count;
}

const char *matrix_reason(const struct matrix_cell *cell) {
    return cell->reason[0] != '\0' && cell->outcome == cell->expected ? cell->reason : cell->found;
}

static bool shares_reason(const struct matrix_cell *a, const struct matrix_cell *b) {
    return a->as_expected && b->as_expected && a->outcome == b->outcome &&
           strcmp(matrix_reason(a), matrix_reason(b)) == 0;
}

/* Whether two scenarios have this cell's reason in the same columns. */
static bool same_columns(const struct matrix *matrix, size_t a, size_t b, const struct matrix_cell *cell) {
    for (size_t i = 0; i < matrix->strategy_count; i++)
        if (shares_reason(matrix_cell(matrix, a, i), cell) != shares_reason(matrix_cell(matrix, b, i), cell))
            return false;
    return true;
}

/* Whether a cell further up, or further left, tells this one's reason too. */
static bool is_told(const struct matrix *matrix, size_t scenario, size_t strategy) {
    const struct matrix_cell *cell = matrix_cell(matrix, scenario, strategy);
    for (size_t i = 0; i < strategy; i++)
        if (shares_reason(matrix_cell(matrix, scenario, i), cell))
            return true;
    for (size_t i = 0; i < scenario; i++)
        if (same_columns(matrix, i, scenario, cell))
            return true;
    return false;
}

static void append(char text[static TEXT_MAX], const char *separator, const char *more) {
    const size_t used = strlen(text);
    (void)snprintf(text + used, TEXT_MAX - used, "%s%s", used > 0 ? separator : "", more);
}

/* "longjmp, fork (tls, threadid): why" */
static void visit_reason(const struct matrix *matrix, size_t scenario, size_t strategy, matrix_visitor *visit,
                         void *arg) {
    const struct matrix_cell *cell = matrix_cell(matrix, scenario, strategy);
    char scenarios[TEXT_MAX] = "", strategies[TEXT_MAX] = "", text[TEXT_MAX * 3];
    size_t count = 0;
    for (size_t i = 0; i < matrix->scenario_count; i++) {
        if (!same_columns(matrix, scenario, i, cell))
            continue;
        append(scenarios, ", ", matrix->scenarios[i].name);
        count++;
    }
    for (size_t i = 0; i < matrix->strategy_count; i++)
        if (shares_reason(matrix_cell(matrix, scenario, i), cell))
            append(strategies, ", ", matrix->strategies[i]);
    (void)snprintf(text, sizeof text, "%s (%s): %s",
                   count > 1 && count == matrix->scenario_count ? "everything" : scenarios, strategies,
                   matrix_reason(cell));
    visit(&(struct matrix_remark){text, scenario, strategy}, arg);
}

void matrix_visit_reasons(const struct matrix *matrix, enum scenario_outcome outcome, matrix_visitor *visit,
                          void *arg) {
    for (size_t scenario = 0; scenario < matrix->scenario_count; scenario++) {
        for (size_t strategy = 0; strategy < matrix->strategy_count; strategy++) {
            const struct matrix_cell *cell = matrix_cell(matrix, scenario, strategy);
            if (cell->outcome == outcome && cell->as_expected && !is_told(matrix, scenario, strategy))
                visit_reason(matrix, scenario, strategy, visit, arg);
        }
    }
}

/* "fork with tls: fail: in a forked process: found ..., wanted ...; expected pass" */
static void visit_surprise(const struct matrix *matrix, size_t scenario, size_t strategy, matrix_visitor *visit,
                           void *arg) {
    const struct matrix_cell *cell = matrix_cell(matrix, scenario, strategy);
    char expected[TEXT_MAX] = "nothing says what to expect", text[TEXT_MAX * 2];
    if (cell->expected != SCENARIO_UNKNOWN)
        (void)snprintf(expected, sizeof expected, "expected %s%s%s", scenario_outcome_words(cell->expected),
                       cell->reason[0] != '\0' ? ", since " : "", cell->reason);
    (void)snprintf(text, sizeof text, "%s with %s: %s%s%s; %s", matrix->scenarios[scenario].name,
                   matrix->strategies[strategy], scenario_outcome_words(cell->outcome),
                   cell->found[0] != '\0' ? ": " : "", cell->found, expected);
    visit(&(struct matrix_remark){text, scenario, strategy}, arg);
}

void matrix_visit_surprises(const struct matrix *matrix, matrix_visitor *visit, void *arg) {
    for (size_t scenario = 0; scenario < matrix->scenario_count; scenario++)
        for (size_t strategy = 0; strategy < matrix->strategy_count; strategy++)
            if (!matrix_cell(matrix, scenario, strategy)->as_expected)
                visit_surprise(matrix, scenario, strategy, visit, arg);
}

bool matrix_concerns(const struct matrix *matrix, const struct matrix_remark *remark, size_t scenario,
                     size_t strategy) {
    const struct matrix_cell *cell = matrix_cell(matrix, scenario, strategy);
    if (!cell->as_expected)
        return remark->scenario == scenario && remark->strategy == strategy;
    return shares_reason(cell, matrix_cell(matrix, remark->scenario, remark->strategy)) &&
           same_columns(matrix, scenario, remark->scenario, cell);
}

void matrix_write_summary(const struct matrix *matrix, char text[static MATRIX_TEXT_MAX]) {
    const size_t surprises = matrix_count_surprises(matrix);
    char verdict[64] = "every cell is as expected";
    if (surprises > 0)
        (void)snprintf(verdict, sizeof verdict, "%zu %s not as expected", surprises,
                       surprises == 1 ? "cell is" : "cells are");
    (void)snprintf(text, TEXT_MAX, "%zu pass, %zu fail, %zu not applicable: %s.", matrix_count(matrix, SCENARIO_HELD),
                   matrix_count(matrix, SCENARIO_BROKEN), matrix_count(matrix, SCENARIO_NOT_APPLICABLE), verdict);
}
