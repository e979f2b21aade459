/*
 * Reads a large JSON file value by value, so that memory depends on its largest value and not on its size. Whoever
 * reads decides, level by level, whether to take a value whole or to go through its members.
 */
#ifndef CTXBENCH_JSON_STREAM_H
#define CTXBENCH_JSON_STREAM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct json_stream {
    const char *path;
    const char *begin, *at, *end; /* the file, mapped */
    const char *value;            /* where the last value that was read whole begins; it ends at `at` */
    const char *released;         /* what stands before was given back to the system */
    size_t released_lines;        /* how many ended in there */
    struct error *error;
};

/* Each returns false (or NULL) with *error set: the message names the path and, where it helps, the line. */
bool json_stream_open(struct json_stream *stream, const char *path, struct error *error);
void json_stream_close(struct json_stream *stream);

/* The next value, whole; a new reference. One of more than 4 MiB is an error, so that memory stays bounded. */
json_t *json_stream_value(struct json_stream *stream);

/*
 * The members of the object, or the elements of the array, that comes next. `visit` must read exactly one value and
 * returns false, with the message set, to stop.
 */
bool json_stream_object(struct json_stream *stream,
                        bool (*visit)(struct json_stream *stream, const char *key, void *arg), void *arg);
bool json_stream_array(struct json_stream *stream, bool (*visit)(struct json_stream *stream, void *arg), void *arg);

/* Succeeds if nothing but white space is left. */
bool json_stream_at_end(struct json_stream *stream);

#endif
