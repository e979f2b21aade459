#include "registry/modules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Relative to the program's directory: in a build, and installed. */
static const char *const places[] = {"strategies", CTXBENCH_MODULES};
enum { PLACE_COUNT = sizeof places / sizeof places[0] };

static bool join(char path[static PATH_MAX], const char *directory, const char *place, const char *file) {
    return snprintf(path, PATH_MAX, "%s/%s%s%s", directory, place, place[0] == '\0' ? "" : "/", file) < PATH_MAX;
}

/* The directory that the running program is in. */
static bool find_program(char directory[static PATH_MAX], struct error *error) {
    ssize_t length = readlink("/proc/self/exe", directory, PATH_MAX - 1);
    if (length <= 0)
        return error_set_code(error, ERROR_SYSTEM, "cannot tell where the program is: /proc/self/exe: %s",
                              strerror(errno));
    directory[length] = '\0';
    *strrchr(directory, '/') = '\0'; /* the kernel gives an absolute path */
    return true;
}

bool modules_find_beside(const char *program, const char *file, char path[static PATH_MAX], struct error *error) {
    for (size_t i = 0; i < PLACE_COUNT; i++) {
        if (join(path, program, places[i], file) && access(path, R_OK) == 0)
            return true;
    }
    return error_set(error, "found no %s in %s/%s, nor in %s/%s; build or install it beside the program", file, program,
                     places[0], program, places[1]);
}

bool modules_find(const char *directory, const char *file, char path[static PATH_MAX], struct error *error) {
    if (directory != NULL)
        return (join(path, directory, "", file) && access(path, R_OK) == 0) ||
               error_set(error, "found no %s in %s", file, directory);
    char program[PATH_MAX];
    return find_program(program, error) && modules_find_beside(program, file, path, error);
}

bool modules_find_peers(const char *program, char path[static PATH_MAX]) {
    static const char *const folders[] = {"strategies", CTXBENCH_SHARED};
    const char *given = getenv("CTXBENCH_PEERS");
    char running[PATH_MAX];
    struct error ignored;
    if (given != NULL && given[0] != '\0')
        return (size_t)snprintf(path, PATH_MAX, "%s", given) < PATH_MAX;
    if (program == NULL && !find_program(running, &ignored))
        return false;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        if (join(path, program != NULL ? program : running, folders[i], "peers") && access(path, R_OK | X_OK) == 0)
            return true;
    }
    return false;
}
