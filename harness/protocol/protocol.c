#include "protocol/protocol.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes_json.h"
#include "base/excerpt.h"
#include "protocol/answer_json.h"

/* The decoded line, which owns the strings of the request. */
struct protocol_text {
    json_t *line;
};

/* Ends `object` as a line, and releases it. */
static char *line_of(json_t *object, bool complete) {
    char *text = complete ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(object);
    if (text == NULL)
        return NULL;
    size_t length = strlen(text);
    char *line = realloc(text, length + sizeof "\n");
    if (line == NULL)
        free(text);
    else
        (void)stpcpy(line + length, "\n");
    return line;
}

/* The value if it is complete; otherwise NULL, and it is released. */
static json_t *complete_or_null(json_t *value, int failed) {
    if (failed == 0)
        return value;
    json_decref(value);
    return NULL;
}

static json_t *parameters_to_json(const struct execution_request *request) {
    json_t *parameters = json_object();
    int failed = 0;
    for (size_t i = 0; i < request->parameter_count; i++)
        failed |=
            json_object_set_new(parameters, request->parameters[i].name, json_integer(request->parameters[i].value));
    return complete_or_null(parameters, failed);
}

static json_t *indices_to_json(const unsigned *indices, size_t count) {
    json_t *array = json_array();
    int failed = 0;
    for (size_t i = 0; i < count; i++)
        failed |= json_array_append_new(array, json_integer(indices[i]));
    return complete_or_null(array, failed);
}

static json_t *measurement_to_json(const struct execution_request *request) {
    return json_pack("{s:i, s:s, s:s, s:s, s:s, s:s*, s:o, s:o, s:I, s:i, s:f, s:I, s:b, s:b, s:b, s:b}", "protocol",
                     PROTOCOL_VERSION, "case", request->case_name, "strategy", request->strategy, "workload",
                     request->workload, "form", request->form, "store", request->store, "parameters",
                     parameters_to_json(request), "pus", indices_to_json(request->pus, request->thread_count),
                     "iterations", (json_int_t)request->iterations, "samples", (int)request->sample_count,
                     "sample_seconds", request->sample_seconds, "revision", (json_int_t)request->revision, "count",
                     (int)request->count, "proved", (int)request->proved, "in_turns", (int)request->in_turns, "observe",
                     (int)request->observe);
}

static json_t *scenario_to_json(const struct execution_request *request) {
    return json_pack("{s:i, s:s, s:s, s:s}", "protocol", PROTOCOL_VERSION, "case", request->case_name, "strategy",
                     request->strategy, "scenario", request->scenario);
}

char *protocol_encode_request(const struct execution_request *request) {
    json_t *object = request->scenario != NULL ? scenario_to_json(request) : measurement_to_json(request);
    bool complete = object != NULL && (request->plugin == NULL ||
                                       json_object_set_new(object, "plugin", bytes_to_json(request->plugin)) == 0);
    if (complete && request->memory_node_count > 0)
        complete = json_object_set_new(object, "memory_nodes",
                                       indices_to_json(request->memory_nodes, request->memory_node_count)) == 0;
    return line_of(object, complete);
}

char *protocol_encode_answer(const struct execution_answer *answer, const char *case_name) {
    json_t *object = json_pack("{s:i, s:s}", "protocol", PROTOCOL_VERSION, "case", case_name);
    return line_of(object, object != NULL && answer_to_json(answer, object));
}

static json_t *decode_line(const char *line, size_t length, struct error *error) {
    json_error_t where;
    json_t *object = json_loadb(line, length, JSON_REJECT_DUPLICATES, &where);
    if (!json_is_object(object)) {
        error_set(error, "no JSON object: %s", object == NULL ? where.text : "something else");
        json_decref(object);
        return NULL;
    }
    const json_t *version = json_object_get(object, "protocol");
    if (!json_is_integer(version) || json_integer_value(version) != PROTOCOL_VERSION) {
        error_set(error, "found protocol version %lld, wanted %d: supervisor and worker are of different builds",
                  (long long)json_integer_value(version), PROTOCOL_VERSION);
        json_decref(object);
        return NULL;
    }
    return object;
}

/* The operating system's numbers of things, in a block that the caller frees. NULL with *error set. */
static unsigned *get_indices(const json_t *array, const char *key, const char *thing, struct error *error) {
    size_t count = json_array_size(array);
    unsigned *indices = calloc(count + 1, sizeof *indices);
    if (count == 0 || indices == NULL) {
        free(indices);
        (void)(count == 0 ? error_set(error, "\"%s\" names no %s", key, thing)
                          : error_set_code(error, ERROR_MEMORY, "out of memory for %zu %ss", count, thing));
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        json_int_t index = json_integer_value(json_array_get(array, i));
        if (index < 0 || index > INT32_MAX) {
            (void)error_set(error, "found %s %lld, which is no index", thing, (long long)index);
            free(indices);
            return NULL;
        }
        indices[i] = (unsigned)index;
    }
    return indices;
}

static bool get_pus(const json_t *array, struct protocol_request *decoded, struct error *error) {
    decoded->pus = get_indices(array, "pus", "PU", error);
    decoded->request.pus = decoded->pus;
    decoded->request.thread_count = (unsigned)json_array_size(array);
    return decoded->pus != NULL;
}

static bool get_memory_nodes(const json_t *array, struct protocol_request *decoded, struct error *error) {
    if (array == NULL)
        return true;
    decoded->memory_nodes = get_indices(array, "memory_nodes", "NUMA node", error);
    decoded->request.memory_nodes = decoded->memory_nodes;
    decoded->request.memory_node_count = (unsigned)json_array_size(array);
    return decoded->memory_nodes != NULL;
}

