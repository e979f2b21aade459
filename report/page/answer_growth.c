/* What changes the cost: how times grow along a parameter, and where one strategy passes another. */
#include <string.h>

#include "page/answer_parts.h"
#include "text/format.h"

/* "a goes from 8.94 ns at depth 0 to 347 ns at depth 256 (38.8 x)" */
static void add_growth(struct prose *prose, const struct survey_sweep *sweep, const struct growth *growth) {
    char cell[FORMAT_CELL_MAX];
    prose_add_name(prose, growth->first->of->label);
    prose_add(prose, " from ");
    answer_add_median(prose, growth->first);
    prose_add(prose, " at %s to ", sweep->labels[growth->first_value]);
    answer_add_median(prose, growth->last);
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
    answer_add_fastest_and_slowest(prose, run, &all);
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

void answer_add_axes(struct document *document, const struct run *run) {
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

void answer_add_growth(struct prose *prose, const struct run *run, const struct survey_sweep *sweep) {
    if (is_of_stores(sweep))
        add_stores(prose, run, sweep);
    else if (sweep->axis[0] != '\0')
        add_growing(prose, sweep);
    if (sweep->presented.role == ROLE_WHOLE)
        add_crossings_of_argument(prose, sweep);
}
