#include "data/survey.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/placements.h"
#include "data/pairs.h"
#include "data/survey_beside.h"

/* Parameters, then the store, then the threads and their place. */
enum { AXES_MAX = RESULT_PARAMETERS_MAX + 2, VALUES_MAX = 64, FIXED_MAX = 256 };

/* The cases of one workload in one form and one runtime: neighbours in the report. */
struct group {
    const struct summary_case *cases;
    size_t count, axis_count;
    const struct result_case *base[AXES_MAX]; /* a case that has the base value of each axis */
    const struct result_file *file;
    struct arena *arena;
};

/* ---- Axes ---- */

static size_t axis_count(const struct result_case *c) {
    return c->parameter_count + 2;
}

static bool is_store(const struct result_case *c, size_t axis) {
    return axis == c->parameter_count;
}

static bool is_place(const struct result_case *c, size_t axis) {
    return axis == c->parameter_count + 1;
}

static const char *axis_name(const struct result_case *c, size_t axis) {
    return is_store(c, axis) ? AXIS_STORE : is_place(c, axis) ? AXIS_THREADS : c->parameter[axis].name;
}

static int compare_values(const struct result_case *a, const struct result_case *b, size_t axis) {
    assert(a != NULL && b != NULL);
    if (is_store(a, axis))
        return strcmp(a->store, b->store);
    if (!is_place(a, axis))
        return (a->parameter[axis].value > b->parameter[axis].value) -
               (a->parameter[axis].value < b->parameter[axis].value);
    if (a->threads != b->threads)
        return a->threads > b->threads ? 1 : -1;
    const unsigned rank_a = placement_rank(a->placement), rank_b = placement_rank(b->placement);
    return rank_a != rank_b ? (rank_a > rank_b ? 1 : -1) : strcmp(a->placement, b->placement);
}

static double number_of(const struct result_case *c, size_t axis) {
    return is_store(c, axis) ? 0 : is_place(c, axis) ? c->threads : c->parameter[axis].value;
}

/* "16", "flat", "2 on l3". */
static const char *label_of(struct arena *arena, const struct result_case *c, size_t axis) {
    if (is_store(c, axis))
        return c->store;
    if (!is_place(c, axis))
        return arena_printf(arena, "%.0f", c->parameter[axis].value);
    if (c->threads == 1 && strcmp(c->placement, PLACEMENT_PU) == 0)
        return "1";
    return arena_printf(arena, "%u on %s", c->threads, c->placement);
}

/* ---- Base values ---- */

static size_t count_equal(const struct group *group, const struct result_case *c, size_t axis) {
    size_t count = 0;
    for (size_t i = 0; i < group->count; i++)
        count += compare_values(group->cases[i].of, c, axis) == 0;
    return count;
}

static bool has_only_references(const struct group *group) {
    for (size_t i = 0; i < group->count; i++)
        if (!group->cases[i].of->reference)
            return false;
    return true;
}

/* A reference has no store: beside strategies it is none more to compare, and stands beside each. */
static bool is_storeless(const struct group *group, const struct result_case *c, size_t axis) {
    return is_store(c, axis) && c->reference && !has_only_references(group);
}

/* The base of an axis is the value that most cases have: all those that vary something else. */
static void find_bases(struct group *group) {
    for (size_t axis = 0; axis < group->axis_count; axis++) {
        const struct result_case *values[VALUES_MAX];
        size_t value_count = 0, most = 0;
        group->base[axis] = group->cases->of;
        for (size_t i = 0; i < group->count; i++) {
            const struct result_case *c = group->cases[i].of;
            size_t known = 0;
            if (is_storeless(group, c, axis))
                continue;
            while (known < value_count && compare_values(values[known], c, axis) != 0)
                known++;
            if (known < value_count || value_count == VALUES_MAX)
                continue;
            values[value_count++] = c;
            const size_t count = count_equal(group, c, axis);
            if (count > most) {
                most = count;
                group->base[axis] = c;
            }
        }
    }
}

/* Whether a case has the base values of all axes but this one. */
static bool is_on(const struct group *group, const struct result_case *c, size_t axis) {
    unsigned a, b;
    if (axis_count(c) != group->axis_count || pairs_is_pair(c, &a, &b))
        return false; /* pairs of PUs make a matrix of their own */
    for (size_t i = 0; i < group->axis_count; i++)
        if (i != axis && !is_storeless(group, c, i) && compare_values(c, group->base[i], i) != 0)
            return false;
    return true;
}

