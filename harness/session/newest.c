#include "session/newest.h"

#include <dirent.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
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

static void add(struct candidates *candidates, const char *path, const struct timespec *changed) {
    size_t at = candidates->count;
    while (at > 0 && is_newer(changed, &candidates->list[at - 1].changed))
        at--;
    char *copy = at < CANDIDATES_MAX ? strdup(path) : NULL;
    if (copy == NULL)
        return;
    if (candidates->count == CANDIDATES_MAX)
        free(candidates->list[--candidates->count].path);
    memmove(&candidates->list[at + 1], &candidates->list[at], (candidates->count - at) * sizeof *candidates->list);
    candidates->list[at] = (struct candidate){copy, *changed};
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

static void take(struct newest *newest, struct candidate *candidate) {
    newest->paths[newest->count++] = candidate->path;
    candidate->path = NULL;
}

/* Files that are no results, as those of other programs are, count for nothing. */
static void choose(struct newest *newest, struct candidates *candidates) {
    char why[1024], machine[64] = "";
    struct candidate *matrix = NULL;
    bool is_proved = false;
    for (size_t turn = 0; turn < 2 && !is_proved; turn++) {
        for (size_t i = 0; i < candidates->count; i++) {
            struct candidate *candidate = &candidates->list[i];
            struct result_file *file =
                candidate->path != NULL ? result_file_load(candidate->path, why, sizeof why) : NULL;
            if (file == NULL)
                continue;
            const char *fingerprint = result_file_fact(file, "ctxbench", "fingerprint");
            if (turn == 0 && newest->count == 0 && file->case_count > 0) {
                take(newest, candidate);
                (void)snprintf(machine, sizeof machine, "%s", fingerprint);
                is_proved = has_matrix(file);
            } else if (turn == 1 && matrix == NULL && has_matrix(file) && strcmp(machine, fingerprint) == 0) {
                matrix = candidate;
            }
            result_file_free(file);
            if ((turn == 0 && newest->count > 0) || matrix != NULL)
                break;
        }
    }
    if (newest->count > 0 && matrix != NULL)
        take(newest, matrix);
}

bool newest_find(struct newest *newest, struct error *error) {
    struct candidates candidates = {.count = 0};
    *newest = (struct newest){.count = 0};
    add_folder(&candidates, "results");
    add_folder(&candidates, ".");
    choose(newest, &candidates);
    for (size_t i = 0; i < candidates.count; i++)
        free(candidates.list[i].path);
    return newest->count > 0 ||
           error_set(error,
                     "found no result file, neither in results/ nor here; wanted one: bench --strategy='*' makes it");
}

void newest_free(struct newest *newest) {
    for (size_t i = 0; i < newest->count; i++)
        free(newest->paths[i]);
    *newest = (struct newest){.count = 0};
}