static bool get_parameters(json_t *object, struct execution_request *request, struct error *error) {
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value) {
        if (request->parameter_count == CTX_PARAMETERS_MAX)
            return error_set(error, "found more than %d parameters", CTX_PARAMETERS_MAX);
        if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > UINT32_MAX)
            return error_set(error, "parameter \"%s\" is no number from 0 to %u", name, UINT32_MAX);
        request->parameters[request->parameter_count++] =
            (struct execution_parameter){.name = name, .value = (uint32_t)json_integer_value(value)};
    }
    return true;
}

static bool get_plugin(const json_t *path, struct protocol_request *decoded, struct error *error) {
    if (path == NULL)
        return true;
    decoded->plugin = bytes_from_json(path);
    decoded->request.plugin = decoded->plugin;
    return decoded->plugin != NULL || error_set(error, "\"plugin\" is no path");
}

static bool get_scenario(json_t *line, struct execution_request *request, struct error *error) {
    json_error_t where;
    return json_unpack_ex(line, &where, 0, "{s:s, s:s, s:s}", "case", &request->case_name, "strategy",
                          &request->strategy, "scenario", &request->scenario) == 0 ||
           error_set(error, "%s", where.text);
}

static bool get_measurement(json_t *line, struct protocol_request *decoded, struct error *error) {
    struct execution_request *request = &decoded->request;
    json_t *parameters, *pus;
    json_int_t iterations, revision = 0;
    int samples, count = 0, proved = 0, in_turns = 0, observe = 0;
    json_error_t where;
    if (json_unpack_ex(line, &where, 0, "{s:s, s:s, s:s, s:s, s:o, s:o, s:I, s:i, s:F, s?s, s?I, s?b, s?b, s?b, s?b}",
                       "case", &request->case_name, "strategy", &request->strategy, "workload", &request->workload,
                       "form", &request->form, "parameters", &parameters, "pus", &pus, "iterations", &iterations,
                       "samples", &samples, "sample_seconds", &request->sample_seconds, "store", &request->store,
                       "revision", &revision, "count", &count, "proved", &proved, "in_turns", &in_turns, "observe",
                       &observe) != 0)
        return error_set(error, "%s", where.text);
    if (revision < 0 || revision > UINT32_MAX)
        return error_set(error, "found revision %lld of a workload, which is none", (long long)revision);
    if (count != 0 && iterations == 0)
        return error_set(error, "found no iterations to count, wanted 1 or more");
    request->revision = (uint32_t)revision;
    request->count = count != 0;
    request->proved = proved != 0;
    request->in_turns = in_turns != 0;
    request->observe = observe != 0;
    if (iterations < 0)
        return error_set(error, "found %lld iterations, wanted 0 or more", (long long)iterations);
    if (samples < 1 || samples > EXECUTION_SAMPLES_MAX)
        return error_set(error, "found %d samples, wanted 1 to %d", samples, EXECUTION_SAMPLES_MAX);
    if (!(request->sample_seconds > 0) || !isfinite(request->sample_seconds))
        return error_set(error, "found samples of %g s, wanted more than 0", request->sample_seconds);
    request->iterations = (uint64_t)iterations;
    request->sample_count = (unsigned)samples;
    return get_pus(pus, decoded, error) && get_memory_nodes(json_object_get(line, "memory_nodes"), decoded, error) &&
           get_parameters(parameters, request, error);
}

bool protocol_decode_request(const char *line, size_t length, struct protocol_request *decoded, struct error *error) {
    *decoded = (struct protocol_request){0};
    json_t *object = decode_line(line, length, error);
    if (object == NULL)
        return false;
    decoded->text = malloc(sizeof *decoded->text);
    if (decoded->text == NULL) {
        json_decref(object);
        return error_set_code(error, ERROR_MEMORY, "out of memory for the request");
    }
    decoded->text->line = object;
    const bool asks_for_proof = json_object_get(object, "scenario") != NULL;
    if (get_plugin(json_object_get(object, "plugin"), decoded, error) &&
        (asks_for_proof ? get_scenario(object, &decoded->request, error) : get_measurement(object, decoded, error)))
        return true;
    protocol_request_clear(decoded);
    return false;
}

void protocol_request_clear(struct protocol_request *decoded) {
    if (decoded->text != NULL)
        json_decref(decoded->text->line);
    free(decoded->text);
    free(decoded->pus);
    free(decoded->memory_nodes);
    free(decoded->plugin);
    *decoded = (struct protocol_request){0};
}

/* Whatever is not exactly one line of ours is nonsense, be there a good answer in it or not: a kernel wrote there. */
bool protocol_decode_answer(const char *output, size_t length, const char *case_name, struct execution_answer *answer,
                            struct error *error) {
    *answer = execution_answer_empty();
    struct error why = {.text = ""};
    const char *end = memchr(output, '\n', length);
    if (end != NULL && end == output + length - 1) {
        json_t *object = decode_line(output, length, &why);
        const char *name = object == NULL ? NULL : json_string_value(json_object_get(object, "case"));
        bool good = name != NULL && strcmp(name, case_name) == 0 && answer_from_json(object, answer, &why);
        if (object != NULL && !good && why.text[0] == '\0')
            error_set(&why, "it is not for this case, %s", case_name);
        json_decref(object);
        if (good)
            return true;
    } else {
        error_set(&why, "%s", end == NULL ? "its line has no end" : "it is more than one line");
    }
    char found[160];
    excerpt_first(found, sizeof found, output, length);
    return error_set(
        error, "wanted one line of the protocol on standard output, where only the worker may write; found \"%s\" (%s)",
        found, why.text);
}
