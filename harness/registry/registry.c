#include "registry/registry.h"
#include "base/message.h"
#include "registry/kernel_names.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "builtin.h"
#include "registry/contract.h"
#include "registry/modules.h"
#include "registry/plugin.h"

static bool is_reference(const struct ctx_strategy *strategy) {
    return (strategy->traits & CTX_TRAIT_REFERENCE) != 0;
}

static bool stands_before(const struct ctx_strategy *a, const struct ctx_strategy *b) {
    if (is_reference(a) != is_reference(b))
        return is_reference(b);
    return strcmp(a->name, b->name) < 0;
}

static int compare_workloads(const void *a, const void *b) {
    const struct ctx_workload *const *left = a, *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

/* Puts the strategy, which keeps the contract, in its place in the order. */
static bool insert(struct registry *registry, const struct ctx_strategy *strategy, const char *plugin, bool own,
                   struct error *error) {
    size_t place = 0;
    for (size_t i = 0; i < registry->count; i++) {
        const struct ctx_strategy *known = registry->entries[i].strategy;
        if (!contract_check_agreement(strategy, known, error))
            return false;
        if (stands_before(known, strategy))
            place = i + 1;
    }
    struct registry_entry *entries = realloc(registry->entries, (registry->count + 1) * sizeof *entries);
    if (entries == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for %zu strategies", registry->count + 1);
    registry->entries = entries;
    char *path = plugin == NULL ? NULL : strdup(plugin);
    if (plugin != NULL && path == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for the name of a shared object");
    memmove(entries + place + 1, entries + place, (registry->count - place) * sizeof *entries);
    entries[place] = (struct registry_entry){.strategy = strategy, .plugin = path, .own = own};
    registry->count++;
    return true;
}

static bool add(struct registry *registry, const struct ctx_strategy *strategy, const char *plugin, bool own,
                struct error *error) {
    return contract_check(strategy, error) && insert(registry, strategy, plugin, own, error);
}

static bool load_module(struct registry *registry, const char *directory, const char *file, struct error *error) {
    char path[PATH_MAX];
    if (!modules_find(directory, file, path, error))
        return false;
    const struct ctx_strategy *strategy = plugin_load(path, error);
    return (strategy != NULL && add(registry, strategy, path, true, error)) || error_prefix(error, "%s: ", path);
}

/* NULL stands for any name. */
static bool add_builtin(struct registry *registry, const char *name, struct error *error) {
    *registry = (struct registry){0};
    for (size_t i = 0; builtin_strategies[i] != NULL; i++) {
        if (name != NULL && strcmp(builtin_strategies[i]->name, name) != 0)
            continue;
        if (!registry_add(registry, builtin_strategies[i], NULL, error)) {
            registry_free(registry);
            return error_prefix(error, "built-in strategy %zu: ", i);
        }
    }
    return true;
}

bool registry_init(struct registry *registry, struct error *error) {
    return add_builtin(registry, NULL, error);
}

bool registry_init_only(struct registry *registry, const char *name, struct error *error) {
    return add_builtin(registry, name, error);
}

bool registry_add(struct registry *registry, const struct ctx_strategy *strategy, const char *plugin,
                  struct error *error) {
    return add(registry, strategy, plugin, false, error);
}

bool registry_load_modules(struct registry *registry, const char *directory, FILE *notes) {
    size_t missing = 0;
    for (size_t i = 0; builtin_modules[i] != NULL; i++) {
        struct error error;
        if (!load_module(registry, directory, builtin_modules[i], &error) && missing++ == 0)
            message(notes, "left out: %s", error.text);
    }
    if (missing > 1) /* mostly for the same reason */
        message(notes, "left out as well: %zu more", missing - 1);
    return missing == 0;
}

bool registry_load_tried_plugin(struct registry *registry, const char *path, struct error *error) {
    const struct ctx_strategy *strategy = plugin_load(path, error);
    if (strategy == NULL || !registry_add(registry, strategy, path, error))
        return error_prefix(error, "%s: ", path);
    return true;
}

bool registry_load_plugin(struct registry *registry, const char *path, struct error *error) {
    if (!plugin_try(path, error))
        return error_prefix(error, "%s: ", path);
    return registry_load_tried_plugin(registry, path, error);
}

/* ---- Peers ---- */

static void remove_last_peer(struct registry *registry) {
    struct peer *peer = registry->peers[--registry->peer_count];
    size_t kept = 0;
    for (size_t i = 0; i < registry->count; i++)
        if (registry->entries[i].peer != peer)
            registry->entries[kept++] = registry->entries[i];
    registry->count = kept;
    peer_free(peer);
}

static struct registry_entry *find(const struct registry *registry, const char *name) {
    for (size_t i = 0; i < registry->count; i++)
        if (strcmp(registry->entries[i].strategy->name, name) == 0)
            return &registry->entries[i];
    return NULL;
}

/* The peer belongs to the registry already. */
static bool insert_strategies(struct registry *registry, struct peer *peer, struct error *error) {
    for (size_t i = 0; i < peer->strategy_count; i++) {
        const struct ctx_strategy *strategy = &peer->strategies[i];
        if (!contract_check_peer(strategy, error) || !insert(registry, strategy, NULL, false, error))
            return false;
        find(registry, strategy->name)->peer = peer;
    }
    return true;
}

static struct peer *load_peer(const struct registry *registry, const char *directory, struct error *error) {
    const struct ctx_strategy **known = calloc(registry->count + 1, sizeof(const struct ctx_strategy *));
    struct peer *peer = NULL;
    size_t count = 0;
    for (size_t i = 0; known != NULL && i < registry->count; i++)
        if (registry->entries[i].peer == NULL)
            known[count++] = registry->entries[i].strategy;
    if (known != NULL)
        peer = peer_load(directory, known, count, error);
    else
        (void)error_set_code(error, ERROR_MEMORY, "out of memory for %zu strategies", registry->count);
    free((void *)known);
    return peer;
}

bool registry_add_peer(struct registry *registry, const char *directory, struct error *error) {
    struct peer **peers = realloc(registry->peers, (registry->peer_count + 1) * sizeof(struct peer *));
    if (peers == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for %zu peers", registry->peer_count + 1);
    registry->peers = peers;
    struct peer *peer = load_peer(registry, directory, error);
    if (peer == NULL)
        return false;
    registry->peers[registry->peer_count++] = peer;
    if (insert_strategies(registry, peer, error))
        return true;
    remove_last_peer(registry);
    return error_prefix(error, "%s/%s: ", directory, PEER_MANIFEST);
}

static int is_shown(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

bool registry_load_peers(struct registry *registry, const char *program, FILE *notes) {
    char folder[PATH_MAX], path[PATH_MAX];
    struct dirent **found;
    struct error error;
    bool all = true;
    const int count = modules_find_peers(program, folder) ? scandir(folder, &found, is_shown, alphasort) : 0;
    for (int i = 0; i < count; i++) {
        const int length = snprintf(path, sizeof path, "%s/%s/%s", folder, found[i]->d_name, PEER_MANIFEST);
        const bool is_peer = length > 0 && (size_t)length < sizeof path && access(path, F_OK) == 0;
        free(found[i]);
        if (!is_peer)
            continue;
        *strrchr(path, '/') = '\0';
        if (!registry_add_peer(registry, path, &error)) {
            message(notes, "left out: %s", error.text);
            all = false;
        }
    }
    if (count > 0)
        free(found);
    return all;
}

const char *registry_unavailable(const struct registry_entry *entry, FILE *notes) {
    if (entry->peer != NULL)
        return peer_unavailable(entry->peer, notes);
    return entry->strategy->unavailable != NULL ? entry->strategy->unavailable() : NULL;
}

void registry_free(struct registry *registry) {
    for (size_t i = 0; i < registry->count; i++)
        free(registry->entries[i].plugin);
    for (size_t i = 0; i < registry->peer_count; i++)
        peer_free(registry->peers[i]);
    free(registry->peers);
    free(registry->entries);
    *registry = (struct registry){0};
}

const struct registry_entry *registry_find(const struct registry *registry, const char *name) {
    return find(registry, name);
}

/* What stands for all strategies of peers; "*" stands for what is in this process. */
static const char peers_word[] = "peers";

static bool names_peer(const char *patterns, const char *name) {
    char item[TEXT_ITEM_MAX];
    struct error ignored;
    while (patterns != NULL && text_next_item(&patterns, item, &ignored))
        if (strcmp(item, peers_word) == 0 || (strcmp(item, "*") != 0 && text_matches(item, name)))
            return true;
    return false;
}

bool registry_select(const struct registry *registry, const char *patterns, bool *selected, struct error *error) {
    const char **names = calloc(registry->count + 1, sizeof *names);
    bool *matches = calloc(registry->count + 1, sizeof *matches);
    if (names == NULL || matches == NULL) {
        free(names);
        free(matches);
        return error_set_code(error, ERROR_MEMORY, "out of memory for %zu names", registry->count);
    }
    for (size_t i = 0; i < registry->count; i++)
        names[i] = registry->entries[i].strategy->name;
    names[registry->count] = peers_word;
    const bool matched = text_select("strategy", patterns, names, registry->count + 1, matches, error);
    for (size_t i = 0; matched && i < registry->count; i++)
        selected[i] = registry->entries[i].peer != NULL ? names_peer(patterns, names[i]) : matches[i];
    free(names);
    free(matches);
    return matched;
}

const struct ctx_workload **registry_workloads(const struct registry *registry, size_t *count, struct error *error) {
    size_t kernel_count = 0, kept = 0;
    for (size_t i = 0; i < registry->count; i++)
        kernel_count += registry->entries[i].strategy->kernel_count;
    const struct ctx_workload **workloads = calloc(kernel_count + 1, sizeof *workloads);
    if (workloads == NULL) {
        error_set_code(error, ERROR_MEMORY, "out of memory for %zu workloads", kernel_count);
        return NULL;
    }
    for (size_t i = 0, next = 0; i < registry->count; i++) {
        const struct ctx_strategy *strategy = registry->entries[i].strategy;
        for (size_t j = 0; j < strategy->kernel_count; j++)
            workloads[next++] = strategy->kernels[j].workload;
    }
    qsort(workloads, kernel_count, sizeof *workloads, compare_workloads);
    for (size_t i = 0; i < kernel_count; i++) {
        if (kept == 0 || strcmp(workloads[kept - 1]->name, workloads[i]->name) != 0)
            workloads[kept++] = workloads[i];
    }
    *count = kept;
    return workloads;
}

bool registry_stores(const struct registry *registry, struct text_names *names, struct error *error) {
    *names = (struct text_names){0};
    for (size_t i = 0; i < registry->count; i++) {
        const struct ctx_strategy *strategy = registry->entries[i].strategy;
        for (size_t j = 0; j < strategy->kernel_count && !is_reference(strategy); j++)
            if (!text_names_add(names, kernel_store_name(strategy, &strategy->kernels[j])))
                return error_set_code(error, ERROR_MEMORY, "out of memory for the names of stores");
    }
    return true;
}

static bool has_scenario(const struct ctx_scenario *const *scenarios, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(scenarios[i]->name, name) == 0)
            return true;
    }
    return false;
}

const struct ctx_scenario **registry_scenarios(const struct registry *registry, size_t *count, struct error *error) {
    size_t most = 0;
    for (size_t i = 0; i < registry->count; i++)
        most += registry->entries[i].strategy->scenario_count;
    const struct ctx_scenario **scenarios = calloc(most + 1, sizeof *scenarios);
    if (scenarios == NULL) {
        error_set_code(error, ERROR_MEMORY, "out of memory for %zu scenarios", most);
        return NULL;
    }
    *count = 0;
    for (size_t i = 0; i < registry->count; i++) {
        const struct ctx_strategy *strategy = registry->entries[i].strategy;
        for (size_t j = 0; j < strategy->scenario_count; j++) {
            if (!has_scenario(scenarios, *count, strategy->scenarios[j].name))
                scenarios[(*count)++] = &strategy->scenarios[j];
        }
    }
    return scenarios;
}
