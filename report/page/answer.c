#include "page/answer.h"

#include <string.h>

#include "data/ranking.h"
#include "data/survey_find.h"
#include "page/prose.h"
#include "text/format.h"

enum { NAMES_SHOWN = 4 };

/* ---- Conditions ---- */

struct question {
    const struct run *run;
    const struct condition *condition;
};

/* The first cell that does not hold. NULL if all do; *known tells whether all were tried. */
static const struct matrix_cell *first_failing(const struct question *question, const char *strategy, bool *known) {
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

static bool stays_right(const char *strategy, const void *arg) {
    bool known;
    return first_failing(arg, strategy, &known) == NULL && known;
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

/* Whether each scenario of the conditions was tried: what is applicable to no strategy here is nobody's fault. */
static bool was_tried(const struct question *question, const struct survey_sweep *sweep) {
    for (size_t i = 0; i < question->condition->scenario_count; i++)
        if (!was_scenario_tried(question->run, question->condition->scenarios[i], sweep))
            return false;
    return true;
}

/* Why conditions that were not tried are applicable to no strategy; NULL if nothing is said of that. */
static const char *why_untried(const struct question *question, const struct survey_sweep *sweep) {
    for (size_t i = 0; i < sweep->curve_count; i++) {
        bool known;
        const struct matrix_cell *failing = first_failing(question, sweep->curves[i].strategy, &known);
        if (!sweep->curves[i].reference && failing != NULL && failing->outcome == SCENARIO_NOT_APPLICABLE)
            return matrix_reason(failing);
    }
    return NULL;
}

/* Whether the same strategies stay right in both. */
static bool same_choice(const struct question *a, const struct question *b, const struct survey_sweep *sweep) {
    for (size_t i = 0; i < sweep->curve_count; i++)
        if (!sweep->curves[i].reference &&
            stays_right(sweep->curves[i].strategy, a) != stays_right(sweep->curves[i].strategy, b))
            return false;
    return true;
}

/* The sweep by which reads are compared; any, where none is there for it. */
static const struct survey_sweep *reading_sweep(const struct survey *survey) {
    const struct survey_sweep *found = survey_find_role(survey, ROLE_READ);
    return found != NULL || survey->sweep_count == 0 ? found : &survey->sweeps[0];
}

/* ---- Pieces of sentences ---- */

static void add_ratio(struct prose *prose, double ratio, const char *separator, const char *to) {
    char cell[FORMAT_CELL_MAX];
    if (ratio <= 0)
        return;
    format_number(ratio, cell);
    prose_add(prose, "%s%s x %s", separator, cell, to);
}

/* "2.79 ns (2.77..2.92), 1.99 x floor, 10.0 x none" */
static void add_cost(struct prose *prose, const struct run *run, const struct summary_case *c) {
    char cell[FORMAT_CELL_MAX];
    format_time(c->median_ns, cell);
    prose_add(prose, "%s", cell);
    if (c->low_ns > 0) {
        format_range(c->low_ns, c->high_ns, c->median_ns, cell);
        prose_add(prose, " (%s)", cell);
    }
    for (size_t i = 0; i < run->report->yardsticks.count; i++)
        if (!run->report->yardsticks.list[i].reads_stack)
            add_ratio(prose, c->ratios[i], ", ", run->report->yardsticks.list[i].label);
}

static void add_median(struct prose *prose, const struct summary_case *c) {
    char cell[FORMAT_CELL_MAX];
    format_time(c->median_ns, cell);
    prose_add(prose, "%s", cell);
}

/* "a, b and 3 more" */
static void add_names(struct prose *prose, const struct summary_case *const *cases, size_t count) {
    const size_t shown = count <= NAMES_SHOWN + 1 ? count : NAMES_SHOWN, parts = shown + (shown < count);
    for (size_t i = 0; i < shown; i++) {
        prose_join(prose, i, parts);
        prose_add_name(prose, cases[i]->of->label);
    }
    if (shown < count)
        prose_add(prose, " and %zu more", count - shown);
}

/* "depth 256", where the axis has a name. */
static void add_value(struct prose *prose, const struct survey_sweep *sweep, size_t value) {
    if (sweep->axis[0] == '\0')
        return;
    if (strcmp(sweep->axis, AXIS_THREADS) == 0)
        prose_add(prose, "%s thread%s", sweep->labels[value], strcmp(sweep->labels[value], "1") == 0 ? "" : "s");
    else
        prose_add(prose, "%s %s", sweep->axis, sweep->labels[value]);
}

/* The fastest, and whoever cannot be told apart from it. */
static void add_fastest(struct prose *prose, const struct run *run, const struct ranking *ranking) {
    const size_t ties = ranking_count_ties(ranking);
    const struct summary_case *best = ranking->cases[0];
    prose_add_name(prose, best->of->label);
    prose_add(prose, ", ");
    add_cost(prose, run, best);
    if (ranking->count == 1)
        return;
    if (best->low_ns <= 0) {
        prose_add(prose, " (a single execution, which tells nothing apart)");
    } else if (ties > 0) {
        const struct summary_case *tied[RANKING_MAX];
        size_t count = 0;
        for (size_t i = 1; i < ranking->count; i++)
            if (!ranking_is_faster(best, ranking->cases[i]))
                tied[count++] = ranking->cases[i];
        prose_add(prose, "; no significant difference to it: ");
        add_names(prose, tied, count);
    } else {
        prose_add(prose, "; next ");
        prose_add_name(prose, ranking->cases[1]->of->label);
        prose_add(prose, ", ");
        add_median(prose, ranking->cases[1]);
    }
}

/* ---- Which strategy ---- */

/* What would be faster, and is wrong. The reason is that of the fastest of them. */
static void add_fast_and_wrong(struct prose *prose, const struct question *question, const struct ranking *all,
                               const struct summary_case *best) {
    const struct summary_case *wrong[RANKING_MAX];
    const struct matrix_cell *cell = NULL;
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++) {
        bool known;
        const struct matrix_cell *failing = first_failing(question, all->cases[i]->of->strategy, &known);
        if (failing == NULL || failing->outcome != SCENARIO_BROKEN || !ranking_is_faster(all->cases[i], best))
            continue;
        cell = cell != NULL ? cell : failing;
        wrong[count++] = all->cases[i];
    }
    if (count == 0)
        return;
    prose_add(prose, " Cheaper, but wrong here: ");
    add_names(prose, wrong, count);
    prose_add(prose, " (%s).", matrix_reason(cell));
}

static void add_not_applicable(struct prose *prose, const struct question *question, const struct ranking *all) {
    const struct summary_case *excluded[RANKING_MAX];
    const struct matrix_cell *cell = NULL;
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++) {
        bool known;
        const struct matrix_cell *failing = first_failing(question, all->cases[i]->of->strategy, &known);
        if (failing == NULL || failing->outcome != SCENARIO_NOT_APPLICABLE)
            continue;
        cell = cell != NULL ? cell : failing;
        excluded[count++] = all->cases[i];
    }
    if (count == 0)
        return;
    prose_add(prose, " Not applicable: ");
    add_names(prose, excluded, count);
    prose_add(prose, " (%s).", matrix_reason(cell));
}

