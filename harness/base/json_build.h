/*
 * Building JSON: a value that could not be made is noticed once, at the end. What is unknown (an empty text, a number
 * that is not finite, a count that no JSON integer holds) stays out.
 */
#ifndef CTXBENCH_JSON_BUILD_H
#define CTXBENCH_JSON_BUILD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json_build {
    bool out_of_memory;
};

/* These take over `value`. */
void json_build_put(struct json_build *build, json_t *object, const char *key, json_t *value);
void json_build_append(struct json_build *build, json_t *array, json_t *value);
void json_build_insert(struct json_build *build, json_t *array, size_t index, json_t *value);

void json_build_put_text(struct json_build *build, json_t *object, const char *key, const char *text);
void json_build_append_text(struct json_build *build, json_t *array, const char *text);
void json_build_put_number(struct json_build *build, json_t *object, const char *key, double number);
void json_build_put_count(struct json_build *build, json_t *object, const char *key, uint64_t count);

/* The finished value; NULL, and the value released, when out of memory. */
json_t *json_build_finish(const struct json_build *build, json_t *value);

/*
 * Writes the value with a newline, and releases it; `flags` are json_dumpf's. False when out of memory, now or before,
 * or when writing failed.
 */
bool json_build_write(const struct json_build *build, json_t *value, size_t flags, FILE *out);

/* The same into a text that is freed by free(). NULL when out of memory, now or before. */
char *json_build_dump(const struct json_build *build, json_t *value, size_t flags);

/* The same for one of many elements or members, in a line of its own: `count` is how many stand before it. */
bool json_build_write_element(const struct json_build *build, json_t *value, size_t count, FILE *out);

#endif
