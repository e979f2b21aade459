#include "advice/evidence.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/survey_find.h"

/* ---- Costs ---- */

/* The curve of the same work without a context; NULL: none was measured. */
static const struct survey_curve *without_context(const struct run *run, const struct survey_sweep *sweep) {
    const struct yardsticks *yardsticks = &run->report->yardsticks;
    for (size_t i = 0; i < yardsticks->count; i++)
        if (yardsticks->list[i].no_context)
            return survey_curve(sweep, yardsticks->list[i].strategy);
    return NULL;
}

static const struct survey_curve *curve_labelled(const struct survey_sweep *sweep, const char *label) {
    for (size_t i = 0; sweep != NULL && i < sweep->curve_count; i++)
        if (strcmp(sweep->curves[i].label, label) == 0)
            return &sweep->curves[i];
    return NULL;
}

/* To so many digits that a page can hold them all, and computes the same from them. */
static double rounded(double ns) {
    char digits[32];
    (void)snprintf(digits, sizeof digits, "%.*g", EVIDENCE_DIGITS, ns);
    return strtod(digits, NULL);
}

/* Errors of two medians are independent, so that their squares add up. */
struct added_cost evidence_over(const struct summary_case *with, const struct summary_case *without) {
    if (with == NULL || without == NULL)
        return (struct added_cost){.measured = false};
    struct added_cost cost = {
        .measured = true,
        .ns = rounded(with->median_ns - without->median_ns),
        .has_interval = with->low_ns > 0 && without->low_ns > 0,
        .whole_ns = rounded(with->median_ns),
        .whole_low_ns = with->low_ns,
        .whole_high_ns = with->high_ns,
    };
    if (cost.has_interval) {
        cost.minus = rounded(hypot(with->median_ns - with->low_ns, without->high_ns - without->median_ns));
        cost.plus = rounded(hypot(with->high_ns - with->median_ns, without->median_ns - without->low_ns));
    }
    return cost;
}

static struct added_cost cost_at(const struct run *run, const struct survey_sweep *sweep, const char *label,
                                 size_t value) {
    const struct survey_curve *with = curve_labelled(sweep, label);
    const struct survey_curve *without = with != NULL ? without_context(run, sweep) : NULL;
    if (without == NULL)
        return (struct added_cost){.measured = false};
    return evidence_over(with->at[value], without->at[value]);
}

static struct added_cost base_cost(const struct run *run, const struct survey_sweep *sweep, const char *label) {
    return sweep != NULL ? cost_at(run, sweep, label, sweep->base) : (struct added_cost){.measured = false};
}

/* The depth at a value of the sweep: it is the workload's first parameter, whether it was varied or not. */
static double depth_at(const struct survey_sweep *sweep, size_t value) {
    const struct result_case *of = survey_case(sweep, value);
    return of != NULL && of->parameter_count > 0 ? of->parameter[0].value : 0;
}

/* The costs of one strategy by depth. */
static bool fill_curve(struct evidence *evidence, struct arena *arena, const char *label,
                       const struct survey_sweep *sweep, const struct read_cost **curve, size_t *count) {
    if (sweep == NULL)
        return true;
    struct read_cost *reads = arena_take(arena, (sweep->value_count + 1) * sizeof *reads);
    if (reads == NULL)
        return false;
    const struct result_case *of = survey_case(sweep, sweep->base);
    const bool is_varied = of != NULL && of->parameter_count > 0 && strcmp(of->parameter[0].name, sweep->axis) == 0;
    for (size_t v = is_varied ? 0 : sweep->base; v < (is_varied ? sweep->value_count : sweep->base + 1); v++) {
        const struct added_cost cost = cost_at(evidence->run, sweep, label, v);
        if (cost.measured)
            reads[(*count)++] = (struct read_cost){depth_at(sweep, v), cost};
    }
    *curve = reads;
    if (*count > 0 && reads[*count - 1].depth > evidence->depth_max)
        evidence->depth_max = reads[*count - 1].depth;
    return true;
}

static bool fill_reads(struct evidence *evidence, struct arena *arena, struct evidence_strategy *strategy) {
    return fill_curve(evidence, arena, strategy->label, evidence->read, &strategy->reads, &strategy->read_count) &&
           fill_curve(evidence, arena, strategy->label, evidence->line, &strategy->lines, &strategy->line_count);
}

