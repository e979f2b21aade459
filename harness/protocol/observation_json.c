#include "protocol/observation_json.h"

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

bool observation_recording_to_json(const struct recording *recording, json_t *object) {
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
        return error_set(error, "out of memory for the times of operations");
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

bool observation_recording_from_json(const json_t *object, struct recording *recording, struct error *error) {
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

/* ---- Footprints ---- */

static const struct {
    const char *name;
    size_t offset;
} members[] = {
    {"allocations", offsetof(struct execution_footprint, allocations)},
    {"allocated_bytes", offsetof(struct execution_footprint, allocated_bytes)},
    {"scope_stack_bytes", offsetof(struct execution_footprint, scope_stack_bytes)},
    {"scope_heap_bytes", offsetof(struct execution_footprint, scope_heap_bytes)},
};
enum { MEMBERS = sizeof members / sizeof *members };

bool observation_footprint_to_json(const struct execution_footprint *footprint, json_t *object) {
    if (!footprint->taken)
        return true;
    json_t *ours = json_object();
    int failed = json_object_set_new(object, "footprint", ours);
    for (size_t i = 0; i < MEMBERS && failed == 0; i++) {
        const double value = *(const double *)((const char *)footprint + members[i].offset);
        if (value >= 0)
            failed |= json_object_set_new(ours, members[i].name, json_real(value));
    }
    if (footprint->absent[0] != '\0')
        failed |= json_object_set_new(ours, "absent", json_text(footprint->absent));
    return failed == 0;
}

bool observation_footprint_from_json(const json_t *object, struct execution_footprint *footprint, struct error *error) {
    const json_t *ours = json_object_get(object, "footprint");
    const char *absent = json_string_value(json_object_get(ours, "absent"));
    *footprint = (struct execution_footprint){ours != NULL, -1, -1, -1, -1, ""};
    for (size_t i = 0; i < MEMBERS; i++) {
        const json_t *found = json_object_get(ours, members[i].name);
        const double value = json_number_value(found);
        if (found != NULL && (!json_is_number(found) || !isfinite(value) || value < 0))
            return error_set(error, "\"%s\" is no count", members[i].name);
        if (found != NULL)
            *(double *)((char *)footprint + members[i].offset) = value;
    }
    if (absent != NULL)
        (void)snprintf(footprint->absent, sizeof footprint->absent, "%s", absent);
    return true;
}
