#include "registry/peer.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct loader {
    struct peer *peer;
    const struct ctx_strategy *const *known;
    size_t known_count;
    struct error *error;
};

/* ---- What the descriptors of a peer's strategies hold in place of code ---- */

/* A checksum that no workload has: whoever calls this has mistaken the strategy for one of this process. */
static uint64_t run_elsewhere(const struct ctx_job *job) {
    return ~job->iterations;
}

bool peer_has(const struct ctx_strategy *strategy) {
    return strategy->kernel_count > 0 && strategy->kernels[0].run == run_elsewhere;
}

static const char *prove_elsewhere(void) {
    return "a peer's scenarios run in the peer's own program";
}

static const struct ctx_workload *find_workload(const struct loader *loader, const char *name) {
    for (size_t i = 0; i < loader->known_count; i++)
        for (size_t k = 0; k < loader->known[i]->kernel_count; k++)
            if (strcmp(loader->known[i]->kernels[k].workload->name, name) == 0)
                return loader->known[i]->kernels[k].workload;
    return NULL;
}

/* The scenarios that all strategies have: those of the first that has any. */
static const struct ctx_strategy *find_scenarios(const struct loader *loader) {
    for (size_t i = 0; i < loader->known_count; i++)
        if (loader->known[i]->scenario_count > 0)
            return loader->known[i];
    return NULL;
}

/* ---- Members of the manifest ---- */

static const char *get_text(const struct loader *loader, const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    if (text == NULL || text[0] == '\0' || strchr(text, '\n') != NULL) {
        (void)error_set(loader->error, "\"%s\" is missing, or no text of one line", key);
        return NULL;
    }
    return text;
}

static bool out_of_memory(const struct loader *loader) {
    return error_set_code(loader->error, ERROR_MEMORY, "out of memory for the manifest");
}

/* The words of a command, ended by NULL. */
static bool get_command(const struct loader *loader, const char *key, bool is_required, char *const **command) {
    const json_t *array = json_object_get(loader->peer->manifest, key);
    const size_t count = json_array_size(array);
    *command = NULL;
    if (array == NULL && !is_required)
        return true;
    if (count == 0)
        return error_set(loader->error, "\"%s\" is missing, or no list of words; wanted a program and its arguments",
                         key);
    char **words = arena_take(&loader->peer->arena, (count + 1) * sizeof *words);
    for (size_t i = 0; words != NULL && i < count; i++) {
        const char *word = json_string_value(json_array_get(array, i));
        if (word == NULL)
            return error_set(loader->error, "\"%s\": word %zu is no text", key, i);
        words[i] = arena_printf(&loader->peer->arena, "%s", word);
        if (words[i] == NULL)
            return out_of_memory(loader);
    }
    *command = words;
    return words != NULL || out_of_memory(loader);
}

/* ---- Workloads ---- */

static size_t find_parameter(const struct ctx_workload *workload, const char *name) {
    size_t i = 0;
    while (i < CTX_PARAMETERS_MAX && workload->parameters[i].name != NULL &&
           strcmp(workload->parameters[i].name, name) != 0)
        i++;
    return i < CTX_PARAMETERS_MAX && workload->parameters[i].name != NULL ? i : CTX_PARAMETERS_MAX;
}

/* "depth": [0, 1000] */
static bool add_limit(struct loader *loader, const struct ctx_workload *workload, const char *name,
                      const json_t *range) {
    struct peer *peer = loader->peer;
    const size_t index = find_parameter(workload, name);
    if (index == CTX_PARAMETERS_MAX)
        return error_set(loader->error, "workload %s: found the parameter \"%s\", which it does not have",
                         workload->name, name);
    const struct ctx_parameter *parameter = &workload->parameters[index];
    const json_int_t min = json_integer_value(json_array_get(range, 0)),
                     max = json_integer_value(json_array_get(range, 1));
    if (json_array_size(range) != 2 || !json_is_integer(json_array_get(range, 0)) ||
        !json_is_integer(json_array_get(range, 1)) || min < (json_int_t)parameter->min ||
        max > (json_int_t)parameter->max || min > max)
        return error_set(loader->error, "workload %s: wanted \"%s\" to be a range [MIN, MAX] within %u to %u",
                         workload->name, name, parameter->min, parameter->max);
    const char *reason = arena_printf(&peer->arena, "the peer %s takes %s %lld to %lld alone", peer->name, name,
                                      (long long)min, (long long)max);
    peer->limits[peer->limit_count++] = (struct peer_limit){workload, index, (uint32_t)min, (uint32_t)max, reason};
    return reason != NULL || out_of_memory(loader);
}

