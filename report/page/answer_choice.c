/* Which strategy: under each condition the fastest that stays right. */
#include <string.h>

#include "page/answer_parts.h"

/* Those that do not hold, and come to this outcome; of them those faster than `best`, if it is given: "a, b (why)". The
 * reason is that of the fastest of them. */
static void add_excluded(struct prose *prose, const struct question *question, const struct ranking *all,
                         enum scenario_outcome outcome, const struct summary_case *best, const char *beginning) {
    const struct summary_case *excluded[RANKING_MAX];
    const struct matrix_cell *cell = NULL;
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++) {
        bool known;
        const struct matrix_cell *failing = answer_first_failing(question, all->cases[i]->of->strategy, &known);
        if (failing == NULL || failing->outcome != outcome || (best != NULL && !ranking_is_faster(all->cases[i], best)))
            continue;
        cell = cell != NULL ? cell : failing;
        excluded[count++] = all->cases[i];
    }
    if (count == 0)
        return;
    prose_add(prose, "%s", beginning);
    answer_add_names(prose, excluded, count);
    prose_add(prose, " (%s).", matrix_reason(cell));
}

/* What would be faster than the best, and is wrong. */
static void add_fast_and_wrong(struct prose *prose, const struct question *question, const struct ranking *all,
                               const struct summary_case *best) {
    add_excluded(prose, question, all, SCENARIO_BROKEN, best, " Cheaper, but wrong here: ");
}

static void add_not_applicable(struct prose *prose, const struct question *question, const struct ranking *all) {
    add_excluded(prose, question, all, SCENARIO_NOT_APPLICABLE, NULL, " Not applicable: ");
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
    const struct ranking ranking = ranking_make(sweep, last, question != NULL ? answer_stays_right : NULL, question);
    if (ranking.count == 0)
        return;
    const struct summary_case *there = same_in(&ranking, best);
    prose_add(prose, " At ");
    answer_add_value(prose, sweep, last);
    if (there == NULL || ranking_is_faster(ranking.cases[0], there)) {
        prose_add(prose, ": ");
        answer_add_fastest(prose, run, &ranking);
    } else {
        prose_add(prose, there == ranking.cases[0] ? " it still is: " : " none is seen to be faster: ");
        answer_add_median(prose, there);
    }
    prose_add(prose, ".");
}

/* The titles of this condition and of the later ones that leave the same choice. */
static void add_titles(struct prose *prose, const struct run *run, const struct survey_sweep *sweep, size_t first) {
    const struct question question = {run, &run->conditions.list[first]};
    prose_add(prose, DOCUMENT_STRONG "%s", run->conditions.list[first].title);
    for (size_t i = first + 1; i < run->conditions.count; i++) {
        const struct question later = {run, &run->conditions.list[i]};
        if (answer_was_tried(&later, sweep) && answer_same_choice(&question, &later, sweep))
            prose_add(prose, "; %s", run->conditions.list[i].title);
    }
    prose_add(prose, "." DOCUMENT_STRONG " ");
}

static bool is_told_before(const struct run *run, const struct survey_sweep *sweep, size_t condition) {
    const struct question question = {run, &run->conditions.list[condition]};
    for (size_t i = 0; i < condition; i++) {
        const struct question earlier = {run, &run->conditions.list[i]};
        if (answer_was_tried(&earlier, sweep) && answer_same_choice(&earlier, &question, sweep))
            return true;
    }
    return false;
}

static void add_choice(struct document *document, const struct run *run, const struct survey_sweep *sweep,
                       size_t condition) {
    const struct question question = {run, &run->conditions.list[condition]};
    const struct ranking all = ranking_make(sweep, sweep->base, NULL, NULL);
    const struct ranking right = ranking_make(sweep, sweep->base, answer_stays_right, &question);
    struct prose prose;
    prose_begin(&prose, document);
    add_titles(&prose, run, sweep, condition);
    if (right.count == 0)
        prose_add(&prose, "None of the %zu strategies passes.", all.count);
    else if (right.count < all.count)
        prose_add(&prose, "%zu of %zu strategies pass%s. ", right.count, all.count, right.count == 1 ? "es" : "");
    if (right.count > 0) {
        prose_add(&prose, "The fastest %s%s: ", sweep->operation, right.count < all.count ? " among them" : "");
        answer_add_fastest(&prose, run, &right);
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
        const char *why = answer_was_tried(&question, sweep) ? NULL : answer_why_untried(&question, sweep);
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
        if (answer_was_tried(&question, sweep) && !is_told_before(run, sweep, i))
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
        count += answer_was_tried(&question, all->sweep);
    }
    return count;
}

/* Under every condition that was tried, and broken in no other scenario either. */
static bool is_right_everywhere(const char *strategy, const void *arg) {
    const struct all_conditions *all = arg;
    for (size_t i = 0; i < all->run->conditions.count; i++) {
        const struct question question = {all->run, &all->run->conditions.list[i]};
        if (answer_was_tried(&question, all->sweep) && !answer_stays_right(strategy, &question))
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
        answer_add_fastest(prose, all->run, &everywhere);
        prose_add(prose, ".");
    }
}

/* The two ends of the choice: what costs least where it does, and what costs least among those that are always right.
 */
static void add_summary(struct document *document, const struct run *run, const struct survey_sweep *sweep) {
    const struct question first = {run, &run->conditions.list[0]};
    const struct ranking right = ranking_make(sweep, sweep->base, answer_stays_right, &first);
    const struct all_conditions all = {run, sweep};
    if (right.count == 0)
        return;
    struct prose prose;
    prose_begin(&prose, document);
    prose_add(&prose, "The fastest way to read the context is ");
    answer_add_fastest(&prose, run, &right);
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
    answer_add_fastest(&prose, run, &all);
    prose_add(&prose, ".");
    add_far_end(&prose, run, sweep, NULL, all.cases[0]);
    prose_end(&prose, DOCUMENT_ITEM);
    document_add(document, DOCUMENT_WARNING, NULL,
                 "Nothing here says where a strategy gives wrong answers: %s. bench conformance --out=FILE makes one, "
                 "and this report takes it beside the run.",
                 run->matrix == NULL ? "no conformance matrix was given"
                                     : "the conformance matrix that was given leaves out what the choice rests on");
}

/* Whether the matrix says which strategies do what all code needs. */
static bool has_tried_first(const struct run *run, const struct survey_sweep *sweep) {
    return run->conditions.count > 0 && answer_was_tried(&(struct question){run, &run->conditions.list[0]}, sweep);
}

void answer_add_choice(struct document *document, const struct run *run, const struct survey_sweep *sweep) {
    if (has_tried_first(run, sweep))
        add_summary(document, run, sweep);
    document_add(document, DOCUMENT_SUBSECTION, NULL, "Which strategy");
    if (run->matrix != NULL && count_conditions(&(struct all_conditions){run, sweep}) > 0)
        add_choices(document, run, sweep);
    else
        add_ranking_alone(document, run, sweep);
}
