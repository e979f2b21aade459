/*
 * Bytes that have to come back as they were, in JSON: a path that a worker opens, an argument of a run that is resumed.
 * UTF-8 is a text; anything else is {"hex": "4dfc"}.
 */
#ifndef CTXBENCH_BYTES_JSON_H
#define CTXBENCH_BYTES_JSON_H

#include <jansson.h>

/* NULL when out of memory. */
json_t *bytes_to_json(const char *bytes);

/* Freed by free(). NULL if the value is neither of the two, or when out of memory. */
char *bytes_from_json(const json_t *value);

#endif
