/* A comparison as a forest plot: each case's ratio with the interval of its verdict, from the slower to the faster. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "page/contents_parts.h"
#include "page/prose.h"

enum { FOREST_MAX = 40 };

/* Colour and mark say the verdict. */
static const struct {
    enum verdict verdict;
    struct figure_look look;
    bool dim;
} kinds[VERDICT_COUNT] = {
    {VERDICT_REGRESSED, {1, MARK_TRIANGLE}, false},
    {VERDICT_IMPROVED, {2, MARK_TRIANGLE_DOWN}, false},
    {VERDICT_INCONCLUSIVE, {0, MARK_RING}, false},
    {VERDICT_EQUIVALENT, {0}, true},
};

struct change {
    const struct result_case *of;
    const struct verdict_case *judged;
};

/* ---- Which changes ---- */

static double size_of(const struct change *change) {
    return fabs(log(change->judged->ratio.estimate));
}

static int by_size(const void *a, const void *b) {
    const double size_a = size_of(a), size_b = size_of(b);
    return (size_a < size_b) - (size_a > size_b);
}

static int by_ratio(const void *a, const void *b) {
    const double ratio_a = ((const struct change *)a)->judged->ratio.estimate,
                 ratio_b = ((const struct change *)b)->judged->ratio.estimate;
    return (ratio_a < ratio_b) - (ratio_a > ratio_b);
}

/* Those that changed most, the slowest first. Returns how many. */
static size_t choose(const struct comparison *comparison, struct change *changes) {
    size_t count = 0;
    for (size_t i = 0; i < comparison->count; i++)
        if (comparison->verdicts[i].ratio.estimate > 0)
            changes[count++] = (struct change){comparison->pairs[i].base, &comparison->verdicts[i]};
    qsort(changes, count, sizeof *changes, by_size);
    if (count > FOREST_MAX)
        count = FOREST_MAX;
    qsort(changes, count, sizeof *changes, by_ratio);
    return count;
}

/* ---- Their names ---- */

struct differences {
    bool form, store, placement, parameter[RESULT_PARAMETERS_MAX];
};

/* In what the cases of one strategy's workload differ: the rest goes without saying. */
static struct differences differences_of(const struct comparison *comparison, const struct result_case *c) {
    struct differences differ = {0};
    for (size_t i = 0; i < comparison->count; i++) {
        const struct result_case *other = comparison->pairs[i].base;
        if (strcmp(other->workload, c->workload) != 0 || strcmp(other->strategy, c->strategy) != 0)
            continue;
        differ.form |= strcmp(other->form, c->form) != 0;
        differ.store |= strcmp(other->store, c->store) != 0;
        differ.placement |= other->threads != c->threads || strcmp(other->placement, c->placement) != 0;
        for (size_t p = 0; p < c->parameter_count && p < other->parameter_count; p++)
            differ.parameter[p] |= other->parameter[p].value != c->parameter[p].value;
    }
    return differ;
}

/* "stacktag, get, depth 16, latency" */
static const char *name_of(struct document *document, const struct comparison *comparison,
                           const struct result_case *c) {
    const struct differences differ = differences_of(comparison, c);
    struct prose prose;
    prose_begin(&prose, document);
    prose_add(&prose, "%s, %s", differ.store ? c->label : c->strategy, c->workload);
    for (size_t p = 0; p < c->parameter_count; p++)
        if (differ.parameter[p])
            prose_add(&prose, ", %s %g", c->parameter[p].name, c->parameter[p].value);
    if (differ.form)
        prose_add(&prose, ", %s", c->form);
    if (differ.placement)
        prose_add(&prose, ", %u on %s", c->threads, c->placement);
    return prose_keep(&prose);
}

/* ---- The figure ---- */

static struct figure_value value_of(const struct verdict_case *judged) {
    const bool known = isfinite(judged->joint.high) && judged->joint.low > 0;
    return (struct figure_value){judged->ratio.estimate, known ? judged->joint.low : 0, known ? judged->joint.high : 0};
}

/* A series for each verdict that a case has. */
static void fill_series(struct figure *figure, struct figure_series *series, struct figure_value *values,
                        const struct change *changes) {
    for (size_t k = 0; k < VERDICT_COUNT; k++) {
        struct figure_value *own = &values[k * figure->category_count];
        bool any = false;
        for (size_t i = 0; i < figure->category_count; i++) {
            const bool is_own = changes[i].judged->verdict == kinds[k].verdict;
            own[i] = is_own ? value_of(changes[i].judged) : (struct figure_value){0};
            any |= is_own;
        }
        if (any)
            series[figure->series_count++] = (struct figure_series){.label = verdict_name(kinds[k].verdict),
                                                                    .reference = kinds[k].dim,
                                                                    .look = &kinds[k].look,
                                                                    .values = own};
    }
}

static const char *caption_of(struct document *document, const struct figure *figure, size_t case_count) {
    struct prose prose;
    prose_begin(&prose, document);
    prose_add(&prose, "Ratios with the intervals that verdicts are read from, the one that became slowest first");
    if (case_count > figure->category_count)
        prose_add(&prose, "; of %zu cases the %zu that changed most", case_count, figure->category_count);
    if (figure->series_count == 1) /* nothing else says it */
        prose_add(&prose, "; all are %s", figure->series[0].label);
    prose_add(&prose, ".");
    return prose_keep(&prose);
}

void contents_add_forest(struct document *document, const struct comparison *comparison, const char *title,
                         const char *id) {
    struct change *changes = arena_take(&document->arena, (comparison->count + 1) * sizeof *changes);
    struct figure *figure = arena_take(&document->arena, sizeof *figure);
    struct figure_series *series = arena_take(&document->arena, VERDICT_COUNT * sizeof *series);
    const char **categories = arena_take(&document->arena, FOREST_MAX * sizeof *categories);
    struct figure_value *values = arena_take(&document->arena, (size_t)VERDICT_COUNT * FOREST_MAX * sizeof *values);
    if (changes == NULL || figure == NULL || series == NULL || categories == NULL || values == NULL) {
        document->out_of_memory = true;
        return;
    }
    *figure = (struct figure){
        .id = id,
        .title = title,
        .category_title = "case",
        .value_title = "ratio of the times; 1: unchanged, more: slower",
        .kind = FIGURE_DOTS,
        .unit = FIGURE_RATIO,
        .wide = true,
        .categories = categories,
        .category_count = choose(comparison, changes),
        .series = series,
    };
    if (figure->category_count == 0)
        return;
    for (size_t i = 0; i < figure->category_count; i++)
        categories[i] = name_of(document, comparison, changes[i].of);
    fill_series(figure, series, values, changes);
    figure->caption = caption_of(document, figure, comparison->count);
    document_add_figure(document, figure);
}
