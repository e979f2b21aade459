#include "data/presentation.h"

#include <ctype.h>
#include <jansson.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { ID_LENGTH_MAX = 31 };

/* The reference that does the work without a context, in files that do not say which does. */
#define NO_CONTEXT_IN_OLDER_FILES "none"

static const json_t *find_presentation(const struct result_file *file) {
    return json_object_get(json_object_get(file->context, "ctxbench"), "presentation");
}

static const char *text_of(const json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

/* The element of an array whose member `key` is this text, and its index; NULL, and how many there are, if none is. */
static const json_t *find(const json_t *array, const char *key, const char *text, size_t *index) {
    for (*index = 0; *index < json_array_size(array); ++*index) {
        const json_t *element = json_array_get(array, *index);
        const char *found = text_of(element, key);
        if (found != NULL && strcmp(found, text) == 0)
            return element;
    }
    return NULL;
}

/* ---- References ---- */

/* A case of a reference of this name; NULL if none was measured. */
static const struct result_case *find_reference(const struct result_file *file, const char *strategy) {
    for (size_t i = 0; i < file->case_count; i++)
        if (file->cases[i].reference && strcmp(file->cases[i].strategy, strategy) == 0)
            return &file->cases[i];
    return NULL;
}

const char *yardstick_of(const struct yardstick *yardstick, const char *runtime) {
    for (size_t i = 0; i < yardstick->runtime_count; i++)
        if (strcmp(yardstick->of[i].runtime, runtime) == 0)
            return yardstick->of[i].strategy;
    return NULL;
}

bool yardsticks_share(const struct yardstick *a, const struct yardstick *b) {
    if (strcmp(a->label, b->label) != 0)
        return false;
    for (size_t i = 0; i < a->runtime_count; i++) {
        const char *other = yardstick_of(b, a->of[i].runtime);
        if (other != NULL && strcmp(other, a->of[i].strategy) != 0)
            return false;
    }
    return true;
}

static bool has_strategy(const struct yardsticks *yardsticks, const char *strategy) {
    for (size_t i = 0; i < yardsticks->count; i++)
        for (size_t k = 0; k < yardsticks->list[i].runtime_count; k++)
            if (strcmp(yardsticks->list[i].of[k].strategy, strategy) == 0)
                return true;
    return false;
}

/* Another runtime's reference goes into the column of its label. */
static void add_yardstick(const struct result_file *file, struct yardsticks *yardsticks, const char *strategy,
                          const json_t *described) {
    const char *label = text_of(described, "label"), *legend = text_of(described, "legend");
    const struct result_case *c = find_reference(file, strategy);
    if (c == NULL || has_strategy(yardsticks, strategy))
        return;
    const struct yardstick added = {.strategy = c->strategy,
                                    .label = label != NULL ? label : c->strategy,
                                    .legend = legend != NULL ? legend : "times the time of this reference",
                                    .reads_stack = c->reads_stack,
                                    .no_context = json_is_true(json_object_get(described, "no_context")) ||
                                                  strcmp(c->strategy, NO_CONTEXT_IN_OLDER_FILES) == 0,
                                    .of = {{c->strategy, c->runtime}},
                                    .runtime_count = 1};
    for (size_t i = 0; i < yardsticks->count; i++) {
        struct yardstick *known = &yardsticks->list[i];
        if (!yardsticks_share(known, &added) || known->runtime_count == YARDSTICK_RUNTIMES_MAX)
            continue;
        known->of[known->runtime_count++] = added.of[0];
        if (c->runtime[0] == '\0')
            known->strategy = c->strategy;
        return;
    }
    if (yardsticks->count < YARDSTICKS_MAX)
        yardsticks->list[yardsticks->count++] = added;
}

/* Those that the file describes, then those of which it has only cases. */
struct yardsticks presentation_yardsticks(const struct result_file *file) {
    struct yardsticks yardsticks = {.count = 0};
    const json_t *references = json_object_get(find_presentation(file), "references"), *reference;
    size_t index;
    json_array_foreach(references, index, reference) {
        const char *strategy = text_of(reference, "strategy");
        if (strategy != NULL)
            add_yardstick(file, &yardsticks, strategy, reference);
    }
    for (size_t i = 0; i < file->case_count; i++)
        if (file->cases[i].reference)
            add_yardstick(file, &yardsticks, file->cases[i].strategy, NULL);
    return yardsticks;
}

/* ---- Workloads ---- */

static struct presented_section find_section(const json_t *presentation, const char *id) {
    size_t index;
    const json_t *section = id != NULL ? find(json_object_get(presentation, "sections"), "id", id, &index) : NULL;
    const char *title = text_of(section, "title");
    if (title == NULL || !text_is_name(id, ID_LENGTH_MAX))
        return (struct presented_section){.id = NULL};
    return (struct presented_section){id, title, json_integer_value(json_object_get(section, "order"))};
}

/* Where costs along this axis are shown, if that is said of the axis. */
static const char *section_of_axis(const json_t *workload, const char *axis) {
    return strcmp(axis, AXIS_THREADS) == 0 ? text_of(workload, "threads_section")
                                           : text_of(json_object_get(workload, "parameter_sections"), axis);
}

static enum presented_role role_of(const json_t *workload) {
    static const char *const names[ROLE_COUNT] = {
        [ROLE_READ] = "read",   [ROLE_WHOLE] = "whole", [ROLE_SCOPE] = "scope", [ROLE_HANDOFF] = "handoff",
        [ROLE_START] = "start", [ROLE_LINE] = "line",   [ROLE_TASK] = "task",
    };
    const char *found = text_of(workload, "role");
    for (enum presented_role role = ROLE_PART; found != NULL && role < ROLE_COUNT; role++)
        if (names[role] != NULL && strcmp(names[role], found) == 0)
            return role;
    return ROLE_PART;
}

/* Of a file that says nothing of its workloads. */
static struct presented_workload derive_workload(const struct result_file *file, const char *workload) {
    struct presented_workload derived = {.place = SIZE_MAX, .communicates = true};
    for (size_t i = 0; i < file->case_count; i++)
        if (strcmp(file->cases[i].workload, workload) == 0)
            derived.communicates = derived.communicates && file->cases[i].threads > 1;
    if (text_is_name(workload, ID_LENGTH_MAX))
        derived.section = (struct presented_section){workload, workload, 0};
    return derived;
}

struct presented_workload presentation_of_workload(const struct result_file *file, const char *workload,
                                                   const char *axis) {
    const json_t *presentation = find_presentation(file), *workloads = json_object_get(presentation, "workloads");
    if (!json_is_array(workloads))
        return derive_workload(file, workload);
    struct presented_workload presented = {.place = 0};
    const json_t *found = find(workloads, "name", workload, &presented.place);
    const char *own = text_of(found, "section"), *of_axis = section_of_axis(found, axis);
    presented.role = role_of(found);
    presented.communicates = json_is_true(json_object_get(found, "communicates"));
    presented.shows_axis_best = own != NULL && of_axis != NULL && strcmp(own, of_axis) == 0;
    presented.section = find_section(presentation, of_axis != NULL ? of_axis : own);
    return presented;
}

/* ---- Strategies ---- */

static const json_t *find_strategy(const struct result_file *file, const char *strategy) {
    size_t index;
    return find(json_object_get(find_presentation(file), "strategies"), "name", strategy, &index);
}

bool presentation_takes_argument(const struct result_file *file, const char *strategy) {
    return json_is_true(json_object_get(find_strategy(file, strategy), "explicit_argument"));
}

const char *presentation_beside(const struct result_file *file, const char *strategy) {
    return text_of(find_strategy(file, strategy), "beside");
}

const char *presentation_outside(const struct result_file *file, const char *strategy) {
    const char *outside = text_of(find_strategy(file, strategy), "outside");
    return outside != NULL ? outside : "";
}

void presentation_failing(const struct result_file *file, const char *strategy, char *names, size_t size) {
    const json_t *failing = json_object_get(find_strategy(file, strategy), "fails"), *one;
    size_t index, used = 0;
    names[0] = '\0';
    json_array_foreach(failing, index, one) {
        const char *scenario = text_of(one, "scenario");
        if (scenario != NULL && used < size)
            used += (size_t)snprintf(names + used, size - used, "%s%s", used > 0 ? ", " : "", scenario);
    }
}

const char *presentation_why_failing(const struct result_file *file, const char *strategy, const char *scenario) {
    size_t index;
    const json_t *failing = find(json_object_get(find_strategy(file, strategy), "fails"), "scenario", scenario, &index);
    const char *reason = text_of(failing, "reason");
    return failing == NULL || reason != NULL ? reason : "";
}

/* ---- Conditions ---- */

/* "fibers-that-take-turns-on-a": of a title, as much as a name may be long. NULL when out of memory. */
static const char *make_need(struct arena *arena, const char *title) {
    char *need = arena_take(arena, ID_LENGTH_MAX + 1);
    size_t length = 0;
    for (; need != NULL && *title != '\0' && length < ID_LENGTH_MAX; title++) {
        const bool is_letter = isascii((unsigned char)*title) && isalnum((unsigned char)*title);
        if (is_letter)
            need[length++] = (char)tolower((unsigned char)*title);
        else if (length > 0 && need[length - 1] != '-')
            need[length++] = '-';
    }
    if (length > 0 && need[length - 1] == '-')
        need[length - 1] = '\0';
    return need;
}

static bool add_condition(struct arena *arena, struct conditions *conditions, const char *need, const char *title,
                          size_t room) {
    struct condition *condition = &conditions->list[conditions->count++];
    const bool is_named = need != NULL && text_is_name(need, ID_LENGTH_MAX);
    *condition = (struct condition){
        .need = is_named ? need : make_need(arena, title),
        .title = title,
        .scenarios = arena_take(arena, (room + 1) * sizeof *condition->scenarios),
    };
    return condition->need != NULL && condition->scenarios != NULL;
}

static void add_scenario(const struct conditions *conditions, const char *scenario) {
    struct condition *condition = &conditions->list[conditions->count - 1];
    condition->scenarios[condition->scenario_count++] = scenario;
}

/* Whether it is about most strategies, and not about what few of them have. */
static bool is_common(const struct matrix *matrix, size_t scenario) {
    size_t applicable = 0;
    for (size_t i = 0; i < matrix->strategy_count; i++) {
        const enum scenario_outcome outcome = matrix_cell(matrix, scenario, i)->outcome;
        applicable += outcome == SCENARIO_HELD || outcome == SCENARIO_BROKEN;
    }
    return 2 * applicable >= matrix->strategy_count;
}

/* Of a file that has none, each scenario that is about most strategies is one, under its own name. */
static bool derive_conditions(const struct matrix *matrix, struct arena *arena, struct conditions *conditions) {
    conditions->list = arena_take(arena, (matrix->scenario_count + 1) * sizeof *conditions->list);
    for (size_t i = 0; conditions->list != NULL && i < matrix->scenario_count; i++) {
        if (!is_common(matrix, i))
            continue;
        if (!add_condition(arena, conditions, NULL, matrix->scenarios[i].name, 1))
            return false;
        add_scenario(conditions, matrix->scenarios[i].name);
    }
    return conditions->list != NULL;
}

bool presentation_conditions(const struct result_file *file, const struct matrix *matrix, struct arena *arena,
                             struct conditions *conditions) {
    const json_t *found = json_object_get(find_presentation(file), "conditions"), *one, *scenario;
    size_t index, at;
    *conditions = (struct conditions){.count = 0};
    if (!json_is_array(found))
        return derive_conditions(matrix, arena, conditions);
    conditions->list = arena_take(arena, (json_array_size(found) + 1) * sizeof *conditions->list);
    if (conditions->list == NULL)
        return false;
    json_array_foreach(found, index, one) {
        const json_t *scenarios = json_object_get(one, "scenarios");
        if (text_of(one, "title") == NULL || json_array_size(scenarios) == 0)
            continue;
        if (!add_condition(arena, conditions, text_of(one, "need"), text_of(one, "title"), json_array_size(scenarios)))
            return false;
        json_array_foreach(scenarios, at, scenario) {
            if (json_is_string(scenario))
                add_scenario(conditions, json_string_value(scenario));
        }
    }
    return true;
}