/* The case of the same strategy among these; NULL if it has none. */
static const struct summary_case *same_in(const struct ranking *ranking, const struct summary_case *c) {
    for (size_t i = 0; i < ranking->count; i++)
        if (ranking->cases[i]->of->label == c->of->label)
            return ranking->cases[i];
    return NULL;
}

/* The same question at the far end of the axis, where another strategy may be the fastest. */
static void add_far_end(struct prose *prose, const struct run *run, const struct survey_sweep *sweep,
                        const struct question *question, const struct summary_case *best) {
    const size_t last = sweep->value_count - 1;
    if (last == sweep->base || !sweep->numeric)
        return;
    const struct ranking ranking = ranking_make(sweep, last, question != NULL ? stays_right : NULL, question);
    if (ranking.count == 0)
        return;
    const struct summary_case *there = same_in(&ranking, best);
    prose_add(prose, " At ");
    add_value(prose, sweep, last);
    if (there == NULL || ranking_is_faster(ranking.cases[0], there)) {
        prose_add(prose, ": ");
        add_fastest(prose, run, &ranking);
    } else {
        prose_add(prose, there == ranking.cases[0] ? " it still is: " : " none is seen to be faster: ");
        add_median(prose, there);
    }
    prose_add(prose, ".");
}

/* The titles of this condition and of the later ones that leave the same choice. */
static void add_titles(struct prose *prose, const struct run *run, const struct survey_sweep *sweep, size_t first) {
    const struct question question = {run, &run->conditions.list[first]};
    prose_add(prose, DOCUMENT_STRONG "%s", run->conditions.list[first].title);
    for (size_t i = first + 1; i < run->conditions.count; i++) {
        const struct question later = {run, &run->conditions.list[i]};
        if (was_tried(&later, sweep) && same_choice(&question, &later, sweep))
            prose_add(prose, "; %s", run->conditions.list[i].title);
    }
    prose_add(prose, "." DOCUMENT_STRONG " ");
}

