#include "session/newest.h"

#include <dirent.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "data/result_file.h"

enum { CANDIDATES_MAX = 64 };

struct candidate {
    char *path;
    struct timespec changed;
};

/* The newest files, the newest first. */
struct candidates {
    struct arena *arena; /* of their paths */
    struct candidate list[CANDIDATES_MAX];
    size_t count;
};

static bool is_newer(const struct timespec *a, const struct timespec *b) {
    return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

static bool has_suffix(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot != NULL && strcmp(dot, ".json") == 0;
}

/* One that does not fit into memory is left out. */
static void add(struct candidates *candidates, const char *path, const struct timespec *changed) {
    const struct candidate added = {arena_printf(candidates->arena, "%s", path), *changed};
    size_t at = candidates->count;
    while (at > 0 && is_newer(changed, &candidates->list[at - 1].changed))
        at--;
    if (added.path == NULL || at == CANDIDATES_MAX)
        return;
    candidates->count -= candidates->count == CANDIDATES_MAX;
    memmove(&candidates->list[at + 1], &candidates->list[at], (candidates->count - at) * sizeof *candidates->list);
    candidates->list[at] = added;
    candidates->count++;
}

static void add_folder(struct candidates *candidates, const char *folder) {
    DIR *directory = opendir(folder);
    for (const struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        char path[PATH_MAX];
        struct stat status;
        const int length = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (has_suffix(entry->d_name) && length < (int)sizeof path && stat(path, &status) == 0 &&
            S_ISREG(status.st_mode))
            add(candidates, path, &status.st_mtim);
    }
    if (directory != NULL)
        (void)closedir(directory);
}

static bool has_matrix(const struct result_file *file) {
    return json_array_size(json_object_get(json_object_get(file->context, "ctxbench"), "conformance")) > 0;
}

/* What a file is to the search. */
struct found {
    bool is_run, has_matrix;
    char machine[64];
};

/* Files that are no results, as those of other programs are, are nothing. */
static struct found look_at(const char *path) {
    struct error why;
    struct found found = {.is_run = false};
    struct result_file *file = result_file_load(path, &why);
    if (file == NULL)
        return found;
    found.is_run = file->case_count > 0;
    found.has_matrix = has_matrix(file);
    (void)snprintf(found.machine, sizeof found.machine, "%s", result_file_fact(file, "ctxbench", "fingerprint"));
    result_file_free(file);
    return found;
}

static void choose(struct newest *newest, const struct candidates *candidates) {
    struct found run = {.is_run = false};
    for (size_t i = 0; i < candidates->count && !run.is_run; i++) {
        run = look_at(candidates->list[i].path);
        if (run.is_run)
            newest->paths[newest->count++] = candidates->list[i].path;
    }
    bool is_proved = !run.is_run || run.has_matrix;
    for (size_t i = 0; i < candidates->count && !is_proved; i++) {
        const struct found found = look_at(candidates->list[i].path);
        is_proved = found.has_matrix && strcmp(found.machine, run.machine) == 0;
        if (is_proved)
            newest->paths[newest->count++] = candidates->list[i].path;
    }
}

bool newest_find(struct newest *newest, struct error *error) {
    struct candidates candidates = {.arena = &newest->arena};
    *newest = (struct newest){.count = 0};
    add_folder(&candidates, "results");
    add_folder(&candidates, ".");
    choose(newest, &candidates);
    return newest->count > 0 ||
           error_set(error,
                     "found no result file, neither in results/ nor here; wanted one: bench --strategy='*' makes it");
}

void newest_free(struct newest *newest) {
    arena_free(&newest->arena);
    *newest = (struct newest){.count = 0};
}