/* ---- Sweeps ---- */

static size_t collect_values(const struct group *group, size_t axis,
                             const struct result_case *values[static VALUES_MAX]) {
    size_t count = 0;
    for (size_t i = 0; i < group->count; i++) {
        const struct result_case *c = group->cases[i].of;
        if (!is_on(group, c, axis) || is_storeless(group, c, axis))
            continue;
        size_t at = count;
        while (at > 0 && compare_values(values[at - 1], c, axis) > 0)
            at--;
        if ((at > 0 && compare_values(values[at - 1], c, axis) == 0) || count == VALUES_MAX)
            continue;
        memmove(&values[at + 1], &values[at], (count - at) * sizeof *values);
        values[at] = c;
        count++;
    }
    return count;
}

static const char *describe_fixed(const struct group *group, size_t axis) {
    char text[FIXED_MAX] = "";
    for (size_t i = 0; i < group->axis_count; i++) {
        const struct result_case *base = group->base[i];
        assert(base != NULL);
        const size_t used = strlen(text);
        if (i == axis || is_store(base, i))
            continue;
        const char *separator = used > 0 ? ", " : "";
        if (!is_place(base, i))
            (void)snprintf(text + used, sizeof text - used, "%s%s %.0f", separator, axis_name(base, i),
                           base->parameter[i].value);
        else if (base->threads != 1 || strcmp(base->placement, PLACEMENT_PU) != 0)
            (void)snprintf(text + used, sizeof text - used, "%s%u thread%s on %s", separator, base->threads,
                           base->threads == 1 ? "" : "s", base->placement);
    }
    return arena_printf(group->arena, "%s", text);
}

/* Adds the case to its strategy's curve; a new one if this is its first. False when out of memory. */
static bool add_to_curve(const struct group *group, struct survey_sweep *sweep, const struct summary_case *c,
                         size_t value) {
    const char *label = strcmp(sweep->axis, AXIS_STORE) == 0 ? c->of->strategy : c->of->label;
    size_t i = 0;
    while (i < sweep->curve_count && strcmp(sweep->curves[i].label, label) != 0)
        i++;
    if (i == SURVEY_CURVES_MAX)
        return true;
    if (i == sweep->curve_count) {
        const struct summary_case **at = arena_take(group->arena, sweep->value_count * sizeof *at);
        if (at == NULL)
            return false;
        sweep->curves[sweep->curve_count++] =
            (struct survey_curve){.strategy = c->of->strategy,
                                  .label = label,
                                  .reference = c->of->reference,
                                  .takes_argument = presentation_takes_argument(group->file, c->of->strategy),
                                  .at = at};
    }
    sweep->curves[i].at[value] = c;
    return true;
}

static int compare_curves(const void *left, const void *right) {
    const struct survey_curve *a = left, *b = right;
    return a->reference != b->reference ? a->reference - b->reference : strcmp(a->label, b->label);
}

static bool fill_curves(const struct group *group, size_t axis, const struct result_case *const *values,
                        struct survey_sweep *sweep) {
    sweep->curves = arena_take(group->arena, SURVEY_CURVES_MAX * sizeof *sweep->curves);
    if (sweep->curves == NULL)
        return false;
    for (size_t i = 0; i < group->count; i++) {
        if (!is_on(group, group->cases[i].of, axis))
            continue;
        for (size_t v = 0; v < sweep->value_count; v++)
            if (compare_values(values[v], group->cases[i].of, axis) == 0 &&
                !add_to_curve(group, sweep, &group->cases[i], v))
                return false;
    }
    qsort(sweep->curves, sweep->curve_count, sizeof *sweep->curves, compare_curves);
    return true;
}

/* Whatever its workload is about: runtimes are not to be compared line by line. */
static const struct presented_section of_peers = {"other-runtimes", "Other runtimes", LLONG_MAX};

