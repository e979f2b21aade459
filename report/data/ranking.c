#include "data/ranking.h"

#include <stdlib.h>

static int compare_medians(const void *left, const void *right) {
    const struct summary_case *a = *(const struct summary_case *const *)left;
    const struct summary_case *b = *(const struct summary_case *const *)right;
    return (a->median_ns > b->median_ns) - (a->median_ns < b->median_ns);
}

static void add_value(struct ranking *ranking, const struct survey_sweep *sweep, size_t value,
                      bool (*admits)(const char *strategy, const void *arg), const void *arg) {
    for (size_t i = 0; i < sweep->curve_count && ranking->count < RANKING_MAX; i++) {
        const struct survey_curve *curve = &sweep->curves[i];
        if (!curve->reference && curve->at[value] != NULL && (admits == NULL || admits(curve->strategy, arg)))
            ranking->cases[ranking->count++] = curve->at[value];
    }
}

struct ranking ranking_make(const struct survey_sweep *sweep, size_t value,
                            bool (*admits)(const char *strategy, const void *arg), const void *arg) {
    struct ranking ranking = {.count = 0};
    add_value(&ranking, sweep, value, admits, arg);
    qsort(ranking.cases, ranking.count, sizeof *ranking.cases, compare_medians);
    return ranking;
}

struct ranking ranking_of_all_values(const struct survey_sweep *sweep) {
    struct ranking ranking = {.count = 0};
    for (size_t value = 0; value < sweep->value_count; value++)
        add_value(&ranking, sweep, value, NULL, NULL);
    qsort(ranking.cases, ranking.count, sizeof *ranking.cases, compare_medians);
    return ranking;
}

bool ranking_is_faster(const struct summary_case *a, const struct summary_case *b) {
    return a->low_ns > 0 && b->low_ns > 0 && a->high_ns < b->low_ns;
}

size_t ranking_count_ties(const struct ranking *ranking) {
    size_t ties = 0;
    for (size_t i = 1; i < ranking->count; i++)
        ties += !ranking_is_faster(ranking->cases[0], ranking->cases[i]);
    return ties;
}

struct growth ranking_growth(const struct survey_sweep *sweep, const struct survey_curve *curve) {
    struct growth growth = {.first = NULL};
    for (size_t v = 0; v < sweep->value_count; v++) {
        if (curve->at[v] == NULL)
            continue;
        if (growth.first == NULL) {
            growth.first = curve->at[v];
            growth.first_value = v;
        } else {
            growth.last = curve->at[v];
            growth.last_value = v;
        }
    }
    if (growth.last == NULL)
        return (struct growth){.first = NULL};
    growth.ratio = growth.last->median_ns / growth.first->median_ns;
    growth.grows = growth.ratio >= RANKING_GROWTH && ranking_is_faster(growth.first, growth.last);
    return growth;
}

struct crossing ranking_crossing(const struct survey_sweep *sweep, const struct survey_curve *cheap_first,
                                 const struct survey_curve *cheap_last) {
    struct crossing crossing = {.found = false};
    bool was_faster = false;
    for (size_t v = 0; v < sweep->value_count; v++) {
        const struct summary_case *a = cheap_first->at[v], *b = cheap_last->at[v];
        if (a == NULL || b == NULL)
            continue;
        if (ranking_is_faster(a, b)) {
            was_faster = true;
            crossing = (struct crossing){.before = v};
        } else if (was_faster && !crossing.found && ranking_is_faster(b, a)) {
            crossing.found = true;
            crossing.after = v;
        }
    }
    return crossing;
}
