#include "fleet/merge.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_build.h"
#include "base/json_stream.h"
#include "data/merge_patch.h"
#include "data/result_file.h"

enum { MACHINE_NAME_MAX = 128 };

struct merged_file {
    const char *path;
    char name[MACHINE_NAME_MAX];
    json_t *patch;  /* to the context of the first file */
    size_t machine; /* its index in the merged file */
    bool is_matrix; /* without rows */
    bool is_joined; /* its matrix goes to the machine of that index, and it has none of its own */
    char host[MACHINE_NAME_MAX], fingerprint[17];
    char identity[1200]; /* what no two files of one machine share, unless they are the same run */
};

struct merge {
    struct merged_file *files;
    size_t file_count;
    json_t *context; /* of the first file */
};

/* ---- Reading ---- */

/* The file's name without folder and ending. */
static void name_of(const char *path, char name[static MACHINE_NAME_MAX]) {
    const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path;
    const size_t length = strlen(base), ending = length > 5 && strcmp(base + length - 5, ".json") == 0 ? 5 : 0;
    (void)snprintf(name, MACHINE_NAME_MAX, "%.*s", (int)(length - ending), base);
}

static bool is_name_taken(const struct merge *merge, const struct merged_file *by_another, const char *name) {
    for (size_t i = 0; i < merge->file_count; i++)
        if (&merge->files[i] != by_another && strcmp(merge->files[i].name, name) == 0)
            return true;
    return false;
}

/* The file's name; the host's where another file is called so, too; with a number where that does not do. */
static void choose_name(struct merge *merge, struct merged_file *file) {
    char stem[MACHINE_NAME_MAX];
    name_of(file->path, stem);
    (void)snprintf(file->name, sizeof file->name, "%s", stem);
    if (is_name_taken(merge, file, file->name) && file->host[0] != '\0')
        (void)snprintf(file->name, sizeof file->name, "%s", file->host);
    for (size_t number = 2; is_name_taken(merge, file, file->name); number++)
        (void)snprintf(file->name, sizeof file->name, "%.100s-%zu", stem, number);
}

/* The run that a matrix belongs to: that of a file of the same name and of the same machine; NULL if there is none. */
static const struct merged_file *run_of_matrix(const struct merge *merge, const struct merged_file *matrix) {
    char wanted[MACHINE_NAME_MAX], name[MACHINE_NAME_MAX];
    name_of(matrix->path, wanted);
    for (size_t i = 0; i < merge->file_count; i++) {
        const struct merged_file *file = &merge->files[i];
        name_of(file->path, name);
        if (!file->is_matrix && strcmp(name, wanted) == 0 && strcmp(file->fingerprint, matrix->fingerprint) == 0)
            return file;
    }
    return NULL;
}

/* Runs first, in their order; then what matrices there are of other machines. */
static void number_machines(struct merge *merge) {
    size_t count = 0;
    for (int turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < merge->file_count; i++) {
            struct merged_file *file = &merge->files[i];
            const struct merged_file *run = turn == 1 && file->is_matrix ? run_of_matrix(merge, file) : NULL;
            if (file->is_matrix != (turn == 1))
                continue;
            file->is_joined = run != NULL;
            file->machine = run != NULL ? run->machine : count++;
            if (run == NULL)
                choose_name(merge, file);
        }
}

/* Two files of one run say the same of machine, moment and order. */
static bool check_identity(const struct merge *merge, size_t index, struct error *error) {
    for (size_t i = 0; i < index; i++)
        if (strcmp(merge->files[i].identity, merge->files[index].identity) == 0)
            return error_set(error, "%.300s and %.300s hold the same run, which would count twice; give one of them",
                             merge->files[i].path, merge->files[index].path);
    return true;
}

/* Takes the context, which comes first, and stops there. */
static bool find_context(struct json_stream *stream, const char *key, void *arg) {
    json_t **context = arg;
    json_t *value = json_stream_value(stream);
    if (strcmp(key, "context") == 0 && value != NULL) {
        *context = result_file_printable(value);
        json_decref(value);
        return false;
    }
    json_decref(value);
    return value != NULL;
}