/* Makes the sweep over an axis; one without values if nothing was varied there. */
static bool make_sweep(const struct group *group, size_t axis, size_t fewest, struct survey_sweep *sweep) {
    const struct result_case *values[VALUES_MAX] = {NULL}, *first = group->cases->of;
    const size_t count = collect_values(group, axis, values);
    *sweep = (struct survey_sweep){0};
    if (count < fewest)
        return true;
    const char **labels = arena_take(group->arena, count * sizeof *labels);
    double *numbers = arena_take(group->arena, count * sizeof *numbers);
    const char *workload = first->runtime[0] == '\0'
                               ? first->workload
                               : arena_printf(group->arena, "%s in %s", first->workload, first->runtime);
    if (labels == NULL || numbers == NULL || workload == NULL)
        return false;
    *sweep = (struct survey_sweep){
        .workload = workload,
        .runtime = first->runtime,
        .form = first->form,
        .operation = first->operation,
        .axis = fewest > 1 ? axis_name(first, axis) : "",
        .fixed = describe_fixed(group, fewest > 1 ? axis : group->axis_count),
        .labels = labels,
        .numbers = numbers,
        .numeric = !is_store(first, axis) && !is_place(first, axis),
        .value_count = count,
        .case_count = group->count,
    };
    sweep->presented = presentation_of_workload(group->file, first->workload, sweep->axis);
    if (first->runtime[0] != '\0')
        sweep->presented.section = of_peers;
    for (size_t i = 0; i < count; i++) {
        assert(values[i] != NULL);
        labels[i] = label_of(group->arena, values[i], axis);
        numbers[i] = number_of(values[i], axis);
        if (labels[i] == NULL)
            return false;
        if (compare_values(values[i], group->base[axis], axis) == 0)
            sweep->base = i;
    }
    return sweep->fixed != NULL && fill_curves(group, axis, values, sweep);
}

static bool add_group(struct group *group, struct survey *survey) {
    const size_t before = survey->sweep_count;
    group->axis_count = axis_count(group->cases->of);
    find_bases(group);
    for (size_t axis = 0; axis < group->axis_count; axis++) {
        if (!make_sweep(group, axis, 2, &survey->sweeps[survey->sweep_count]))
            return false;
        survey->sweep_count += survey->sweeps[survey->sweep_count].value_count > 0;
    }
    if (survey->sweep_count > before)
        return true;
    /* References have no store, and would have no place along that axis. */
    const size_t lone = is_store(group->cases->of, 0) && group->axis_count > 1 ? 1 : 0;
    if (!make_sweep(group, lone, 1, &survey->sweeps[survey->sweep_count]))
        return false;
    survey->sweep_count += survey->sweeps[survey->sweep_count].value_count > 0;
    return true;
}

/* A workload's latency, if it was measured, is what one waits for; its throughput otherwise. */
static void mark_primary(struct survey *survey) {
    for (size_t i = 0; i < survey->sweep_count; i++) {
        struct survey_sweep *sweep = &survey->sweeps[i];
        sweep->primary = true;
        for (size_t j = 0; j < survey->sweep_count; j++)
            if (strcmp(survey->sweeps[j].workload, sweep->workload) == 0 &&
                strcmp(survey->sweeps[j].form, "latency") == 0 && strcmp(sweep->form, "latency") != 0)
                sweep->primary = false;
    }
}

static bool same_group(const struct result_case *a, const struct result_case *b) {
    return strcmp(a->runtime, b->runtime) == 0 && strcmp(a->workload, b->workload) == 0 &&
           strcmp(a->form, b->form) == 0 && axis_count(a) == axis_count(b);
}

/* How many cases from `from` on make one group. */
static size_t group_length(const struct summary *report, size_t from) {
    size_t end = from + 1;
    while (end < report->file->case_count && same_group(report->cases[from].of, report->cases[end].of))
        end++;
    return end - from;
}

bool survey_make(const struct summary *report, struct arena *arena, struct survey *survey) {
    size_t group_count = 0;
    for (size_t i = 0; i < report->file->case_count; i += group_length(report, i))
        group_count++;
    *survey = (struct survey){.sweeps = arena_take(arena, (2 * group_count * AXES_MAX + 1) * sizeof *survey->sweeps)};
    if (survey->sweeps == NULL)
        return false;
    for (size_t i = 0, length; i < report->file->case_count; i += length) {
        length = group_length(report, i);
        struct group group = {.cases = &report->cases[i], .count = length, .file = report->file, .arena = arena};
        if (!add_group(&group, survey))
            return false;
    }
    if (!survey_add_beside(report->file, arena, survey))
        return false;
    mark_primary(survey);
    return true;
}