static struct added_cost cost_on_curve(const struct read_cost *curve, size_t count, double depth) {
    for (size_t i = 0; i < count; i++) {
        const struct read_cost *at = &curve[i];
        if (at->depth == depth)
            return at->cost;
        if (i + 1 == count || !(depth > at->depth && depth < at[1].depth))
            continue;
        const double part = (depth - at->depth) / (at[1].depth - at->depth);
        return (struct added_cost){
            .measured = true,
            .ns = at->cost.ns + part * (at[1].cost.ns - at->cost.ns),
            .has_interval = at->cost.has_interval && at[1].cost.has_interval,
            .minus = at->cost.minus + part * (at[1].cost.minus - at->cost.minus),
            .plus = at->cost.plus + part * (at[1].cost.plus - at->cost.plus),
            .whole_ns = at->cost.whole_ns + part * (at[1].cost.whole_ns - at->cost.whole_ns),
            .whole_low_ns = at->cost.whole_low_ns + part * (at[1].cost.whole_low_ns - at->cost.whole_low_ns),
            .whole_high_ns = at->cost.whole_high_ns + part * (at[1].cost.whole_high_ns - at->cost.whole_high_ns),
        };
    }
    return (struct added_cost){.measured = false};
}

struct added_cost evidence_read(const struct evidence_strategy *strategy, double depth) {
    return cost_on_curve(strategy->reads, strategy->read_count, depth);
}

struct added_cost evidence_line(const struct evidence_strategy *strategy, double depth) {
    return strategy->line_count > 0 ? cost_on_curve(strategy->lines, strategy->line_count, depth)
                                    : evidence_read(strategy, depth);
}

/* ---- Proofs ---- */

static struct evidence_answer answer_of(const struct run *run, const char *strategy, const char *scenario) {
    const struct matrix_cell *cell = run_cell(run, scenario, strategy);
    const char *declared = cell == NULL ? presentation_why_failing(run->file, strategy, scenario) : NULL;
    if (declared != NULL)
        return (struct evidence_answer){PROOF_FAILS, scenario, declared};
    if (cell == NULL || cell->outcome == SCENARIO_UNKNOWN)
        return (struct evidence_answer){PROOF_NONE, scenario, ""};
    if (cell->outcome == SCENARIO_HELD)
        return (struct evidence_answer){PROOF_PASSES, NULL, ""};
    return (struct evidence_answer){cell->outcome == SCENARIO_BROKEN ? PROOF_FAILS : PROOF_DOES_NOT_APPLY, scenario,
                                    matrix_reason(cell)};
}

/* A failure says more than a scenario that was not tried, wherever it stands. */
static struct evidence_answer answer_under(const struct run *run, const char *strategy,
                                           const struct condition *condition) {
    struct evidence_answer worst = {condition->scenario_count > 0 ? PROOF_PASSES : PROOF_NONE, NULL, ""};
    for (size_t i = 0; i < condition->scenario_count; i++) {
        const struct evidence_answer one = answer_of(run, strategy, condition->scenarios[i]);
        if (one.proof == PROOF_FAILS || one.proof == PROOF_DOES_NOT_APPLY)
            return one;
        if (one.proof == PROOF_NONE)
            worst = one;
    }
    return worst;
}

static bool fill_answers(const struct evidence *evidence, struct arena *arena, struct evidence_strategy *strategy) {
    struct evidence_answer *answers = arena_take(arena, (evidence->conditions.count + 1) * sizeof *answers);
    if (answers == NULL)
        return false;
    for (size_t i = 0; i < evidence->conditions.count; i++) {
        answers[i] = answer_under(evidence->run, strategy->name, &evidence->conditions.list[i]);
        strategy->passed += answers[i].proof == PROOF_PASSES;
    }
    strategy->answers = answers;
    return true;
}

/* ---- The whole ---- */

/* Those of the matrix, or, where there is none, those that the run itself speaks of. */
static bool fill_conditions(struct evidence *evidence, struct arena *arena) {
    static const struct matrix nothing_tried = {.strategy_count = 0};
    evidence->conditions = evidence->run->conditions;
    return evidence->has_matrix ||
           presentation_conditions(evidence->run->file, &nothing_tried, arena, &evidence->conditions);
}