static bool is_told_before(const struct run *run, const struct survey_sweep *sweep, size_t condition) {
    const struct question question = {run, &run->conditions.list[condition]};
    for (size_t i = 0; i < condition; i++) {
        const struct question earlier = {run, &run->conditions.list[i]};
        if (was_tried(&earlier, sweep) && same_choice(&earlier, &question, sweep))
            return true;
    }
    return false;
}

static void add_choice(struct document *document, const struct run *run, const struct survey_sweep *sweep,
                       size_t condition) {
    const struct question question = {run, &run->conditions.list[condition]};
    const struct ranking all = ranking_make(sweep, sweep->base, NULL, NULL);
    const struct ranking right = ranking_make(sweep, sweep->base, stays_right, &question);
    struct prose prose;
    prose_begin(&prose, document);
    add_titles(&prose, run, sweep, condition);
    if (right.count == 0)
        prose_add(&prose, "None of the %zu strategies passes.", all.count);
    else if (right.count < all.count)
        prose_add(&prose, "%zu of %zu strategies pass%s. ", right.count, all.count, right.count == 1 ? "es" : "");
    if (right.count > 0) {
        prose_add(&prose, "The fastest %s%s: ", sweep->operation, right.count < all.count ? " among them" : "");
        add_fastest(&prose, run, &right);
        prose_add(&prose, ".");
        add_far_end(&prose, run, sweep, &question, right.cases[0]);
        add_fast_and_wrong(&prose, &question, &all, right.cases[0]);
    }
    add_not_applicable(&prose, &question, &all);
    prose_end(&prose, DOCUMENT_ITEM);
}

/* What this run can say nothing of, in one item; the reason is that of the first. */
static void add_untried(struct document *document, const struct run *run, const struct survey_sweep *sweep) {
    const char *reason = NULL;
    struct prose prose;
    for (size_t i = 0; i < run->conditions.count; i++) {
        const struct question question = {run, &run->conditions.list[i]};
        const char *why = was_tried(&question, sweep) ? NULL : why_untried(&question, sweep);
        if (why == NULL)
            continue;
        if (reason == NULL)
            prose_begin(&prose, document);
        prose_add(&prose, "%s%s", reason == NULL ? DOCUMENT_STRONG "Not applicable here: " : "; ",
                  run->conditions.list[i].title);
        reason = reason != NULL ? reason : why;
    }
    if (reason == NULL)
        return;
    prose_add(&prose, DOCUMENT_STRONG " (%s).", reason);
    prose_end(&prose, DOCUMENT_ITEM);
}

static void add_choices(struct document *document, const struct run *run, const struct survey_sweep *sweep) {
    for (size_t i = 0; i < run->conditions.count; i++) {
        const struct question question = {run, &run->conditions.list[i]};
        if (was_tried(&question, sweep) && !is_told_before(run, sweep, i))
            add_choice(document, run, sweep, i);
    }
    add_untried(document, run, sweep);
}

struct all_conditions {
    const struct run *run;
    const struct survey_sweep *sweep;
};