static bool add_kernel(struct loader *loader, const char *name, const json_t *limits, struct ctx_kernel *kernel) {
    const struct ctx_workload *workload = find_workload(loader, name);
    if (workload == NULL)
        return error_set(loader->error,
                         "found the workload \"%s\", which there is not; `bench list` shows those "
                         "that there are",
                         name);
    if (!json_is_object(limits))
        return error_set(loader->error, "workload %s: wanted an object with the ranges of its parameters, {} for all",
                         name);
    const char *parameter;
    json_t *range;
    json_object_foreach((json_t *)limits, parameter, range) {
        if (!add_limit(loader, workload, parameter, range))
            return false;
    }
    *kernel = (struct ctx_kernel){.workload = workload, .form = CTX_FORM_THROUGHPUT, .run = run_elsewhere};
    return true;
}

/* All strategies of a peer have the same kernels. */
static bool add_kernels(struct loader *loader, const struct ctx_kernel **kernels, size_t *count) {
    json_t *workloads = json_object_get(loader->peer->manifest, "workloads"), *limits;
    *count = json_object_size(workloads);
    if (*count == 0)
        return error_set(loader->error,
                         "\"workloads\" is missing or empty; wanted an object with one for each, as in "
                         "{\"get\": {\"depth\": [0, 1000]}}");
    struct ctx_kernel *made = arena_take(&loader->peer->arena, *count * sizeof *made);
    loader->peer->limits = arena_take(&loader->peer->arena, *count * CTX_PARAMETERS_MAX * sizeof *loader->peer->limits);
    if (made == NULL || loader->peer->limits == NULL)
        return out_of_memory(loader);
    size_t next = 0;
    const char *name;
    json_object_foreach(workloads, name, limits) {
        if (!add_kernel(loader, name, limits, &made[next++]))
            return false;
    }
    *kernels = made;
    return true;
}

/* ---- Scenarios ---- */

static bool names(const json_t *array, const char *name) {
    size_t index;
    const json_t *one;
    json_array_foreach(array, index, one) {
        if (json_is_string(one) && strcmp(json_string_value(one), name) == 0)
            return true;
    }
    return false;
}

/* Each that is named has to be there. */
static bool check_names(const struct loader *loader, const json_t *array, const struct ctx_strategy *all) {
    size_t index;
    const json_t *one;
    if (!json_is_array(array))
        return error_set(loader->error, "\"scenarios\" is missing, or no list of names");
    json_array_foreach(array, index, one) {
        size_t i = 0;
        while (i < all->scenario_count && json_is_string(one) &&
               strcmp(all->scenarios[i].name, json_string_value(one)) != 0)
            i++;
        if (i == all->scenario_count || !json_is_string(one))
            return error_set(loader->error,
                             "found the scenario \"%s\", which there is not; `bench list` shows those "
                             "that there are",
                             json_is_string(one) ? json_string_value(one) : "");
    }
    return true;
}

/* Ours, in their order: those that the peer does not name have no way to take part. */
static bool add_scenarios(struct loader *loader, const struct ctx_scenario **scenarios, size_t *count) {
    static const char no_part[] = "the peer has no such scenario";
    const struct ctx_strategy *all = find_scenarios(loader);
    const json_t *named = json_object_get(loader->peer->manifest, "scenarios");
    *count = all == NULL ? 0 : all->scenario_count;
    struct ctx_scenario *made = arena_take(&loader->peer->arena, (*count + 1) * sizeof *made);
    if (made == NULL)
        return out_of_memory(loader);
    if (all != NULL && !check_names(loader, named, all))
        return false;
    for (size_t i = 0; i < *count; i++) {
        const bool takes_part = names(named, all->scenarios[i].name);
        made[i] = all->scenarios[i];
        made[i].unavailable = NULL;
        made[i].run = takes_part ? prove_elsewhere : NULL;
        made[i].implied = (struct ctx_rule){.expected = CTX_DOES_NOT_APPLY, .reason = takes_part ? NULL : no_part};
    }
    *scenarios = made;
    return true;
}

/* ---- Strategies ---- */

/* "fails": {"inherit": "the child is handed the parent's live map"} */
static bool add_exceptions(struct loader *loader, json_t *fails, struct ctx_strategy *strategy) {
    const size_t count = json_object_size(fails);
    struct ctx_exception *made = arena_take(&loader->peer->arena, (count + 1) * sizeof *made);
    if (made == NULL)
        return out_of_memory(loader);
    const char *scenario;
    json_t *reason;
    json_object_foreach(fails, scenario, reason) {
        made[strategy->exception_count++] = (struct ctx_exception){scenario, CTX_FAILS, json_string_value(reason)};
    }
    strategy->exceptions = made;
    return true;
}

static bool add_strategy(struct loader *loader, const json_t *object, const struct ctx_strategy *model) {
    static const struct ctx_yardstick yardstick = {
        .label = "floor", .legend = "times the least that could do the work", .order = 1};
    struct peer *peer = loader->peer;
    struct ctx_strategy *strategy = &peer->strategies[peer->strategy_count];
    peer->beside[peer->strategy_count++] = json_string_value(json_object_get(object, "beside"));
    const char *floor = json_string_value(json_object_get(peer->manifest, "floor"));
    *strategy = *model;
    strategy->name = get_text(loader, object, "name");
    strategy->summary = strategy->name == NULL ? NULL : get_text(loader, object, "summary");
    if (strategy->summary == NULL)
        return false;
    if (floor == NULL || strcmp(floor, strategy->name) != 0)
        return add_exceptions(loader, json_object_get(object, "fails"), strategy);
    strategy->traits = CTX_TRAIT_REFERENCE;
    strategy->yardstick = yardstick;
    strategy->scenarios = NULL;
    strategy->scenario_count = 0;
    return true;
}

