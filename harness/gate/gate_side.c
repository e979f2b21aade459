#include "gate/gate_side.h"

#include <elf.h>
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/modules.h"
#include "session/request.h"

/* A script between us and the program would be measured, too. */
static bool check_is_program(const char *path, struct error *error) {
    char start[SELFMAG] = "";
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return error_set(error, "cannot read %s: %s", path, strerror(errno));
    const size_t got = fread(start, 1, SELFMAG, file);
    (void)fclose(file);
    if (got != SELFMAG || memcmp(start, ELFMAG, SELFMAG) != 0)
        return error_set(error, "%s is no program; wanted what the build made, as build/release/bench", path);
    return access(path, X_OK) == 0 || error_set(error, "cannot execute %s: %s", path, strerror(errno));
}

bool gate_side_find(struct gate_side *side, const char *path, struct error *error) {
    *side = (struct gate_side){.is_other = path != NULL};
    if (realpath(path != NULL ? path : "/proc/self/exe", side->program) == NULL)
        return error_set(error, "found no program %s: %s", path != NULL ? path : "/proc/self/exe", strerror(errno));
    return check_is_program(side->program, error);
}

bool gate_side_request(const struct gate_side *side, const struct bench_case *c, const char *name,
                       const struct registry *registry, char plugin[static PATH_MAX], struct execution_request *request,
                       struct error *error) {
    *request = request_for_case(c, name, registry);
    const struct registry_entry *entry = registry_find(registry, c->strategy->name);
    if (!side->is_other || entry == NULL || !entry->own || entry->plugin == NULL)
        return true;
    char program[PATH_MAX], file[PATH_MAX];
    (void)snprintf(program, sizeof program, "%s", side->program);
    (void)snprintf(file, sizeof file, "%s", entry->plugin);
    request->plugin = plugin;
    return modules_find_beside(dirname(program), basename(file), plugin, error);
}
