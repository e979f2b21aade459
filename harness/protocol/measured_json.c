#include "protocol/measured_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"

/* ---- Recordings ---- */

static json_t *histogram_to_json(const struct recording *recording) {
    json_t *times = json_array(), *operations = json_array(), *object = json_object();
    int failed = json_object_set_new(object, "picoseconds", times);
    failed |= json_object_set_new(object, "operations", operations);
    for (size_t i = 0; i < recording->point_count && failed == 0; i++) {
        failed |= json_array_append_new(times, json_integer((json_int_t)recording->points[i].value));
        failed |= json_array_append_new(operations, json_integer((json_int_t)recording->points[i].count));
    }
    if (failed == 0)
        return object;
    json_decref(object);
    return NULL;
}

/* The quantiles that there are operations for, and a sentence on those that there are too few for. */
static int add_quantiles(const struct recording *recording, json_t *object) {
    int failed = 0;
    for (int i = 0; i < QUANTILES_SHOWN; i++) {
        const struct quantile_shown *quantile = &quantiles_shown[i];
        char name[16], absent[128];
        const uint64_t needs = quantile_needs(quantile->order);
        if (recording->operations < needs) {
            (void)snprintf(absent, sizeof absent, "%s takes %llu operations, and this execution recorded %llu",
                           quantile->name, (unsigned long long)needs, (unsigned long long)recording->operations);
            return failed | json_object_set_new(object, "absent", json_text(absent));
        }
        (void)snprintf(name, sizeof name, "%s_ns", quantile->name);
        const uint64_t ps = quantile_of(recording->points, recording->point_count, quantile->order);
        failed |= json_object_set_new(object, name, json_real((double)ps / 1e3));
    }
    return failed;
}

static bool recording_to_json(const struct recording *recording, json_t *object) {
    if (recording->operations == 0)
        return true;
    json_t *ours = json_object();
    int failed = json_object_set_new(object, "operation_times", ours);
    failed |= json_object_set_new(ours, "operations", json_integer((json_int_t)recording->operations));
    failed |= json_object_set_new(ours, "clock_ns", json_real((double)recording->clock_ps / 1e3));
    failed |= add_quantiles(recording, ours);
    failed |= json_object_set_new(ours, "histogram", histogram_to_json(recording));
    return failed == 0;
}

static bool is_count(const json_t *value) {
    return json_is_integer(value) && json_integer_value(value) > 0;
}

