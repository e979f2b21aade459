/* Reading a result file, member by member. */
#include "base/display.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/result_loader.h"

enum { TEXT_MAX = RESULT_LOADER_TEXT_MAX };

__attribute__((format(printf, 2, 3))) static bool fail(struct result_loader *loader, const char *format, ...) {
    va_list args;
    va_start(args, format);
    (void)vsnprintf(loader->stream.error, loader->stream.error_size, format, args);
    va_end(args);
    return false;
}

/* The context. */

static json_t *printable_copy(const json_t *value);

static json_t *printable_string(const char *text) {
    char *copy = strdup(text);
    if (copy == NULL)
        return NULL;
    text_make_printable(copy);
    json_t *string = json_string(copy);
    free(copy);
    return string;
}

static json_t *printable_object(const json_t *object) {
    json_t *copy = json_object(), *value;
    const char *key;
    json_object_foreach((json_t *)(uintptr_t)object, key, value) {
        char *printable = strdup(key);
        if (printable != NULL)
            text_make_printable(printable);
        bool set = printable != NULL && json_object_set_new(copy, printable, printable_copy(value)) == 0;
        free(printable);
        if (!set) {
            json_decref(copy);
            return NULL;
        }
    }
    return copy;
}

static json_t *printable_array(const json_t *array) {
    json_t *copy = json_array(), *value;
    size_t index;
    json_array_foreach(array, index, value) {
        if (json_array_append_new(copy, printable_copy(value)) != 0) {
            json_decref(copy);
            return NULL;
        }
    }
    return copy;
}

/* A copy whose texts, keys included, have no control characters. NULL when out of memory. */
static json_t *printable_copy(const json_t *value) {
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return printable_object(value);
    case JSON_ARRAY:
        return printable_array(value);
    case JSON_STRING:
        return printable_string(json_string_value(value));
    default:
        return json_incref((json_t *)(uintptr_t)value);
    }
}

static void take_warnings(struct result_loader *loader, const json_t *warnings) {
    struct result_file *file = loader->file;
    size_t capacity = 0, index;
    const json_t *warning;
    json_array_foreach(warnings, index, warning) {
        if (!json_is_string(warning))
            continue;
        file->warnings =
            result_loader_reserve(loader, file->warnings, &capacity, file->warning_count + 1, sizeof *file->warnings);
        if (loader->out_of_memory || loader->exhausted)
            return;
        file->warnings[file->warning_count++] = result_loader_keep(loader, json_string_value(warning));
    }
}

static void take_our_context(struct result_loader *loader, const json_t *ours) {
    struct result_file *file = loader->file;
    const json_t *executions = json_object_get(ours, "executions");
    loader->has_ours = json_is_object(ours);
    loader->schema_version = json_integer_value(json_object_get(ours, "schema_version"));
    file->interrupted = json_is_true(json_object_get(ours, "interrupted"));
    file->planned = result_loader_count(executions, "planned");
    file->done = result_loader_count(executions, "done");
    take_warnings(loader, json_object_get(ours, "warnings"));
}

/* The first one counts. */
bool result_loader_take_context(struct result_loader *loader, const json_t *context) {
    if (!loader->has_context) {
        loader->has_context = true;
        loader->file->context = printable_copy(context);
        loader->out_of_memory |= loader->file->context == NULL;
        take_our_context(loader, json_object_get(context, "ctxbench"));
    }
    return !loader->out_of_memory && !loader->exhausted;
}

static bool read_context(struct result_loader *loader) {
    json_t *context = json_stream_value(&loader->stream);
    const bool taken = context != NULL && result_loader_take_context(loader, context);
    json_decref(context);
    return taken;
}

/* Rows and failures. */

static bool visit_row(struct json_stream *stream, void *arg) {
    json_t *row = json_stream_value(stream);
    bool added = row != NULL && result_loader_add_row(arg, row);
    json_decref(row);
    return added;
}

static bool remember_failure(struct result_loader *loader, const char *case_name, ptrdiff_t index) {
    char key[RESULT_FAILURE_KEY_MAX];
    result_failure_key(case_name, key);
    struct name *name = result_loader_name(loader, key);
    if (name != NULL && name->tag == NAME_UNTAGGED)
        name->tag = index;
    return name != NULL;
}

