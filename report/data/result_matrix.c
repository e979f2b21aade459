#include "data/result_matrix.h"

#include <jansson.h>
#include <string.h>

#include "data/presentation.h"

/* What is being made, with room for as many strategies and scenarios as there are cells. */
struct reading {
    const char **strategies;
    struct matrix_scenario *scenarios;
    size_t strategy_count, scenario_count;
};

static const char *text_of(const json_t *cell, const char *key) {
    const char *text = json_string_value(json_object_get(cell, key));
    return text != NULL ? text : "";
}

static enum scenario_outcome outcome_of(const json_t *cell, const char *key) {
    const char *text = text_of(cell, key);
    for (enum scenario_outcome outcome = SCENARIO_HELD; outcome < SCENARIO_UNKNOWN; outcome++)
        if (strcmp(scenario_outcome_name(outcome), text) == 0)
            return outcome;
    return SCENARIO_UNKNOWN;
}

static size_t strategy_index(const struct reading *reading, const char *name) {
    size_t i = 0;
    while (i < reading->strategy_count && strcmp(reading->strategies[i], name) != 0)
        i++;
    return i;
}

static size_t scenario_index(const struct reading *reading, const char *name) {
    size_t i = 0;
    while (i < reading->scenario_count && strcmp(reading->scenarios[i].name, name) != 0)
        i++;
    return i;
}

static void collect_names(struct reading *reading, const json_t *cells) {
    size_t index;
    const json_t *cell;
    json_array_foreach(cells, index, cell) {
        const char *strategy = text_of(cell, "strategy"), *scenario = text_of(cell, "scenario");
        const size_t row = scenario_index(reading, scenario), column = strategy_index(reading, strategy);
        if (row == reading->scenario_count)
            reading->scenarios[reading->scenario_count++] =
                (struct matrix_scenario){scenario, text_of(cell, "summary"), text_of(cell, "story")};
        if (column == reading->strategy_count)
            reading->strategies[reading->strategy_count++] = strategy;
    }
}

/* A scenario that a file leaves out for one strategy was not tried, and surprises nobody. */
static void fill_cells(const struct reading *reading, const json_t *cells, struct matrix_cell *filled) {
    size_t index;
    const json_t *cell;
    for (size_t i = 0; i < reading->strategy_count * reading->scenario_count; i++)
        filled[i] = (struct matrix_cell){SCENARIO_UNKNOWN, SCENARIO_UNKNOWN, "not tried", "", true, 0};
    json_array_foreach(cells, index, cell) {
        const size_t row = scenario_index(reading, text_of(cell, "scenario"));
        const size_t column = strategy_index(reading, text_of(cell, "strategy"));
        filled[row * reading->strategy_count + column] = (struct matrix_cell){
            .outcome = outcome_of(cell, "outcome"),
            .expected = outcome_of(cell, "expected"),
            .found = text_of(cell, "found"),
            .reason = text_of(cell, "reason"),
            .as_expected = json_is_true(json_object_get(cell, "as_expected")),
            .seconds = json_number_value(json_object_get(cell, "seconds")),
        };
    }
}

/* Whether the file says it of one of them. */
static bool fill_outside(const struct reading *reading, const struct result_file *file, const char **outside) {
    bool is_known = false;
    for (size_t i = 0; i < reading->strategy_count; i++) {
        outside[i] = presentation_outside(file, reading->strategies[i]);
        is_known |= outside[i][0] != '\0';
    }
    return is_known;
}

bool result_matrix_read(const struct result_file *file, struct arena *arena, const struct matrix **matrix) {
    const json_t *cells = json_object_get(json_object_get(file->context, "ctxbench"), "conformance");
    const size_t count = json_array_size(cells);
    *matrix = NULL;
    if (count == 0)
        return true;
    struct reading reading = {
        .strategies = arena_take(arena, count * sizeof *reading.strategies),
        .scenarios = arena_take(arena, count * sizeof *reading.scenarios),
    };
    struct matrix *made = arena_take(arena, sizeof *made);
    if (reading.strategies == NULL || reading.scenarios == NULL || made == NULL)
        return false;
    collect_names(&reading, cells);
    struct matrix_cell *filled = arena_take(arena, reading.strategy_count * reading.scenario_count * sizeof *filled);
    if (filled == NULL)
        return false;
    fill_cells(&reading, cells, filled);
    const char **outside = arena_take(arena, reading.strategy_count * sizeof *outside);
    if (outside == NULL)
        return false;
    *made = (struct matrix){.strategies = reading.strategies,
                            .strategy_count = reading.strategy_count,
                            .scenarios = reading.scenarios,
                            .scenario_count = reading.scenario_count,
                            .cells = filled,
                            .outside = fill_outside(&reading, file, outside) ? outside : NULL};
    *matrix = made;
    return true;
}
