#include "gate/gate_side.h"

#include <elf.h>
#include <errno.h>
#include <libgen.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/modules.h"
#include "session/request.h"

/* What a file is, as far as a gate is concerned. */
enum file_kind { FILE_UNREADABLE, FILE_OTHER, FILE_PROGRAM, FILE_SHARED_OBJECT };

/* A program asks for an interpreter, the dynamic linker, or is linked to a fixed place. */
static enum file_kind kind_of_elf(FILE *file, const ElfW(Ehdr) * header) {
    if (header->e_type == ET_EXEC)
        return FILE_PROGRAM;
    for (unsigned i = 0; i < header->e_phnum; i++) {
        ElfW(Phdr) segment;
        const long place = (long)(header->e_phoff + i * sizeof segment);
        if (fseek(file, place, SEEK_SET) != 0 || fread(&segment, sizeof segment, 1, file) != 1)
            return FILE_OTHER;
        if (segment.p_type == PT_INTERP)
            return FILE_PROGRAM;
    }
    return FILE_SHARED_OBJECT;
}

static enum file_kind kind_of(const char *path, struct error *error) {
    ElfW(Ehdr) header = {.e_ident = ""};
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        (void)error_set_code(error, ERROR_SYSTEM, "%s %s: %s", errno == ENOENT ? "found no program" : "cannot read",
                             path, strerror(errno));
        return FILE_UNREADABLE;
    }
    const bool is_elf = fread(&header, sizeof header, 1, file) == 1 && memcmp(header.e_ident, ELFMAG, SELFMAG) == 0;
    const enum file_kind kind = is_elf ? kind_of_elf(file, &header) : FILE_OTHER;
    (void)fclose(file);
    return kind;
}

/* A script between us and the program would be measured, too. */
static bool check_is_program(const char *path, enum file_kind kind, struct error *error) {
    if (kind == FILE_UNREADABLE)
        return false;
    if (kind != FILE_PROGRAM)
        return error_set(error, "%s is no program; wanted what the build made, as build/release/bench", path);
    return access(path, X_OK) == 0 ||
           error_set_code(error, ERROR_SYSTEM, "cannot execute %s: %s", path, strerror(errno));
}

static bool is_users_plugin(const struct registry_entry *entry) {
    return entry->plugin != NULL && !entry->own;
}

/* The one plug-in that was given. NULL with *error set if there is none, or another. */
static const struct registry_entry *find_plugin(const struct registry *registry, const char *path,
                                                struct error *error) {
    const struct registry_entry *found = NULL;
    for (size_t i = 0; i < registry->count; i++) {
        if (!is_users_plugin(&registry->entries[i]))
            continue;
        if (found != NULL) {
            (void)error_set(error, "%s is to be compared with one plug-in, and there are two; give one --plugin", path);
            return NULL;
        }
        found = &registry->entries[i];
    }
    if (found == NULL)
        (void)error_set(error, "%s is a plug-in; name the build to compare with it: --plugin=NEW.so", path);
    return found;
}

/* Whether the plug-in brings the strategy; loaded into a registry of its own, for that question alone. */
static bool check_brings(const char *path, const char *strategy, struct error *error) {
    struct registry registry = {0};
    bool brings = registry_load_plugin(&registry, path, error);
    if (brings && registry_find(&registry, strategy) == NULL)
        brings =
            error_set(error, "%s brings the strategy %s, and --plugin brings %s; wanted two builds of one strategy",
                      path, registry.entries[0].strategy->name, strategy);
    registry_free(&registry);
    return brings;
}

bool gate_side_find(struct gate_side *side, const char *path, const struct registry *registry, struct error *error) {
    *side = (struct gate_side){.is_other = path != NULL};
    const enum file_kind kind = path != NULL ? kind_of(path, error) : FILE_PROGRAM;
    if (kind == FILE_SHARED_OBJECT) {
        const struct registry_entry *plugin = find_plugin(registry, path, error);
        if (plugin == NULL || !check_brings(path, plugin->strategy->name, error))
            return false;
        if (realpath(path, side->plugin) == NULL)
            return error_set_code(error, ERROR_SYSTEM, "found no plug-in %s: %s", path, strerror(errno));
        path = NULL;
    }
    if (path != NULL && !check_is_program(path, kind, error))
        return false;
    return realpath(path != NULL ? path : "/proc/self/exe", side->program) != NULL ||
           error_set_code(error, ERROR_SYSTEM, "found no program %s: %s", path != NULL ? path : "/proc/self/exe",
                          strerror(errno));
}

const char *gate_side_strategy(const struct gate_side *side, const struct registry *registry) {
    for (size_t i = 0; i < registry->count && side->plugin[0] != '\0'; i++) {
        if (is_users_plugin(&registry->entries[i]))
            return registry->entries[i].strategy->name;
    }
    return NULL;
}

bool gate_side_request(const struct gate_side *side, const struct bench_case *c, const char *name,
                       const struct registry *registry, char plugin[static PATH_MAX], struct execution_request *request,
                       struct error *error) {
    *request = request_for_case(c, name, registry);
    const struct registry_entry *entry = registry_find(registry, c->strategy->name);
    if (!side->is_other || entry == NULL || entry->plugin == NULL)
        return true;
    if (side->plugin[0] != '\0' && is_users_plugin(entry))
        request->plugin = side->plugin;
    if (!entry->own || side->plugin[0] != '\0')
        return true;
    char program[PATH_MAX], file[PATH_MAX];
    (void)snprintf(program, sizeof program, "%s", side->program);
    (void)snprintf(file, sizeof file, "%s", entry->plugin);
    request->plugin = plugin;
    return modules_find_beside(dirname(program), basename(file), plugin, error);
}

const struct bench_case *gate_side_first_of_peers(const struct plan *plan) {
    for (size_t i = 0; i < plan->case_count; i++)
        if (plan->cases[i].peer != NULL)
            return &plan->cases[i];
    return NULL;
}

bool gate_side_load_peers(struct gate_side *side, const struct plan *plan, struct error *error) {
    char program[PATH_MAX];
    if (!side->is_other || side->plugin[0] != '\0' || gate_side_first_of_peers(plan) == NULL)
        return true;
    (void)snprintf(program, sizeof program, "%s", side->program);
    if (!registry_init(&side->peers, error))
        return false;
    (void)registry_load_peers(&side->peers, dirname(program),
                              stderr); /* one that is missing is missed where it counts */
    return true;
}

void gate_side_free(struct gate_side *side) {
    registry_free(&side->peers);
}

bool gate_side_peer(const struct gate_side *side, const struct bench_case *c, const struct peer **peer,
                    struct error *error) {
    *peer = c->peer;
    if (c->peer == NULL || side->peers.count == 0)
        return true;
    const struct registry_entry *entry = registry_find(&side->peers, c->strategy->name);
    if (entry == NULL || entry->peer == NULL)
        return error_set(error, "found no peer with the strategy %s beside %s", c->strategy->name, side->program);
    const char *reason = peer_unavailable(entry->peer, stderr);
    *peer = entry->peer;
    return reason == NULL || error_set(error, "%s", reason);
}