/* The context of a file that a reader takes; NULL with *error set. The rest is read when it is copied. */
static json_t *read_context(const char *path, struct error *error) {
    struct json_stream stream;
    json_t *context = NULL;
    if (!json_stream_open(&stream, path, error))
        return NULL;
    (void)json_stream_object(&stream, find_context, &context);
    json_stream_close(&stream);
    if (context != NULL && json_is_object(json_object_get(context, "ctxbench")))
        return context;
    json_decref(context);
    struct result_file *loaded = result_file_load(path, error); /* says what is wrong */
    if (loaded != NULL)
        (void)error_set(error, "%.300s: its context has to come first", path);
    result_file_free(loaded);
    return NULL;
}

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static void describe(struct merged_file *file, const json_t *context) {
    const json_t *ours = json_object_get(context, "ctxbench"), *executions = json_object_get(ours, "executions");
    file->is_matrix = json_array_size(json_object_get(ours, "conformance")) > 0 &&
                      json_integer_value(json_object_get(executions, "planned")) == 0;
    (void)snprintf(file->host, sizeof file->host, "%s", text_of(context, "host_name"));
    (void)snprintf(file->fingerprint, sizeof file->fingerprint, "%s", text_of(ours, "fingerprint"));
    (void)snprintf(file->identity, sizeof file->identity, "%s %s %s %s", file->fingerprint, text_of(context, "date"),
                   text_of(ours, "seed"), file->is_matrix ? file->path : "");
}