static bool get_histogram(const json_t *histogram, struct recording *recording, struct error *error) {
    const json_t *times = json_object_get(histogram, "picoseconds"), *counts = json_object_get(histogram, "operations");
    const size_t count = json_array_size(times);
    if (count == 0 || count > RECORDING_POINTS_MAX || json_array_size(counts) != count)
        return error_set(error, "found %zu times and %zu counts of operations, wanted as many of each, 1 to %d", count,
                         json_array_size(counts), RECORDING_POINTS_MAX);
    recording->points = calloc(count, sizeof *recording->points);
    if (recording->points == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for the times of operations");
    for (size_t i = 0; i < count; i++) {
        const json_t *time = json_array_get(times, i), *operations = json_array_get(counts, i);
        const json_int_t before = i == 0 ? -1 : (json_int_t)recording->points[i - 1].value;
        if (!json_is_integer(time) || json_integer_value(time) < 0 || json_integer_value(time) < before ||
            !is_count(operations))
            return error_set(error, "the times of operations do not ascend, or one was not found even once");
        recording->points[i] =
            (struct quantile_point){(uint64_t)json_integer_value(time), (uint64_t)json_integer_value(operations)};
        recording->operations += recording->points[i].count;
    }
    recording->point_count = count;
    return true;
}

static bool recording_from_json(const json_t *object, struct recording *recording, struct error *error) {
    const json_t *ours = json_object_get(object, "operation_times"), *clock = json_object_get(ours, "clock_ns");
    *recording = (struct recording){0};
    if (ours == NULL)
        return true;
    const double clock_ps = json_number_value(clock) * 1e3;
    if (!json_is_number(clock) || !(clock_ps >= 0) || clock_ps > 1e15)
        return error_set(error, "\"clock_ns\" is missing or no time");
    recording->clock_ps = (uint64_t)llround(clock_ps);
    return get_histogram(json_object_get(ours, "histogram"), recording, error);
}

/* ---- Quantities ---- */

static json_t *value_to_json(const struct quantity *quantity, double value) {
    return quantity->kind == QUANTITY_COUNT ? json_integer((json_int_t)value) : json_real(value);
}

/* NAN with *error set if it is wrong; NAN where it is absent and may be. */
static double value_from_json(const struct quantity *quantity, const json_t *found, struct error *error) {
    const double value = found == NULL ? NAN : json_number_value(found);
    const bool is_wrong = found != NULL && (!json_is_number(found) || !quantity_holds(quantity, value));
    if (is_wrong || (found == NULL && quantity->is_required))
        (void)error_set(error, "\"%s\" is missing, or no %s", quantity->name,
                        quantity->kind == QUANTITY_COUNT ? "count" : "number that it can be");
    return is_wrong ? NAN : value;
}

/* ---- Samples ---- */

/* Whether each sample has it. */
static bool is_known(const struct execution_answer *answer, int quantity) {
    for (unsigned i = 0; i < answer->sample_count; i++)
        if (!quantity_holds(&sample_quantities[quantity], answer->samples[i].values[quantity]))
            return false;
    return true;
}

static bool samples_to_json(const struct execution_answer *answer, json_t *object) {
    json_t *samples = json_object();
    int failed = json_object_set_new(object, "samples", samples);
    for (int quantity = 0; quantity < SAMPLE_QUANTITIES; quantity++) {
        json_t *values = is_known(answer, quantity) ? json_array() : NULL;
        if (values == NULL)
            continue;
        for (unsigned i = 0; i < answer->sample_count; i++)
            failed |= json_array_append_new(
                values, value_to_json(&sample_quantities[quantity], answer->samples[i].values[quantity]));
        failed |= json_object_set_new(samples, sample_quantities[quantity].name, values);
    }
    return failed == 0;
}

static bool get_column(const json_t *samples, int quantity, struct execution_answer *answer, struct error *error) {
    const char *name = sample_quantities[quantity].name;
    const json_t *values = json_object_get(samples, name);
    if (values == NULL && !sample_quantities[quantity].is_required)
        return true;
    if (json_array_size(values) != answer->sample_count)
        return error_set(error, "found %zu values of \"%s\", wanted one for each of %u samples",
                         json_array_size(values), name, answer->sample_count);
    error->code = ERROR_NONE;
    for (unsigned i = 0; i < answer->sample_count && error->code == ERROR_NONE; i++)
        answer->samples[i].values[quantity] =
            value_from_json(&sample_quantities[quantity], json_array_get(values, i), error);
    return error->code == ERROR_NONE;
}

static bool samples_from_json(const json_t *object, struct execution_answer *answer, struct error *error) {
    const json_t *samples = json_object_get(object, "samples");
    const size_t count = json_array_size(json_object_get(samples, sample_quantities[SAMPLE_REAL_NS].name));
    if (count == 0 || count > EXECUTION_SAMPLES_MAX)
        return error_set(error, "found %zu samples, wanted 1 to %d", count, EXECUTION_SAMPLES_MAX);
    answer->sample_count = (unsigned)count;
    for (int quantity = 0; quantity < SAMPLE_QUANTITIES; quantity++) {
        if (!get_column(samples, quantity, answer, error))
            return false;
    }
    return true;
}

/* ---- Executions ---- */

/* The object that holds a quantity, made where it is missing; NULL when out of memory. */
static json_t *group_in(json_t *object, const char *name) {
    json_t *group = name == NULL ? object : json_object_get(object, name);
    if (group == NULL && json_object_set_new(object, name, json_object()) == 0)
        group = json_object_get(object, name);
    return group;
}

static const char allocations_group[] = "footprint", absent[] = "absent";

static bool quantities_to_json(const struct execution_answer *answer, json_t *object) {
    int failed = 0;
    for (int i = 0; i < EXECUTION_QUANTITIES && failed == 0; i++) {
        const struct quantity *quantity = &execution_quantities[i];
        if (quantity_holds(quantity, answer->quantities[i]))
            failed = json_object_set_new(group_in(object, quantity->group), quantity->name,
                                         value_to_json(quantity, answer->quantities[i]));
    }
    if (answer->allocations_absent[0] != '\0')
        failed |=
            json_object_set_new(group_in(object, allocations_group), absent, json_text(answer->allocations_absent));
    return failed == 0;
}

static bool quantities_from_json(const json_t *object, struct execution_answer *answer, struct error *error) {
    error->code = ERROR_NONE;
    for (int i = 0; i < EXECUTION_QUANTITIES && error->code == ERROR_NONE; i++) {
        const struct quantity *quantity = &execution_quantities[i];
        const json_t *group = quantity->group == NULL ? object : json_object_get(object, quantity->group);
        answer->quantities[i] = value_from_json(quantity, json_object_get(group, quantity->name), error);
    }
    const char *why = json_string_value(json_object_get(json_object_get(object, allocations_group), absent));
    if (why != NULL)
        (void)snprintf(answer->allocations_absent, sizeof answer->allocations_absent, "%s", why);
    return error->code == ERROR_NONE;
}

bool measured_to_json(const struct execution_answer *answer, json_t *object) {
    return samples_to_json(answer, object) && quantities_to_json(answer, object) &&
           recording_to_json(&answer->recording, object);
}

bool measured_from_json(const json_t *object, struct execution_answer *answer, struct error *error) {
    return samples_from_json(object, answer, error) && quantities_from_json(object, answer, error) &&
           recording_from_json(object, &answer->recording, error);
}
