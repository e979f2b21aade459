#include "gls/check/modules_of.h"

#include <errno.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OWN_PROGRAM "/proc/self/exe"

static bool add(struct modules_of *modules, const char *path, const char *name) {
    for (size_t i = 0; i < modules->count; i++)
        if (strcmp(modules->names[i], name) == 0)
            return true;
    void *paths = realloc(modules->paths, (modules->count + 1) * sizeof *modules->paths);
    modules->paths = paths != NULL ? paths : modules->paths;
    void *names = realloc(modules->names, (modules->count + 1) * sizeof *modules->names);
    modules->names = names != NULL ? names : modules->names;
    if (paths == NULL || names == NULL)
        return false;
    (void)snprintf(modules->paths[modules->count], IMAGE_PATH_MAX, "%s", path);
    (void)snprintf(modules->names[modules->count], IMAGE_PATH_MAX, "%s", name);
    modules->count++;
    return true;
}

static bool refuse(char reason[static IMAGE_REASON_MAX], const char *why) {
    (void)snprintf(reason, IMAGE_REASON_MAX, "%s", why);
    return false;
}

/* ---- A program's file ---- */

/* "\tlibc.so.6 => /lib/libc.so.6 (0x7f...)", or "\t/lib64/ld-linux-x86-64.so.2 (0x7f...)" */
static bool add_line(struct modules_of *modules, char *line) {
    char *path = strchr(line, '/'), *end = strstr(line, " (0x");
    if (path == NULL || end == NULL || end < path)
        return true; /* the kernel's own, which has no file */
    *end = '\0';
    return add(modules, path, path);
}

/* The loader lists what it would load; `--list` runs nothing of the program. */
static bool ask_loader(const char *loader, const char *path, struct modules_of *modules,
                       char reason[static IMAGE_REASON_MAX]) {
    char list[] = "--list", text[IMAGE_PATH_MAX * 2];
    char *const argv[] = {(char *)loader, list, (char *)path,
                          NULL}; /* NOLINT: what posix_spawn wants, and does not change */
    int ends[2], status = 0;
    pid_t child = 0;
    posix_spawn_file_actions_t actions;
    if (pipe(ends) != 0)
        return refuse(reason, strerror(errno));
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    (void)posix_spawn_file_actions_addclose(&actions, ends[0]);
    const int error = posix_spawn(&child, loader, &actions, NULL, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)close(ends[1]);
    FILE *lines = fdopen(ends[0], "r");
    bool done = error == 0 && lines != NULL;
    while (done && fgets(text, sizeof text, lines) != NULL)
        done = add_line(modules, text);
    if (lines != NULL)
        (void)fclose(lines);
    if (error == 0)
        (void)waitpid(child, &status, 0);
    if (!done || status != 0)
        return refuse(reason, "the loader cannot list what the program is linked with (a library may be missing)");
    return true;
}

bool modules_of_program(const char *path, struct modules_of *modules, char reason[static IMAGE_REASON_MAX]) {
    struct image_facts facts, own;
    char ignored[IMAGE_REASON_MAX];
    *modules = (struct modules_of){.count = 0};
    reason[0] = '\0';
    if (!image_read(path, &facts, reason))
        return false;
    if (!add(modules, path, path))
        return refuse(reason, "memory is out");
    if (facts.loader[0] == '\0')
        return true;
    if (!image_read(OWN_PROGRAM, &own, ignored) || strcmp(own.loader, facts.loader) != 0) {
        (void)snprintf(reason, IMAGE_REASON_MAX,
                       "its libraries are not listed: it names the loader %.100s, which is not this system's",
                       facts.loader);
        return true;
    }
    return ask_loader(facts.loader, path, modules, reason);
}

/* ---- A process ---- */

/* A line of /proc/PID/maps, of executable memory. */
static bool add_mapping(struct modules_of *modules, pid_t process, uintptr_t start, uintptr_t end, const char *name) {
    char path[IMAGE_PATH_MAX + 64];
    if (name[0] == '[')
        return true; /* the kernel's own, which unwinders know */
    if (name[0] != '/' || strstr(name, " (deleted)") != NULL || strncmp(name, "/memfd:", 7) == 0) {
        modules->nameless_bytes += end - start;
        return true;
    }
    (void)snprintf(path, sizeof path, "/proc/%ld/root%s", (long)process, name);
    return add(modules, path, name);
}

bool modules_of_process(pid_t process, struct modules_of *modules, char reason[static IMAGE_REASON_MAX]) {
    char path[64], line[IMAGE_PATH_MAX + 128];
    *modules = (struct modules_of){.count = 0};
    (void)snprintf(path, sizeof path, "/proc/%ld/maps", (long)process);
    FILE *maps = fopen(path, "re");
    if (maps == NULL)
        return refuse(reason, errno == ENOENT ? "found no process of that number" : strerror(errno));
    bool done = true;
    while (done && fgets(line, sizeof line, maps) != NULL) {
        uintptr_t start = 0, end = 0;
        char access[5] = "";
        int name_at = 0;
        line[strcspn(line, "\n")] = '\0';
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %*s %n", &start, &end, access, &name_at) < 3)
            continue;
        if (access[2] == 'x')
            done = add_mapping(modules, process, start, end, line + name_at);
    }
    (void)fclose(maps);
    if (!done)
        return refuse(reason, "memory is out");
    return modules->count > 0 ? true : refuse(reason, "its memory may not be seen, or it has ended");
}

void modules_of_free(struct modules_of *modules) {
    free(modules->paths);
    free(modules->names);
    *modules = (struct modules_of){.count = 0};
}
