/* The context of a result file, as its readers may show it; and what a loader says when it fails. */
#include "base/display.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/result_loader.h"

bool result_loader_fail(struct result_loader *loader, enum error_code code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    (void)error_set_list(loader->stream.error, code, format, args);
    va_end(args);
    return false;
}

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
        bool set = printable != NULL && json_object_set_new(copy, printable, result_file_printable(value)) == 0;
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
        if (json_array_append_new(copy, result_file_printable(value)) != 0) {
            json_decref(copy);
            return NULL;
        }
    }
    return copy;
}

struct json_t *result_file_printable(const struct json_t *value) {
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
        loader->file->context = result_file_printable(context);
        loader->out_of_memory |= loader->file->context == NULL;
        take_our_context(loader, json_object_get(context, "ctxbench"));
    }
    return !loader->out_of_memory && !loader->exhausted;
}

void result_loader_forget_context(struct result_loader *loader) {
    struct result_file *file = loader->file;
    json_decref(file->context);
    free(file->warnings);
    file->context = NULL;
    file->warnings = NULL;
    file->warning_count = 0;
    loader->has_context = false;
}
