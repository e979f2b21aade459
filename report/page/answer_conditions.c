/* Which strategies stay right under conditions, as far as the matrix says. */
#include "page/answer_parts.h"

const struct matrix_cell *answer_first_failing(const struct question *question, const char *strategy, bool *known) {
    const struct condition *condition = question->condition;
    *known = true;
    for (size_t i = 0; i < condition->scenario_count; i++) {
        const struct matrix_cell *cell = run_cell(question->run, condition->scenarios[i], strategy);
        if (cell == NULL || cell->outcome == SCENARIO_UNKNOWN)
            *known = false;
        else if (cell->outcome != SCENARIO_HELD)
            return cell;
    }
    return NULL;
}

bool answer_stays_right(const char *strategy, const void *arg) {
    bool known;
    return answer_first_failing(arg, strategy, &known) == NULL && known;
}

/* Whether the scenario came to an end, good or bad, with any strategy. */
static bool was_scenario_tried(const struct run *run, const char *scenario, const struct survey_sweep *sweep) {
    for (size_t i = 0; i < sweep->curve_count; i++) {
        const struct matrix_cell *cell = run_cell(run, scenario, sweep->curves[i].strategy);
        if (!sweep->curves[i].reference && cell != NULL &&
            (cell->outcome == SCENARIO_HELD || cell->outcome == SCENARIO_BROKEN))
            return true;
    }
    return false;
}

bool answer_was_tried(const struct question *question, const struct survey_sweep *sweep) {
    for (size_t i = 0; i < question->condition->scenario_count; i++)
        if (!was_scenario_tried(question->run, question->condition->scenarios[i], sweep))
            return false;
    return true;
}

const char *answer_why_untried(const struct question *question, const struct survey_sweep *sweep) {
    for (size_t i = 0; i < sweep->curve_count; i++) {
        bool known;
        const struct matrix_cell *failing = answer_first_failing(question, sweep->curves[i].strategy, &known);
        if (!sweep->curves[i].reference && failing != NULL && failing->outcome == SCENARIO_NOT_APPLICABLE)
            return matrix_reason(failing);
    }
    return NULL;
}

bool answer_same_choice(const struct question *a, const struct question *b, const struct survey_sweep *sweep) {
    for (size_t i = 0; i < sweep->curve_count; i++)
        if (!sweep->curves[i].reference &&
            answer_stays_right(sweep->curves[i].strategy, a) != answer_stays_right(sweep->curves[i].strategy, b))
            return false;
    return true;
}