static size_t count_conditions(const struct all_conditions *all) {
    size_t count = 0;
    for (size_t i = 0; i < all->run->conditions.count; i++) {
        const struct question question = {all->run, &all->run->conditions.list[i]};
        count += was_tried(&question, all->sweep);
    }
    return count;
}

/* Under every condition that was tried, and broken in no other scenario either. */
static bool is_right_everywhere(const char *strategy, const void *arg) {
    const struct all_conditions *all = arg;
    for (size_t i = 0; i < all->run->conditions.count; i++) {
        const struct question question = {all->run, &all->run->conditions.list[i]};
        if (was_tried(&question, all->sweep) && !stays_right(strategy, &question))
            return false;
    }
    return run_count_broken(all->run, strategy) == 0;
}

static void add_right_everywhere(struct prose *prose, const struct all_conditions *all,
                                 const struct summary_case *fastest) {
    const struct ranking everywhere = ranking_make(all->sweep, all->sweep->base, is_right_everywhere, all);
    const size_t count = count_conditions(all);
    if (count < 2)
        return;
    if (everywhere.count == 0) {
        prose_add(prose, " No strategy passes under all %zu conditions below.", count);
    } else if (everywhere.cases[0]->of->label == fastest->of->label) {
        prose_add(prose, " It passes under all %zu conditions below.", count);
    } else {
        if (everywhere.count == 1)
            prose_add(prose, " Only one passes under all %zu conditions below: ", count);
        else
            prose_add(prose, " Of the %zu that pass under all %zu conditions below, the fastest is ", everywhere.count,
                      count);
        add_fastest(prose, all->run, &everywhere);
        prose_add(prose, ".");
    }
}

/* The two ends of the choice: what costs least where it does, and what costs least among those that are always right.
 */
static void add_summary(struct document *document, const struct run *run, const struct survey_sweep *sweep) {
    const struct question first = {run, &run->conditions.list[0]};
    const struct ranking right = ranking_make(sweep, sweep->base, stays_right, &first);
    const struct all_conditions all = {run, sweep};
    if (right.count == 0)
        return;
    struct prose prose;
    prose_begin(&prose, document);
    prose_add(&prose, "The fastest way to read the context is ");
    add_fastest(&prose, run, &right);
    prose_add(&prose, ".");
    add_right_everywhere(&prose, &all, right.cases[0]);
    prose_end(&prose, DOCUMENT_PARAGRAPH);
}

/* Without a matrix, or with one of other scenarios, a ranking is all that can be given, and says so. */
static void add_ranking_alone(struct document *document, const struct run *run, const struct survey_sweep *sweep) {
    const struct ranking all = ranking_make(sweep, sweep->base, NULL, NULL);
    if (all.count == 0)
        return;
    struct prose prose;
    prose_begin(&prose, document);
    prose_add(&prose, DOCUMENT_STRONG "Fastest %s%s%s%s" DOCUMENT_STRONG ": ", sweep->operation,
              sweep->runtime[0] != '\0' ? " in " : "", sweep->runtime, all.count == 1 ? ", of one strategy" : "");
    add_fastest(&prose, run, &all);
    prose_add(&prose, ".");
    add_far_end(&prose, run, sweep, NULL, all.cases[0]);
    prose_end(&prose, DOCUMENT_ITEM);
    document_add(document, DOCUMENT_WARNING, NULL,
                 "Nothing here says where a strategy gives wrong answers: %s. bench conformance --out=FILE makes one, "
                 "and this report takes it beside the run.",
                 run->matrix == NULL ? "no conformance matrix was given"
                                     : "the conformance matrix that was given leaves out what the choice rests on");
}

static void add_fastest_and_slowest(struct prose *prose, const struct run *run, const struct ranking *all) {
    if (all->count == 0)
        return;
    add_fastest(prose, run, all);
    if (all->count > 2) {
        prose_add(prose, "; slowest ");
        prose_add_name(prose, all->cases[all->count - 1]->of->label);
        prose_add(prose, ", ");
        add_median(prose, all->cases[all->count - 1]);
    }
    prose_add(prose, ".");
}

/* ---- What changes the cost ---- */