static bool add_strategy(struct evidence *evidence, struct arena *arena, const struct survey_curve *curve) {
    struct evidence_strategy *strategy = &evidence->strategies[evidence->strategy_count++];
    *strategy = (struct evidence_strategy){.name = curve->strategy, .label = curve->label};
    strategy->scope = base_cost(evidence->run, evidence->scope, curve->label);
    if (evidence->inner_scope != NULL)
        strategy->inner_scope = cost_at(evidence->run, evidence->inner_scope, curve->label, evidence->inner_value);
    if (!strategy->inner_scope.measured)
        strategy->inner_scope = strategy->scope;
    strategy->handoff = base_cost(evidence->run, evidence->handoff, curve->label);
    strategy->task = base_cost(evidence->run, evidence->task, curve->label);
    const struct survey_curve *start = curve_labelled(evidence->start, curve->label);
    if (start != NULL && start->at[evidence->start->base] != NULL)
        strategy->start_ns = rounded(start->at[evidence->start->base]->median_ns);
    return fill_reads(evidence, arena, strategy) && fill_answers(evidence, arena, strategy);
}

/* Each strategy that has any of the costs, in the order of the read's curves. */
static bool add_strategies(struct evidence *evidence, struct arena *arena) {
    const struct survey_sweep *const sweeps[] = {evidence->read, evidence->line, evidence->scope, evidence->handoff,
                                                 evidence->start};
    for (size_t s = 0; s < sizeof sweeps / sizeof *sweeps; s++) {
        for (size_t i = 0; sweeps[s] != NULL && i < sweeps[s]->curve_count; i++) {
            const struct survey_curve *curve = &sweeps[s]->curves[i];
            bool is_known = curve->reference || evidence->strategy_count == SURVEY_CURVES_MAX;
            for (size_t k = 0; k < evidence->strategy_count && !is_known; k++)
                is_known = strcmp(evidence->strategies[k].label, curve->label) == 0;
            if (!is_known && !add_strategy(evidence, arena, curve))
                return false;
        }
    }
    return true;
}

/* Scopes in another, by the parameter of that name. */
static void find_inner_scope(struct evidence *evidence, const struct survey *survey) {
    for (size_t i = 0; i < survey->sweep_count && evidence->scope != NULL; i++) {
        const struct survey_sweep *sweep = &survey->sweeps[i];
        if (strcmp(sweep->workload, evidence->scope->workload) != 0 || strcmp(sweep->axis, "inside") != 0)
            continue;
        for (size_t v = 0; v < sweep->value_count; v++) {
            if (sweep->numeric && sweep->numbers[v] == 1) {
                evidence->inner_scope = sweep;
                evidence->inner_value = v;
            }
        }
    }
}

bool evidence_make(const struct run *run, struct arena *arena, struct evidence *evidence) {
    *evidence = (struct evidence){
        .run = run,
        .has_matrix = run->matrix != NULL,
        .strategies = arena_take(arena, SURVEY_CURVES_MAX * sizeof *evidence->strategies),
        .read = survey_find_role(&run->survey, ROLE_READ),
        .line = survey_find_role(&run->survey, ROLE_LINE),
        .scope = survey_find_role(&run->survey, ROLE_SCOPE),
        .handoff = survey_find_role(&run->survey, ROLE_HANDOFF),
        .task = survey_find_role(&run->survey, ROLE_TASK),
        .start = survey_find_role(&run->survey, ROLE_START),
    };
    find_inner_scope(evidence, &run->survey);
    return evidence->strategies != NULL && fill_conditions(evidence, arena) && add_strategies(evidence, arena);
}

bool evidence_make_alone(const struct summary *report, struct arena *arena, struct evidence *evidence) {
    struct run *run = arena_take(arena, sizeof *run);
    if (run == NULL)
        return false;
    *run = (struct run){.path = "",
                        .label = "",
                        .file = (struct result_file *)(uintptr_t)report->file,
                        .report = (struct summary *)(uintptr_t)report};
    return survey_make(report, arena, &run->survey) && evidence_make(run, arena, evidence);
}