static bool take_file(struct merge *merge, size_t index, struct error *error) {
    struct merged_file *file = &merge->files[index];
    json_t *context = read_context(file->path, error);
    if (context == NULL)
        return error_prefix(error, "only files of one machine each are merged: ");
    const json_int_t version =
        json_integer_value(json_object_get(json_object_get(context, "ctxbench"), "schema_version"));
    if (merge->context == NULL)
        merge->context = json_incref(context);
    file->patch = merge_patch_make(merge->context, context);
    describe(file, context);
    json_decref(context);
    if (file->patch == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for %zu files", merge->file_count);
    if (version != 1)
        return error_set(error, "only files of one machine each are merged: %.300s has schema version %lld", file->path,
                         (long long)version);
    return check_identity(merge, index, error);
}

struct merge *merge_open(const char *const *paths, size_t path_count, struct error *error) {
    struct merge *merge = calloc(1, sizeof *merge);
    bool opened = merge != NULL && (merge->files = calloc(path_count + 1, sizeof *merge->files)) != NULL;
    if (!opened)
        (void)error_set_code(error, ERROR_MEMORY, "out of memory for %zu files", path_count);
    for (size_t i = 0; opened && i < path_count; i++) {
        merge->files[i].path = paths[i];
        merge->file_count++;
        opened = take_file(merge, i, error);
    }
    if (opened) {
        number_machines(merge);
        return merge;
    }
    merge_free(merge);
    return NULL;
}

void merge_free(struct merge *merge) {
    if (merge == NULL)
        return;
    for (size_t i = 0; i < merge->file_count; i++)
        json_decref(merge->files[i].patch);
    json_decref(merge->context);
    free(merge->files);
    free(merge);
}

/* ---- Writing ---- */

struct merging {
    const struct merge *merge;
    const struct merged_file *file; /* whose rows are read */
    const char *member;             /* that is copied: "benchmarks" or "failures" */
    bool has_member;
    size_t written;
    FILE *out;
    struct json_stream stream;
};

static bool write_context(const struct merge *merge, FILE *out) {
    struct json_build build = {0};
    json_t *context = json_deep_copy(merge->context);
    json_t *ours = json_object_get(context, "ctxbench");
    json_build_put(&build, ours, "schema_version", json_integer(RESULT_FILE_SCHEMA_VERSION));
    (void)fputs("{\"context\": ", out);
    return json_build_write(&build, context, JSON_COMPACT, out);
}

/* The matrix that another file has of this machine; NULL if none does. */
static json_t *matrix_for(const struct merge *merge, size_t machine) {
    for (size_t i = 0; i < merge->file_count; i++)
        if (merge->files[i].is_joined && merge->files[i].machine == machine) {
            json_t *whole = merge_patch_apply(merge->context, merge->files[i].patch);
            json_t *matrix = json_incref(json_object_get(json_object_get(whole, "ctxbench"), "conformance"));
            json_decref(whole);
            return matrix;
        }
    return NULL;
}

/* The patch of a machine, its version and a matrix of another file put in: the file's context has version 2. */
static json_t *make_context(struct json_build *build, const struct merge *merge, const struct merged_file *file) {
    json_t *patch = json_deep_copy(file->patch), *matrix = matrix_for(merge, file->machine);
    json_t *ours = json_object_get(patch, "ctxbench");
    if (ours == NULL) {
        ours = json_object();
        json_build_put(build, patch, "ctxbench", ours);
    }
    json_build_put(build, ours, "schema_version", json_integer(1));
    if (matrix != NULL)
        json_build_put(build, ours, "conformance", matrix);
    return patch;
}

static bool write_machines(const struct merge *merge, FILE *out) {
    size_t count = 0;
    bool written = true;
    (void)fputs(",\"machines\": [", out);
    for (size_t i = 0; written && i < merge->file_count; i++) {
        const struct merged_file *file = &merge->files[i];
        struct json_build build = {0};
        if (file->is_joined)
            continue;
        json_t *machine = json_object();
        json_build_put_text(&build, machine, "name", file->name);
        json_build_put(&build, machine, "context", make_context(&build, merge, file));
        written = json_build_write_element(&build, machine, count++, out);
    }
    (void)fputs("\n]", out);
    return written;
}

/* An element is copied as it stands, behind the index of its machine: made anew, its numbers would take most of the
 * time. */
static bool copy_element(struct json_stream *stream, void *arg) {
    struct merging *merging = arg;
    json_t *element = json_stream_value(stream);
    const bool is_ours = json_is_object(element) && json_object_get(element, "machine") == NULL &&
                         json_string_length(json_object_get(element, "name")) > 0;
    const char *rest = stream->value + 1; /* behind the brace */
    const size_t size = (size_t)(stream->at - rest);
    json_decref(element);
    if (element == NULL)
        return false;
    if (!is_ours)
        return true; /* readers leave it out, too */
    (void)fprintf(merging->out, "%s{\"machine\":%zu,", merging->written++ > 0 ? ",\n" : "\n", merging->file->machine);
    return fwrite(rest, 1, size, merging->out) == size;
}

static bool copy_member(struct json_stream *stream, const char *key, void *arg) {
    struct merging *merging = arg;
    merging->has_member |= strcmp(key, merging->member) == 0;
    if (strcmp(key, merging->member) == 0)
        return json_stream_array(stream, copy_element, merging);
    json_t *other = json_stream_value(stream);
    json_decref(other);
    return other != NULL;
}

static bool copy_from(struct merging *merging, struct error *error) {
    struct json_stream *stream = &merging->stream;
    error->code = ERROR_NONE;
    merging->has_member = false;
    if (!json_stream_open(stream, merging->file->path, error))
        return false;
    const bool copied = json_stream_object(stream, copy_member, merging) && json_stream_at_end(stream);
    json_stream_close(stream);
    if (copied && !merging->has_member)
        return error_set(error, "%.300s is no result file: it has no \"%s\"", merging->file->path, merging->member);
    return copied || (error->code == ERROR_NONE && error_set(error, "the merged file cannot be written"));
}

static bool copy_elements(struct merging *merging, const char *member, struct error *error) {
    bool copied = true;
    merging->member = member;
    merging->written = 0;
    (void)fprintf(merging->out, ",\"%s\": [", member);
    for (size_t i = 0; copied && i < merging->merge->file_count; i++) {
        merging->file = &merging->merge->files[i];
        copied = merging->file->is_matrix || copy_from(merging, error);
    }
    (void)fputs("\n]", merging->out);
    return copied;
}

static bool write_missing(const struct json_t *missing, FILE *out) {
    const struct json_build build = {0};
    (void)fputs(",\"missing\": ", out);
    return missing == NULL || json_build_write(&build, json_incref((json_t *)(uintptr_t)missing), JSON_COMPACT, out);
}

bool merge_write(const struct merge *merge, const struct json_t *missing, FILE *out, struct error *error) {
    struct merging merging = {.merge = merge, .out = out};
    if (!write_context(merge, out) || !write_machines(merge, out))
        return error_set_code(error, ERROR_MEMORY, "out of memory, or the file cannot be written");
    if (!copy_elements(&merging, "benchmarks", error) || !copy_elements(&merging, "failures", error))
        return false;
    if (missing != NULL && !write_missing(missing, out))
        return error_set_code(error, ERROR_MEMORY, "out of memory, or the file cannot be written");
    return fputs("}\n", out) >= 0;
}