/* "a goes from 8.94 ns at depth 0 to 347 ns at depth 256 (38.8 x)" */
static void add_growth(struct prose *prose, const struct survey_sweep *sweep, const struct growth *growth) {
    char cell[FORMAT_CELL_MAX];
    prose_add_name(prose, growth->first->of->label);
    prose_add(prose, " from ");
    add_median(prose, growth->first);
    prose_add(prose, " at %s to ", sweep->labels[growth->first_value]);
    add_median(prose, growth->last);
    prose_add(prose, " at %s", sweep->labels[growth->last_value]);
    format_number(growth->ratio, cell);
    prose_add(prose, " (%s x)", cell);
}

/* The strategies whose cost grows along the axis, slowest at its end first. */
static size_t collect_growing(const struct survey_sweep *sweep, struct growth growing[static RANKING_MAX],
                              size_t *others, double *others_ratio) {
    size_t count = 0;
    *others = 0;
    *others_ratio = 1;
    for (size_t i = 0; i < sweep->curve_count && count < RANKING_MAX; i++) {
        if (sweep->curves[i].reference)
            continue;
        const struct growth growth = ranking_growth(sweep, &sweep->curves[i]);
        if (growth.first == NULL)
            continue;
        if (!growth.grows) {
            ++*others;
            *others_ratio = growth.ratio > *others_ratio ? growth.ratio : *others_ratio;
            continue;
        }
        size_t at = count++;
        for (; at > 0 && growing[at - 1].last->median_ns < growth.last->median_ns; at--)
            growing[at] = growing[at - 1];
        growing[at] = growth;
    }
    return count;
}

/* Adds nothing if no strategy has two values. */
static void add_growing(struct prose *prose, const struct survey_sweep *sweep) {
    struct growth growing[RANKING_MAX];
    size_t others;
    double others_ratio;
    char cell[FORMAT_CELL_MAX];
    const size_t count = collect_growing(sweep, growing, &others, &others_ratio);
    if (count + others == 0)
        return;
    format_number(others_ratio, cell);
    if (count == 0) {
        prose_add(prose, "No strategy is seen to cost half as much again from %s to %s.", sweep->labels[0],
                  sweep->labels[sweep->value_count - 1]);
        return;
    }
    const size_t shown = count <= NAMES_SHOWN + 1 ? count : NAMES_SHOWN;
    prose_add(prose, "%s: ", count == 1 ? "One strategy costs more" : "These cost more");
    for (size_t i = 0; i < shown; i++) {
        prose_add(prose, "%s", i > 0 ? ", " : "");
        add_growth(prose, sweep, &growing[i]);
    }
    if (shown < count)
        prose_add(prose, " and %zu more", count - shown);
    if (others == 1)
        prose_add(prose, "; the other one %s",
                  others_ratio < RANKING_GROWTH ? "does not grow beyond" : "is not seen to");
    else if (others > 1)
        prose_add(prose, "; of the other %zu, %s", others,
                  others_ratio < RANKING_GROWTH ? "none grows beyond" : "none is seen to");
    if (others > 0 && others_ratio < RANKING_GROWTH)
        prose_add(prose, " %s x", cell);
    prose_add(prose, ".");
}

/* Where one of two costs passes the other, told for each strategy that this happens to. Returns how many there are. */
static size_t add_crossings(struct prose *prose, const struct survey_sweep *sweep, const struct survey_curve *argument,
                            bool argument_first, const char *beginning) {
    size_t count = 0;
    for (size_t i = 0; i < sweep->curve_count; i++) {
        const struct survey_curve *other = &sweep->curves[i];
        const struct crossing crossing =
            argument_first ? ranking_crossing(sweep, argument, other) : ranking_crossing(sweep, other, argument);
        if (other->reference || other == argument || !crossing.found)
            continue;
        prose_add(prose, "%s", count++ == 0 ? beginning : ", than ");
        prose_add_name(prose, other->label);
        prose_add(prose, " between %s and %s", sweep->labels[crossing.before], sweep->labels[crossing.after]);
    }
    prose_add(prose, "%s", count > 0 ? "." : "");
    return count;
}

