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

static bool has_matrix(const struct result_file *loaded) {
    return json_array_size(json_object_get(json_object_get(loaded->context, "ctxbench"), "conformance")) > 0;
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

static bool take_context(struct merge *merge, struct merged_file *file, const struct result_file *loaded) {
    if (merge->context == NULL)
        merge->context = json_incref(loaded->context);
    file->patch = merge_patch_make(merge->context, loaded->context);
    return file->patch != NULL;
}

static bool take_file(struct merge *merge, size_t index, struct error *error) {
    struct merged_file *file = &merge->files[index];
    struct result_file *loaded = result_file_load(file->path, error->text, sizeof error->text);
    if (loaded == NULL)
        return error_prefix(error, "only files of one machine each are merged: ");
    const json_t *ours = json_object_get(loaded->context, "ctxbench");
    bool taken =
        take_context(merge, file, loaded) || error_set(error, "out of memory for %zu files", merge->file_count);
    if (json_integer_value(json_object_get(ours, "schema_version")) != 1)
        taken = error_set(error, "%.300s was merged already; give the files that it was made of", file->path);
    file->is_matrix = loaded->case_count == 0 && loaded->failure_count == 0 && has_matrix(loaded);
    (void)snprintf(file->host, sizeof file->host, "%s", result_file_fact(loaded, NULL, "host_name"));
    (void)snprintf(file->fingerprint, sizeof file->fingerprint, "%s",
                   result_file_fact(loaded, "ctxbench", "fingerprint"));
    (void)snprintf(file->identity, sizeof file->identity, "%s %s %s %s", file->fingerprint,
                   result_file_fact(loaded, NULL, "date"), result_file_fact(loaded, "ctxbench", "seed"),
                   file->is_matrix ? file->path : "");
    result_file_free(loaded);
    return taken && check_identity(merge, index, error);
}

struct merge *merge_open(const char *const *paths, size_t path_count, struct error *error) {
    struct merge *merge = calloc(1, sizeof *merge);
    bool opened = merge != NULL && (merge->files = calloc(path_count + 1, sizeof *merge->files)) != NULL;
    if (!opened)
        (void)error_set(error, "out of memory for %zu files", path_count);
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

static bool copy_element(struct json_stream *stream, void *arg) {
    struct merging *merging = arg;
    json_t *element = json_stream_value(stream);
    if (element == NULL)
        return false;
    struct json_build build = {0};
    json_t *ours = strcmp(merging->member, "failures") == 0 ? element : json_object_get(element, "ctxbench");
    if (!json_is_object(ours)) { /* a row that is not ours: readers leave it out */
        json_decref(element);
        return true;
    }
    json_build_put_count(&build, ours, "machine", merging->file->machine);
    return json_build_write_element(&build, element, merging->written++, merging->out);
}

static bool copy_member(struct json_stream *stream, const char *key, void *arg) {
    struct merging *merging = arg;
    if (strcmp(key, merging->member) == 0)
        return json_stream_array(stream, copy_element, merging);
    json_t *other = json_stream_value(stream);
    json_decref(other);
    return other != NULL;
}

static bool copy_elements(struct merging *merging, const char *member, struct error *error) {
    bool copied = true;
    merging->member = member;
    merging->written = 0;
    (void)fprintf(merging->out, ",\"%s\": [", member);
    for (size_t i = 0; copied && i < merging->merge->file_count; i++) {
        struct json_stream *stream = &merging->stream;
        merging->file = &merging->merge->files[i];
        if (merging->file->is_matrix)
            continue;
        error->text[0] = '\0';
        copied = json_stream_open(stream, merging->file->path, error->text, sizeof error->text);
        if (copied) {
            copied = json_stream_object(stream, copy_member, merging);
            json_stream_close(stream);
        }
    }
    (void)fputs("\n]", merging->out);
    return copied || error->text[0] != '\0' || error_set(error, "out of memory, or the file cannot be written");
}

static bool write_missing(const struct json_t *missing, FILE *out) {
    const struct json_build build = {0};
    (void)fputs(",\"missing\": ", out);
    return missing == NULL || json_build_write(&build, json_incref((json_t *)(uintptr_t)missing), JSON_COMPACT, out);
}

bool merge_write(const struct merge *merge, const struct json_t *missing, FILE *out, struct error *error) {
    struct merging merging = {.merge = merge, .out = out};
    if (!write_context(merge, out) || !write_machines(merge, out))
        return error_set(error, "out of memory, or the file cannot be written");
    if (!copy_elements(&merging, "benchmarks", error) || !copy_elements(&merging, "failures", error))
        return false;
    if (missing != NULL && !write_missing(missing, out))
        return error_set(error, "out of memory, or the file cannot be written");
    return fputs("}\n", out) >= 0;
}
