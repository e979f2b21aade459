#include "data/survey_beside.h"

#include <string.h>

#include "data/presentation.h"
#include "data/survey_find.h"

/* The sweep of ctxbench's own over the same work. NULL: none. */
static const struct survey_sweep *find_own(const struct survey *survey, size_t count, const char *workload,
                                           const struct survey_sweep *like) {
    for (size_t i = 0; i < count; i++) {
        const struct survey_sweep *sweep = &survey->sweeps[i];
        if (sweep->runtime[0] == '\0' && strcmp(sweep->workload, workload) == 0 &&
            strcmp(sweep->form, like->form) == 0 && strcmp(sweep->axis, like->axis) == 0 &&
            strcmp(sweep->fixed, like->fixed) == 0)
            return sweep;
    }
    return NULL;
}

/* Moves a curve from the values of its own sweep to those of another. Returns how many both have. */
static size_t move_values(const struct survey_sweep *from, const struct survey_curve *curve,
                          const struct survey_sweep *to, const struct summary_case **at) {
    size_t shared = 0;
    for (size_t v = 0; v < to->value_count; v++)
        for (size_t w = 0; w < from->value_count; w++)
            if (from->numbers[w] == to->numbers[v] && curve->at[w] != NULL) {
                at[v] = curve->at[w];
                shared++;
            }
    return shared;
}

static bool add(struct arena *arena, struct survey *survey, const struct survey_sweep *of_peer,
                const struct survey_curve *peer, const struct survey_sweep *of_own, const struct survey_curve *own) {
    const char *workload = arena_printf(arena, "%s: %s beside %s", of_own->workload, peer->strategy, own->strategy);
    struct survey_curve *curves = arena_take(arena, 2 * sizeof *curves);
    const struct summary_case **at = arena_take(arena, of_peer->value_count * sizeof *at);
    if (workload == NULL || curves == NULL || at == NULL)
        return false;
    if (move_values(of_own, own, of_peer, at) < 2)
        return true;
    curves[0] = *peer;
    curves[1] = *own;
    curves[1].at = at;
    struct survey_sweep *added = &survey->sweeps[survey->sweep_count++];
    *added = *of_peer;
    added->workload = workload;
    added->curves = curves;
    added->curve_count = 2;
    return true;
}

/* Of the first strategy of this sweep that stands beside one of ours. */
static bool add_of(const struct result_file *file, struct arena *arena, struct survey *survey, size_t count,
                   const struct survey_sweep *sweep) {
    const struct result_case *any = survey_case(sweep, sweep->base);
    const struct survey_sweep *own = any == NULL ? NULL : find_own(survey, count, any->workload, sweep);
    for (size_t i = 0; own != NULL && i < sweep->curve_count; i++) {
        const char *name = presentation_beside(file, sweep->curves[i].strategy);
        const struct survey_curve *curve = name == NULL ? NULL : survey_curve(own, name);
        if (curve != NULL)
            return add(arena, survey, sweep, &sweep->curves[i], own, curve);
    }
    return true;
}

bool survey_add_beside(const struct result_file *file, struct arena *arena, struct survey *survey) {
    const size_t count = survey->sweep_count;
    for (size_t i = 0; i < count; i++)
        if (survey->sweeps[i].runtime[0] != '\0' && survey->sweeps[i].numeric && survey->sweeps[i].value_count > 1 &&
            !add_of(file, arena, survey, count, &survey->sweeps[i]))
            return false;
    return true;
}
