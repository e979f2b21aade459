/* Reading a result file, member by member. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/result_loader.h"

enum { TEXT_MAX = RESULT_LOADER_TEXT_MAX };

static bool read_context(struct result_loader *loader) {
    json_t *context = json_stream_value(&loader->stream);
    const bool taken = context != NULL && result_loader_take_context(loader, context);
    json_decref(context);
    return taken;
}

/* Rows and failures. */

static bool visit_row(struct json_stream *stream, void *arg) {
    json_t *row = json_stream_value(stream);
    const json_t *machine = json_object_get(row, "machine");
    const bool added = row != NULL && (!result_loader_is_of_machine(arg, machine) || result_loader_add_row(arg, row));
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
    const bool taken = object != NULL && (!result_loader_is_of_machine(arg, json_object_get(object, "machine")) ||
                                          result_loader_take_failure(arg, object));
    json_decref(object);
    return taken;
}

static bool visit_member(struct json_stream *stream, const char *key, void *arg) {
    struct result_loader *loader = arg;
    if (strcmp(key, "context") == 0)
        return read_context(loader);
    if (strcmp(key, "machines") == 0)
        return result_loader_read_machines(loader);
    if (strcmp(key, "failures") == 0)
        return json_stream_array(stream, visit_failure, loader);
    if (strcmp(key, "benchmarks") == 0) {
        loader->has_benchmarks = true;
        return json_stream_array(stream, visit_row, loader);
    }
    if (loader->other_kind[0] == '\0' && strncmp(key, "ctxbench_", strlen("ctxbench_")) == 0)
        (void)snprintf(loader->other_kind, sizeof loader->other_kind, "%s", key);
    json_t *unknown = json_stream_value(stream);
    json_decref(unknown);
    return unknown != NULL;
}

/* "ctxbench_counts": what the first member of other files of ours is called. */
static const char *describe_kind(const char *member) {
    static const struct {
        const char *member, *description;
    } kinds[] = {
        {"ctxbench_counts", "instruction counts: bench check --metric=instructions --baseline=FILE reads those"},
        {"ctxbench_calibration", "a calibration of the gate, which bench check finds by itself"},
        {"ctxbench_suite", "a suite: bench --suite=FILE measures that"},
        {"ctxbench_advice", "advice, which is made from result files"},
        {"ctxbench_comparison", "a comparison, which is made from result files"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].member, member) == 0)
            return kinds[i].description;
    return NULL;
}

static bool check_kind(struct result_loader *loader) {
    const char *path = loader->stream.path, *other = describe_kind(loader->other_kind);
    if (!loader->has_context && other != NULL)
        return result_loader_fail(loader, ERROR_FORMAT, "%s is no result file; it holds %s", path, other);
    if (!loader->has_context || !loader->has_benchmarks)
        return result_loader_fail(loader, ERROR_FORMAT, "%s is no result file: it has no \"%s\"", path,
                                  loader->has_context ? "benchmarks" : "context");
    if (!loader->has_ours)
        return result_loader_fail(loader, ERROR_FORMAT,
                                  "%s is no result file of ctxbench: its context has no \"ctxbench\"", path);
    if (loader->schema_version < 1 || loader->schema_version > RESULT_FILE_SCHEMA_VERSION)
        return result_loader_fail(loader, ERROR_VERSION,
                                  "%s has schema version %lld, but this program reads versions up to %d", path,
                                  (long long)loader->schema_version, RESULT_FILE_SCHEMA_VERSION);
    if (loader->row_count == 0 && loader->file->unusable_rows > 0)
        return result_loader_fail(loader, ERROR_FORMAT,
                                  "%s: none of its %zu rows has a name, an object \"ctxbench\" and a positive time",
                                  path, loader->file->unusable_rows);
    return true;
}

static bool load(struct result_loader *loader) {
    return json_stream_object(&loader->stream, visit_member, loader) && json_stream_at_end(&loader->stream) &&
           check_kind(loader) && result_loader_group_rows(loader);
}

/* What is read is kept, unless there was no room for it. */
struct result_file *result_loader_end(struct result_loader *loader, const char *path, bool loaded) {
    if (loader->file == NULL || loader->out_of_memory)
        (void)result_loader_fail(loader, ERROR_MEMORY, "cannot read %s: out of memory", path);
    else if (loader->exhausted)
        (void)result_loader_fail(
            loader, ERROR_MEMORY,
            "%s holds more than %zu MiB of measurements; measure fewer cases or executions in one run", path,
            RESULT_FILE_BYTES_MAX >> 20);
    json_decref(loader->common);
    result_loader_free_rows(loader);
    if (loaded && !loader->out_of_memory && !loader->exhausted)
        return loader->file;
    result_file_free(loader->file);
    return NULL;
}

struct result_file *result_file_load(const char *path, struct error *error) {
    return result_file_load_machine(path, NULL, error);
}

struct result_file *result_file_load_machine(const char *path, const char *machine, struct error *error) {
    struct result_loader loader = {.wanted_machine = machine};
    if (!json_stream_open(&loader.stream, path, error))
        return NULL;
    loader.file = calloc(1, sizeof *loader.file);
    const bool loaded = loader.file != NULL && load(&loader);
    json_stream_close(&loader.stream);
    return result_loader_end(&loader, path, loaded);
}
