#include "base/json_build.h"

#include <math.h>

#include "base/json_text.h"

void json_build_put(struct json_build *build, json_t *object, const char *key, json_t *value) {
    if (json_object_set_new(object, key, value) != 0)
        build->out_of_memory = true;
}

void json_build_append(struct json_build *build, json_t *array, json_t *value) {
    if (json_array_append_new(array, value) != 0)
        build->out_of_memory = true;
}

void json_build_insert(struct json_build *build, json_t *array, size_t index, json_t *value) {
    if (json_array_insert_new(array, index, value) != 0)
        build->out_of_memory = true;
}

void json_build_put_text(struct json_build *build, json_t *object, const char *key, const char *text) {
    if (text[0] != '\0')
        json_build_put(build, object, key, json_text(text));
}

void json_build_append_text(struct json_build *build, json_t *array, const char *text) {
    json_build_append(build, array, json_text(text));
}

void json_build_put_number(struct json_build *build, json_t *object, const char *key, double number) {
    if (isfinite(number))
        json_build_put(build, object, key, json_real(number));
}

void json_build_put_count(struct json_build *build, json_t *object, const char *key, uint64_t count) {
    if (count <= INT64_MAX)
        json_build_put(build, object, key, json_integer((json_int_t)count));
}

json_t *json_build_finish(const struct json_build *build, json_t *value) {
    if (!build->out_of_memory)
        return value;
    json_decref(value);
    return NULL;
}

bool json_build_write(const struct json_build *build, json_t *value, size_t flags, FILE *out) {
    bool written =
        !build->out_of_memory && value != NULL && json_dumpf(value, out, flags) == 0 && fputc('\n', out) != EOF;
    json_decref(value);
    return written;
}

char *json_build_dump(const struct json_build *build, json_t *value, size_t flags) {
    char *text = !build->out_of_memory && value != NULL ? json_dumps(value, flags) : NULL;
    json_decref(value);
    return text;
}

bool json_build_write_element(const struct json_build *build, json_t *value, size_t count, FILE *out) {
    bool written = !build->out_of_memory && value != NULL && fputs(count > 0 ? ",\n" : "\n", out) != EOF &&
                   json_dumpf(value, out, JSON_COMPACT) == 0;
    json_decref(value);
    return written;
}
