#include "registry/registry.h"
#include "base/message.h"
#include "registry/kernel_names.h"

#include <stdlib.h>
#include <string.h>

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

/* Puts the strategy in its place in the order. */
static bool add(struct registry *registry, const struct ctx_strategy *strategy, const char *plugin, bool own,
                struct error *error) {
    if (!contract_check(strategy, error))
        return false;
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
        return error_set(error, "out of memory for %zu strategies", registry->count + 1);
    registry->entries = entries;
    char *path = plugin == NULL ? NULL : strdup(plugin);
    if (plugin != NULL && path == NULL)
        return error_set(error, "out of memory for the name of a shared object");
    memmove(entries + place + 1, entries + place, (registry->count - place) * sizeof *entries);
    entries[place] = (struct registry_entry){strategy, path, own};
    registry->count++;
    return true;
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

void registry_free(struct registry *registry) {
    for (size_t i = 0; i < registry->count; i++)
        free(registry->entries[i].plugin);
    free(registry->entries);
    *registry = (struct registry){0};
}

const struct registry_entry *registry_find(const struct registry *registry, const char *name) {
    for (size_t i = 0; i < registry->count; i++) {
        if (strcmp(registry->entries[i].strategy->name, name) == 0)
            return &registry->entries[i];
    }
    return NULL;
}

bool registry_select(const struct registry *registry, const char *patterns, bool *selected, struct error *error) {
    const char **names = calloc(registry->count + 1, sizeof *names);
    if (names == NULL)
        return error_set(error, "out of memory for %zu names", registry->count);
    for (size_t i = 0; i < registry->count; i++)
        names[i] = registry->entries[i].strategy->name;
    bool matched = text_select("strategy", patterns, names, registry->count, selected, error);
    free(names);
    return matched;
}

const struct ctx_workload **registry_workloads(const struct registry *registry, size_t *count, struct error *error) {
    size_t kernel_count = 0, kept = 0;
    for (size_t i = 0; i < registry->count; i++)
        kernel_count += registry->entries[i].strategy->kernel_count;
    const struct ctx_workload **workloads = calloc(kernel_count + 1, sizeof *workloads);
    if (workloads == NULL) {
        error_set(error, "out of memory for %zu workloads", kernel_count);
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
                return error_set(error, "out of memory for the names of stores");
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
        error_set(error, "out of memory for %zu scenarios", most);
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
