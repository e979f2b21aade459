#include "data/survey_find.h"

#include <string.h>

const struct survey_sweep *survey_find(const struct survey *survey, const char *workload, const char *axis) {
    for (size_t i = 0; i < survey->sweep_count; i++) {
        const struct survey_sweep *sweep = &survey->sweeps[i];
        if (sweep->primary && strcmp(sweep->workload, workload) == 0 &&
            (axis == NULL || strcmp(sweep->axis, axis) == 0))
            return sweep;
    }
    return NULL;
}

/* Peers' come last: a report advises on C. */
static bool is_better(const struct survey_sweep *a, const struct survey_sweep *b, enum presented_role role) {
    const bool a_is_peer = a->runtime[0] != '\0', b_is_peer = b->runtime[0] != '\0';
    if (a_is_peer != b_is_peer)
        return b_is_peer;
    const bool a_has_role = a->presented.role == role, b_has_role = b->presented.role == role;
    return a_has_role != b_has_role ? a_has_role : a->case_count > b->case_count;
}

const struct survey_sweep *survey_find_role(const struct survey *survey, enum presented_role role) {
    static const char *const operations[ROLE_COUNT] = {
        [ROLE_READ] = "read",     [ROLE_SCOPE] = "scope", [ROLE_HANDOFF] = "round trip",
        [ROLE_START] = "fan-out", [ROLE_LINE] = "line",   [ROLE_TASK] = "task",
    };
    const struct survey_sweep *found = NULL;
    for (size_t i = 0; i < survey->sweep_count; i++) {
        const struct survey_sweep *sweep = &survey->sweeps[i];
        const bool is_called_so = operations[role] != NULL && strcmp(sweep->operation, operations[role]) == 0;
        if (sweep->primary && (sweep->presented.role == role || is_called_so) &&
            (found == NULL || is_better(sweep, found, role)))
            found = sweep;
    }
    return found;
}

const struct result_case *survey_case(const struct survey_sweep *sweep, size_t value) {
    size_t i = 0;
    while (i < sweep->curve_count && sweep->curves[i].at[value] == NULL)
        i++;
    return i < sweep->curve_count ? sweep->curves[i].at[value]->of : NULL;
}

const struct survey_curve *survey_curve(const struct survey_sweep *sweep, const char *strategy) {
    for (size_t i = 0; i < sweep->curve_count; i++)
        if (strcmp(sweep->curves[i].strategy, strategy) == 0)
            return &sweep->curves[i];
    return NULL;
}