static const struct survey_curve *find_argument(const struct survey_sweep *sweep) {
    for (size_t i = 0; i < sweep->curve_count; i++)
        if (sweep->curves[i].takes_argument)
            return &sweep->curves[i];
    return NULL;
}

/* Where the argument, handed through every call, stops being faster than other ways, or begins to be. */
static void add_crossings_of_argument(struct prose *prose, const struct survey_sweep *sweep) {
    const struct survey_curve *argument = find_argument(sweep);
    if (argument == NULL || !sweep->numeric)
        return;
    const size_t count = add_crossings(prose, sweep, argument, true, " An argument stops being faster than ") +
                         add_crossings(prose, sweep, argument, false, " An argument begins to be faster than ");
    if (count == 0)
        prose_add(prose, " Between an argument and the others the order is not seen to change.");
}

/* The workload that shows best what an axis does: the first that is about it, or else the first that varies it. */
static bool shows_axis_best(const struct survey *survey, const struct survey_sweep *sweep) {
    const struct survey_sweep *best = NULL;
    for (size_t i = 0; i < survey->sweep_count; i++) {
        const struct survey_sweep *other = &survey->sweeps[i];
        if (other->primary && strcmp(other->axis, sweep->axis) == 0 &&
            (best == NULL || (other->presented.shows_axis_best && !best->presented.shows_axis_best)))
            best = other;
    }
    return best == sweep;
}

/* Whether any strategy has two values along the axis. */
static bool shows_growth(const struct survey_sweep *sweep) {
    for (size_t i = 0; i < sweep->curve_count; i++)
        if (!sweep->curves[i].reference && ranking_growth(sweep, &sweep->curves[i]).first != NULL)
            return true;
    return false;
}

/* Does the answer tell what this axis changes? The best sweep of each axis stands for all. */
static bool is_told(const struct survey *survey, const struct survey_sweep *sweep) {
    return sweep->primary && sweep->axis[0] != '\0' && shows_axis_best(survey, sweep) && shows_growth(sweep);
}

/* Stores are no amounts: nothing grows along them. */
static bool is_of_stores(const struct survey_sweep *sweep) {
    return strcmp(sweep->axis, AXIS_STORE) == 0;
}

static bool changes_nothing(const struct survey_sweep *sweep) {
    struct growth growing[RANKING_MAX];
    size_t others;
    double others_ratio;
    return sweep->presented.role != ROLE_WHOLE && !is_of_stores(sweep) &&
           collect_growing(sweep, growing, &others, &others_ratio) == 0;
}

/* Every strategy with every store. */
static void add_stores(struct prose *prose, const struct run *run, const struct survey_sweep *sweep) {
    const struct ranking all = ranking_of_all_values(sweep);
    prose_add(prose, "The fastest of all stores: ");
    add_fastest_and_slowest(prose, run, &all);
}

static void add_axis(struct document *document, const struct run *run, const struct survey_sweep *sweep) {
    struct prose prose;
    prose_begin(&prose, document);
    prose_add(&prose, DOCUMENT_STRONG "%s" DOCUMENT_STRONG ", of %s: ", sweep->axis, sweep->workload);
    if (is_of_stores(sweep))
        add_stores(&prose, run, sweep);
    else
        add_growing(&prose, sweep);
    if (sweep->presented.role == ROLE_WHOLE)
        add_crossings_of_argument(&prose, sweep);
    prose_end(&prose, DOCUMENT_ITEM);
}

/* All that changes nothing in one item: each in one of its own would bury what does. */
static void add_axes_without_growth(struct document *document, const struct survey *survey) {
    struct prose prose;
    bool begun = false;
    for (size_t i = 0; i < survey->sweep_count; i++) {
        const struct survey_sweep *sweep = &survey->sweeps[i];
        if (!is_told(survey, sweep) || !changes_nothing(sweep))
            continue;
        if (!begun) {
            prose_begin(&prose, document);
            prose_add(&prose,
                      DOCUMENT_STRONG "Not" DOCUMENT_STRONG " seen to make any strategy cost half as much again: ");
        }
        prose_add(&prose, "%s%s of %s, from %s to %s", begun ? "; " : "", sweep->axis, sweep->workload,
                  sweep->labels[0], sweep->labels[sweep->value_count - 1]);
        begun = true;
    }
    if (!begun)
        return;
    prose_add(&prose, ".");
    prose_end(&prose, DOCUMENT_ITEM);
}

