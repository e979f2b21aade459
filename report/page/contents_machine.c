/* The machine of a run as boxes in boxes, as far as its result file tells: regular, since it gives only counts. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "page/contents_parts.h"

enum { LEVELS_MAX = 16 };

struct level {
    const char *name;
    json_int_t total; /* in the whole machine */
};

static void add_level(struct level levels[static LEVELS_MAX], size_t *count, const char *name, json_int_t total) {
    if (total >= 1 && *count < LEVELS_MAX)
        levels[(*count)++] = (struct level){name, total};
}

static const char *describe_cache(struct document *document, const json_t *cache) {
    const json_int_t bytes = json_integer_value(json_object_get(cache, "size"));
    const json_int_t level = json_integer_value(json_object_get(cache, "level"));
    return bytes >= 1 << 20 ? document_text(document, "L%lld, %lld MiB", (long long)level, (long long)(bytes >> 20))
                            : document_text(document, "L%lld, %lld KiB", (long long)level, (long long)(bytes >> 10));
}

/* The first level is every core's own, and tells nothing. */
static void add_caches(struct document *document, const json_t *context, json_int_t pus,
                       struct level levels[static LEVELS_MAX], size_t *count) {
    size_t index;
    const json_t *cache;
    json_array_foreach(json_object_get(context, "caches"), index, cache) {
        const json_int_t sharing = json_integer_value(json_object_get(cache, "num_sharing"));
        if (json_integer_value(json_object_get(cache, "level")) > 1 && sharing > 0)
            add_level(levels, count, describe_cache(document, cache), pus / sharing);
    }
}

/* The fewest first: the outermost box. Neighbours of equal number keep their order. */
static void sort_levels(struct level *levels, size_t count) {
    for (size_t i = 1; i < count; i++) {
        const struct level moved = levels[i];
        size_t at = i;
        for (; at > 0 && levels[at - 1].total > moved.total; at--)
            levels[at] = levels[at - 1];
        levels[at] = moved;
    }
}

static json_int_t count_of(const json_t *context, const char *key) {
    const json_t *ours = json_object_get(context, "ctxbench");
    return json_integer_value(json_object_get(json_object_get(ours, "topology"), key));
}

void contents_add_machine(struct document *document, const struct run *run) {
    const json_t *context = run->file->context;
    struct level levels[LEVELS_MAX];
    size_t count = 0;
    const json_int_t pus = count_of(context, "pus");
    add_level(levels, &count, "package", count_of(context, "packages"));
    add_level(levels, &count, "NUMA node", count_of(context, "numa_nodes"));
    add_caches(document, context, pus, levels, &count);
    add_level(levels, &count, "core", count_of(context, "cores"));
    add_level(levels, &count, "PU", pus);
    sort_levels(levels, count);
    struct document_level *boxes = arena_take(&document->arena, LEVELS_MAX * sizeof *boxes);
    document->out_of_memory |= boxes == NULL;
    size_t made = 0;
    json_int_t above = 1;
    for (size_t i = 0; boxes != NULL && i < count; i++) {
        if (levels[i].total % above != 0)
            continue; /* an irregular machine: this level does not nest */
        boxes[made++] = (struct document_level){levels[i].name, (unsigned)(levels[i].total / above)};
        above = levels[i].total;
    }
    if (made > 1)
        document_add_machine(document, boxes, made);
}