bool result_loader_take_failure(struct result_loader *loader, const json_t *object) {
    struct result_file *file = loader->file;
    struct result_failure failure = {
        .case_name = result_loader_keep_member(loader, object, "name"),
        .outcome = result_loader_keep_member(loader, object, "outcome"),
        .reason = result_loader_keep_member(loader, object, "reason"),
        .calibration = json_is_true(json_object_get(object, "calibration")),
    };
    /* Equal ones are found again by a name made of all that they say. */
    char whole[3 * TEXT_MAX];
    (void)snprintf(whole, sizeof whole, "\n%s\n%s\n%s", failure.case_name, failure.outcome, failure.reason);
    struct name *name = result_loader_name(loader, whole);
    file->failures = result_loader_reserve(loader, file->failures, &loader->failure_capacity, file->failure_count + 1,
                                           sizeof *file->failures);
    if (loader->out_of_memory || loader->exhausted)
        return false;
    if (name->tag == NAME_UNTAGGED) {
        name->tag = (ptrdiff_t)file->failure_count;
        file->failures[file->failure_count++] = failure;
    }
    file->failures[name->tag].count++;
    return remember_failure(loader, failure.case_name, name->tag);
}

static bool visit_failure(struct json_stream *stream, void *arg) {
    json_t *object = json_stream_value(stream);
    const bool taken = object != NULL && result_loader_take_failure(arg, object);
    json_decref(object);
    return taken;
}

static bool visit_member(struct json_stream *stream, const char *key, void *arg) {
    struct result_loader *loader = arg;
    if (strcmp(key, "context") == 0)
        return read_context(loader);
    if (strcmp(key, "failures") == 0)
        return json_stream_array(stream, visit_failure, loader);
    if (strcmp(key, "benchmarks") == 0) {
        loader->has_benchmarks = true;
        return json_stream_array(stream, visit_row, loader);
    }
    json_t *unknown = json_stream_value(stream);
    json_decref(unknown);
    return unknown != NULL;
}

static bool check_kind(struct result_loader *loader) {
    const char *path = loader->stream.path;
    if (!loader->has_context || !loader->has_benchmarks)
        return fail(loader, "%s is no result file: it has no \"%s\"", path,
                    loader->has_context ? "benchmarks" : "context");
    if (!loader->has_ours)
        return fail(loader, "%s is no result file of ctxbench: its context has no \"ctxbench\"", path);
    if (loader->schema_version != RESULT_FILE_SCHEMA_VERSION)
        return fail(loader, "%s has schema version %lld, but this program reads version %d", path,
                    (long long)loader->schema_version, RESULT_FILE_SCHEMA_VERSION);
    if (loader->row_count == 0 && loader->file->unusable_rows > 0)
        return fail(loader, "%s: none of its %zu rows has a name, an object \"ctxbench\" and a positive time", path,
                    loader->file->unusable_rows);
    return true;
}

static bool load(struct result_loader *loader) {
    return json_stream_object(&loader->stream, visit_member, loader) && json_stream_at_end(&loader->stream) &&
           check_kind(loader) && result_loader_group_rows(loader);
}

/* What is read is kept, unless there was no room for it. */
struct result_file *result_loader_end(struct result_loader *loader, const char *path, bool loaded) {
    if (loader->file == NULL || loader->out_of_memory)
        (void)fail(loader, "cannot read %s: out of memory", path);
    else if (loader->exhausted)
        (void)fail(loader, "%s holds more than %zu MiB of measurements; measure fewer cases or executions in one run",
                   path, RESULT_FILE_BYTES_MAX >> 20);
    result_loader_free_rows(loader);
    if (loaded && !loader->out_of_memory && !loader->exhausted)
        return loader->file;
    result_file_free(loader->file);
    return NULL;
}

struct result_file *result_file_load(const char *path, char *error, size_t error_size) {
    struct result_loader loader = {0};
    if (!json_stream_open(&loader.stream, path, error, error_size))
        return NULL;
    loader.file = calloc(1, sizeof *loader.file);
    const bool loaded = loader.file != NULL && load(&loader);
    json_stream_close(&loader.stream);
    return result_loader_end(&loader, path, loaded);
}