static void add_axes(struct document *document, const struct run *run) {
    const struct survey *survey = &run->survey;
    bool begun = false;
    for (size_t i = 0; i < survey->sweep_count; i++) {
        if (!is_told(survey, &survey->sweeps[i]))
            continue;
        if (!begun)
            document_add(document, DOCUMENT_SUBSECTION, NULL, "What changes the cost");
        begun = true;
        if (!changes_nothing(&survey->sweeps[i]))
            add_axis(document, run, &survey->sweeps[i]);
    }
    add_axes_without_growth(document, survey);
}

/* ---- What else is paid ---- */

static bool is_first_of_workload(const struct survey *survey, const struct survey_sweep *sweep) {
    return sweep->primary && survey_find(survey, sweep->workload, NULL) == sweep;
}

static void add_other_costs(struct document *document, const struct run *run, const struct survey_sweep *reading) {
    const struct survey *survey = &run->survey;
    bool begun = false;
    for (size_t i = 0; i < survey->sweep_count; i++) {
        const struct survey_sweep *sweep = &survey->sweeps[i];
        if (!is_first_of_workload(survey, sweep) || strcmp(sweep->workload, reading->workload) == 0)
            continue;
        if (!begun)
            document_add(document, DOCUMENT_SUBSECTION, NULL, "What else is paid");
        begun = true;
        struct prose prose;
        prose_begin(&prose, document);
        prose_add(&prose, DOCUMENT_STRONG "%s" DOCUMENT_STRONG ", per %s: ", sweep->workload, sweep->operation);
        const struct ranking all = ranking_make(sweep, sweep->base, NULL, NULL);
        add_fastest_and_slowest(&prose, run, &all);
        prose_end(&prose, DOCUMENT_ITEM);
    }
}

/* Whether the matrix says which strategies do what all code needs. */
static bool has_tried_first(const struct run *run, const struct survey_sweep *sweep) {
    return run->conditions.count > 0 && was_tried(&(struct question){run, &run->conditions.list[0]}, sweep);
}

void answer_add(struct document *document, const struct run *run) {
    const struct survey_sweep *sweep = reading_sweep(&run->survey);
    if (sweep == NULL) {
        document_add(document, DOCUMENT_PARAGRAPH, NULL,
                     "No execution gave a time, so there is no answer: see the failures below.");
        return;
    }
    if (has_tried_first(run, sweep))
        add_summary(document, run, sweep);
    document_add(document, DOCUMENT_SUBSECTION, NULL, "Which strategy");
    if (run->matrix != NULL && count_conditions(&(struct all_conditions){run, sweep}) > 0)
        add_choices(document, run, sweep);
    else
        add_ranking_alone(document, run, sweep);
    add_axes(document, run);
    add_other_costs(document, run, sweep);
}

void answer_add_on_sweep(struct document *document, const struct run *run, const struct survey_sweep *sweep) {
    struct prose prose;
    prose_begin(&prose, document);
    if (is_first_of_workload(&run->survey, sweep)) {
        prose_add(&prose, "Fastest per %s", sweep->operation);
        if (sweep->axis[0] != '\0') {
            prose_add(&prose, ", at ");
            add_value(&prose, sweep, sweep->base);
        }
        const struct ranking all = ranking_make(sweep, sweep->base, NULL, NULL);
        prose_add(&prose, ": ");
        add_fastest_and_slowest(&prose, run, &all);
        prose_add(&prose, " ");
    }
    if (is_of_stores(sweep))
        add_stores(&prose, run, sweep);
    else if (sweep->axis[0] != '\0')
        add_growing(&prose, sweep);
    if (sweep->presented.role == ROLE_WHOLE)
        add_crossings_of_argument(&prose, sweep);
    prose_end(&prose, DOCUMENT_PARAGRAPH);
}
