#include "data/gaps.h"

#include <jansson.h>
#include <string.h>

/* "tls+flat/fiber/fibers:1/..." is the strategy tls, its store flat, the work "fiber/fibers:1/...". False when out of
 * memory. */
static bool add(struct arena *arena, struct gaps *gaps, const char *name, const char *reason) {
    const char *slash = strchr(name, '/');
    if (slash == NULL)
        return true; /* no name of a case */
    struct gap *gap = &gaps->items[gaps->count++];
    *gap = (struct gap){
        .label = arena_printf(arena, "%.*s", (int)(slash - name), name),
        .strategy = arena_printf(arena, "%.*s", (int)strcspn(name, "/+"), name),
        .workload = arena_printf(arena, "%.*s", (int)strcspn(slash + 1, "/"), slash + 1),
        .work = slash + 1,
        .reason = reason,
    };
    return gap->label != NULL && gap->strategy != NULL && gap->workload != NULL;
}

bool gaps_read(const struct result_file *file, struct arena *arena, struct gaps *gaps) {
    const json_t *listed = json_object_get(json_object_get(file->context, "ctxbench"), "not_applicable");
    *gaps = (struct gaps){.items = arena_take(arena, (json_array_size(listed) + 1) * sizeof *gaps->items)};
    if (gaps->items == NULL)
        return false;
    size_t index;
    const json_t *one;
    json_array_foreach(listed, index, one) {
        const char *name = json_string_value(json_object_get(one, "name"));
        const char *reason = json_string_value(json_object_get(one, "reason"));
        if (name != NULL && reason != NULL && !add(arena, gaps, name, reason))
            return false;
    }
    return true;
}

bool gap_is_like(const struct gap *gap, const struct result_case *of) {
    const char *store = gap->label + strlen(gap->strategy), *wanted = of->label + strlen(of->strategy);
    return strcmp(gap->work, of->comparison_name) == 0 && strcmp(store, wanted) == 0;
}

const char *gaps_reason(const struct gaps *gaps, const char *strategy, const struct result_case *of) {
    for (size_t i = 0; i < gaps->count; i++)
        if (strcmp(gaps->items[i].strategy, strategy) == 0 && gap_is_like(&gaps->items[i], of))
            return gaps->items[i].reason;
    return NULL;
}
