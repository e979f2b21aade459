#include "protocol/answer_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "protocol/measured_json.h"

static bool pus_to_json(const struct execution_answer *answer, json_t *object) {
    json_t *pus = json_array();
    int failed = json_object_set_new(object, "pus", pus);
    for (unsigned i = 0; i < answer->thread_count && failed == 0; i++)
        failed = json_array_append_new(pus, json_integer(answer->pus_bound[i]));
    return failed == 0;
}

/* Outcomes that say all there is to say. */
static bool says_all(enum execution_outcome outcome) {
    return outcome == EXECUTION_HELD || outcome == EXECUTION_COUNTED;
}

bool answer_to_json(const struct execution_answer *answer, json_t *object) {
    int failed = json_object_set_new(object, "outcome", json_string(execution_outcome_name(answer->outcome)));
    if (says_all(answer->outcome))
        return failed == 0;
    if (answer->outcome != EXECUTION_OK)
        return failed == 0 && json_object_set_new(object, "reason", json_text(answer->reason)) == 0;
    failed |= json_object_set_new(object, "iterations", json_integer((json_int_t)answer->iterations));
    failed |= json_object_set_new(object, "linkage", json_text(answer->linkage));
    failed |= json_object_set_new(object, "measured_ms", json_real(answer->measured_ms));
    if (answer->memory_bound)
        failed |= json_object_set_new(object, "memory_bound", json_true());
    return failed == 0 && pus_to_json(answer, object) && measured_to_json(answer, object);
}

static bool get_text(const json_t *object, const char *name, char *text, size_t size, struct error *error) {
    const char *found = json_string_value(json_object_get(object, name));
    if (found == NULL)
        return error_set(error, "\"%s\" is missing or no text", name);
    size_t length = strlen(found);
    if (length >= size)
        length = size - 1;
    memcpy(text, found, length);
    text[length] = '\0';
    return true;
}

/* A time: finite and not negative. */
static bool get_time(const json_t *object, const char *name, double *value, struct error *error) {
    const json_t *found = json_object_get(object, name);
    *value = json_number_value(found);
    if (!json_is_number(found) || !isfinite(*value) || *value < 0)
        return error_set(error, "\"%s\" is missing or no time", name);
    return true;
}

static bool get_pus(const json_t *object, struct execution_answer *answer, struct error *error) {
    const json_t *pus = json_object_get(object, "pus");
    size_t count = json_array_size(pus);
    if (count == 0)
        return error_set(error, "\"pus\" is missing or empty");
    answer->pus_bound = calloc(count, sizeof *answer->pus_bound);
    if (answer->pus_bound == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for %zu PUs", count);
    for (size_t i = 0; i < count; i++) {
        const json_t *pu = json_array_get(pus, i);
        json_int_t value = json_integer_value(pu);
        if (!json_is_integer(pu) || value < 0 || value > INT32_MAX)
            return error_set(error, "\"pus\" holds what is no index of a PU");
        answer->pus_bound[i] = (unsigned)value;
    }
    answer->thread_count = (unsigned)count;
    return true;
}

/* A worker of ours compares its checksums itself, and tells none. */
static bool get_checksums(const json_t *object, struct execution_answer *answer, struct error *error) {
    const json_t *checksums = json_object_get(object, "checksums");
    const size_t count = json_array_size(checksums);
    if (checksums == NULL)
        return true;
    if (count != answer->sample_count)
        return error_set(error, "found %zu \"checksums\", wanted one for each of %u samples", count,
                         answer->sample_count);
    for (size_t i = 0; i < count; i++) {
        const json_t *checksum = json_array_get(checksums, i);
        const json_int_t value = json_integer_value(checksum);
        if (!json_is_integer(checksum) || value < 0 || value > UINT32_MAX)
            return error_set(error, "\"checksums\" holds what is no whole number below 2^32");
        answer->checksums[i] = (uint32_t)value;
    }
    answer->checksum_count = (unsigned)count;
    return true;
}

static bool get_measurement(const json_t *object, struct execution_answer *answer, struct error *error) {
    const json_t *iterations = json_object_get(object, "iterations");
    if (!json_is_integer(iterations) || json_integer_value(iterations) < 1)
        return error_set(error, "\"iterations\" is missing or 0");
    answer->iterations = (uint64_t)json_integer_value(iterations);
    answer->memory_bound = json_is_true(json_object_get(object, "memory_bound"));
    return get_text(object, "linkage", answer->linkage, sizeof answer->linkage, error) &&
           get_time(object, "measured_ms", &answer->measured_ms, error) && get_pus(object, answer, error) &&
           measured_from_json(object, answer, error) && get_checksums(object, answer, error);
}

bool answer_from_json(const json_t *object, struct execution_answer *answer, struct error *error) {
    *answer = execution_answer_empty();
    const char *outcome = json_string_value(json_object_get(object, "outcome"));
    if (outcome == NULL || !execution_outcome_parse(outcome, &answer->outcome))
        return error_set(error, "found outcome \"%s\", which is none", outcome == NULL ? "" : outcome);
    if (says_all(answer->outcome) ||
        (answer->outcome == EXECUTION_OK ? get_measurement(object, answer, error)
                                         : get_text(object, "reason", answer->reason, sizeof answer->reason, error)))
        return true;
    execution_answer_clear(answer);
    return false;
}