static bool has_floor(const struct peer *peer) {
    for (size_t i = 0; i < peer->strategy_count; i++)
        if (peer->strategies[i].traits == CTX_TRAIT_REFERENCE)
            return true;
    return false;
}

static bool add_strategies(struct loader *loader) {
    struct peer *peer = loader->peer;
    const json_t *array = json_object_get(peer->manifest, "strategies"), *one;
    struct ctx_strategy model = {.abi = CTX_STRATEGY_ABI, .struct_size = sizeof model};
    size_t index;
    if (json_array_size(array) == 0)
        return error_set(loader->error,
                         "\"strategies\" is missing or empty; wanted a list of them, each with a name "
                         "and a summary");
    peer->strategies = arena_take(&peer->arena, json_array_size(array) * sizeof *peer->strategies);
    peer->beside = arena_take(&peer->arena, json_array_size(array) * sizeof *peer->beside);
    if (peer->strategies == NULL || peer->beside == NULL)
        return out_of_memory(loader);
    if (!add_kernels(loader, &model.kernels, &model.kernel_count) ||
        !add_scenarios(loader, &model.scenarios, &model.scenario_count))
        return false;
    json_array_foreach(array, index, one) {
        if (!add_strategy(loader, one, &model))
            return error_prefix(loader->error, "strategies[%zu]: ", index);
    }
    return has_floor(peer) || error_set(loader->error,
                                        "\"floor\" is missing, or none of its strategies; wanted the "
                                        "one that does the same with no context");
}

/* ---- The whole ---- */

static bool read_manifest(struct loader *loader) {
    struct peer *peer = loader->peer;
    json_error_t where;
    const char *path = arena_printf(&peer->arena, "%s/%s", peer->directory, PEER_MANIFEST);
    peer->manifest = path == NULL ? NULL : json_load_file(path, JSON_REJECT_DUPLICATES, &where);
    if (!json_is_object(peer->manifest))
        return error_set(loader->error, "no JSON object: %s", peer->manifest == NULL ? where.text : "something else");
    const json_int_t version = json_integer_value(json_object_get(peer->manifest, "ctxbench_peer"));
    if (version != PEER_MANIFEST_VERSION)
        return error_set(loader->error, "found \"ctxbench_peer\": %lld, wanted %d, the version of manifests",
                         (long long)version, PEER_MANIFEST_VERSION);
    peer->name = get_text(loader, peer->manifest, "name");
    if (peer->name != NULL && !text_is_name(peer->name, PEER_NAME_MAX))
        return error_set(loader->error,
                         "found \"name\": \"%.40s\", wanted at most %d lower-case letters, digits and '-'", peer->name,
                         PEER_NAME_MAX);
    return peer->name != NULL && (peer->runtime = get_text(loader, peer->manifest, "runtime")) != NULL &&
           (peer->summary = get_text(loader, peer->manifest, "summary")) != NULL &&
           get_command(loader, "version", true, &peer->version_command) &&
           get_command(loader, "build", false, &peer->build_command) &&
           get_command(loader, "run", true, &peer->run_command) && add_strategies(loader);
}

struct peer *peer_load(const char *directory, const struct ctx_strategy *const *known, size_t known_count,
                       struct error *error) {
    struct peer *peer = calloc(1, sizeof *peer);
    char absolute[PATH_MAX];
    if (peer == NULL || realpath(directory, absolute) == NULL) {
        free(peer);
        (void)error_set_code(error, ERROR_SYSTEM, "%s: cannot be read: %m", directory);
        return NULL;
    }
    struct loader loader = {.peer = peer, .known = known, .known_count = known_count, .error = error};
    peer->directory = arena_printf(&peer->arena, "%s", absolute);
    if (peer->directory != NULL && read_manifest(&loader))
        return peer;
    (void)error_prefix(error, "%s/%s: ", directory, PEER_MANIFEST);
    peer_free(peer);
    return NULL;
}

void peer_free(struct peer *peer) {
    if (peer == NULL)
        return;
    json_decref(peer->manifest);
    arena_free(&peer->arena);
    free(peer);
}

const char *peer_beside(const struct peer *peer, const struct ctx_strategy *strategy) {
    return peer->beside[strategy - peer->strategies];
}

const char *peer_refuses(const struct peer *peer, const struct ctx_workload *workload, const uint32_t *parameters) {
    for (size_t i = 0; i < peer->limit_count; i++) {
        const struct peer_limit *limit = &peer->limits[i];
        if (limit->workload == workload &&
            (parameters[limit->parameter] < limit->min || parameters[limit->parameter] > limit->max))
            return limit->reason;
    }
    return NULL;
}
