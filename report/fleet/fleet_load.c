/* Reading a result file of several machines, row by row: of each execution its median alone is kept. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/display.h"
#include "base/json_stream.h"
#include "data/merge_patch.h"
#include "data/result_file.h"
#include "data/result_matrix.h"
#include "fleet/fleet_parts.h"

/* Names have prefixes in the set of names, by what they are of. */
enum { TEXT_MAX = 1024, KEY_MAX = 2 * TEXT_MAX + 16 };

struct reading {
    struct fleet *fleet;
    struct fleet_rows rows;
    size_t machine_capacity, kind_capacity, kept_capacity;
    struct json_stream stream;
    bool out_of_memory;
};

/* The one copy of a text, its control characters replaced. */
static struct name *intern(struct reading *reading, const char *text) {
    char printable[KEY_MAX];
    (void)snprintf(printable, sizeof printable, "%s", text != NULL ? text : "");
    text_make_printable(printable);
    struct name *name = names_add(&reading->fleet->names, printable);
    reading->out_of_memory |= name == NULL;
    return name;
}

static const char *keep(struct reading *reading, const char *text) {
    const struct name *name = intern(reading, text);
    return name != NULL ? name->text : "";
}

/* Room for one more element. False without memory, which is noted. */
static bool reserve(struct reading *reading, void *array, size_t *capacity, size_t count, size_t element_size) {
    if (count < *capacity)
        return true;
    void *moved = reallocarray(*(void **)array, 2 * count + 16, element_size);
    reading->out_of_memory |= moved == NULL;
    if (moved == NULL)
        return false;
    *(void **)array = moved;
    *capacity = 2 * count + 16;
    return true;
}

/* ---- Machines and kinds ---- */

static json_int_t number_of(const json_t *object, const char *key) {
    return json_integer_value(json_object_get(object, key));
}

static const char *shape_of(struct reading *reading, const json_t *context, const json_t *topology) {
    char text[TEXT_MAX];
    size_t used = 0, index;
    const json_t *cache;
    const json_int_t packages = number_of(topology, "packages"), numa = number_of(topology, "numa_nodes");
    used += (size_t)snprintf(text, sizeof text, "%lld PUs, %lld cores", (long long)number_of(topology, "pus_present"),
                             (long long)number_of(topology, "cores"));
    if (packages > 1 || numa > 1)
        used += (size_t)snprintf(text + used, sizeof text - used, ", %lld packages, %lld NUMA nodes",
                                 (long long)packages, (long long)numa);
    if (number_of(topology, "core_kinds") > 1)
        used += (size_t)snprintf(text + used, sizeof text - used, ", %lld kinds of core",
                                 (long long)number_of(topology, "core_kinds"));
    json_array_foreach(json_object_get(context, "caches"), index, cache) {
        if (number_of(cache, "level") > 1 && used < sizeof text - 80)
            used += (size_t)snprintf(text + used, sizeof text - used, ", L%lld %lld KiB for %lld",
                                     (long long)number_of(cache, "level"), (long long)number_of(cache, "size") / 1024,
                                     (long long)number_of(cache, "num_sharing"));
    }
    return keep(reading, text);
}

/* The index of the kind, which is new if need be. */
static size_t find_kind(struct reading *reading, const json_t *context, const char *fingerprint) {
    struct fleet *fleet = reading->fleet;
    const json_t *ours = json_object_get(context, "ctxbench"), *topology = json_object_get(ours, "topology");
    const char *id = json_string_value(json_object_get(topology, "kind"));
    const char *kept = keep(reading, id != NULL ? id : fingerprint);
    for (size_t i = 0; i < fleet->kind_count; i++)
        if (fleet->kinds[i].id == kept)
            return i;
    if (!reserve(reading, &fleet->kinds, &reading->kind_capacity, fleet->kind_count, sizeof *fleet->kinds))
        return 0;
    const char *model = json_string_value(json_object_get(json_object_get(ours, "machine"), "cpu_model"));
    fleet->kinds[fleet->kind_count] = (struct fleet_kind){
        .id = kept,
        .cpu_model = keep(reading, model),
        .shape = shape_of(reading, context, topology),
        .core_kinds = (size_t)number_of(topology, "core_kinds"),
    };
    return fleet->kind_count++;
}

/* A kind takes the first matrix that one of its machines has, and keeps the context that it refers to. */
static void take_matrix(struct reading *reading, size_t kind, const char *name, json_t *context) {
    struct fleet *fleet = reading->fleet;
    const struct result_file file = {.context = context};
    const struct matrix *matrix = NULL;
    if (fleet->kinds[kind].matrix != NULL)
        return;
    reading->out_of_memory |= !result_matrix_read(&file, &fleet->arena, &matrix);
    if (matrix == NULL ||
        !reserve(reading, &fleet->kept, &reading->kept_capacity, fleet->kept_count, sizeof *fleet->kept))
        return;
    fleet->kept[fleet->kept_count++] = json_incref(context);
    fleet->kinds[kind].matrix = matrix;
    fleet->kinds[kind].matrix_from = name;
}

static bool take_machine(struct reading *reading, const json_t *machine) {
    struct fleet *fleet = reading->fleet;
    json_t *whole = merge_patch_apply(fleet->context, json_object_get(machine, "context"));
    json_t *context = whole != NULL ? result_file_printable(whole) : NULL;
    const json_t *ours = json_object_get(context, "ctxbench");
    json_decref(whole);
    reading->out_of_memory |= context == NULL;
    if (!json_is_object(ours) || !reserve(reading, &fleet->machines, &reading->machine_capacity, fleet->machine_count,
                                          sizeof *fleet->machines)) {
        json_decref(context);
        return false;
    }
    struct fleet_machine taken = {
        .name = keep(reading, json_string_value(json_object_get(machine, "name"))),
        .host = keep(reading, json_string_value(json_object_get(context, "host_name"))),
        .fingerprint = keep(reading, json_string_value(json_object_get(ours, "fingerprint"))),
        .date = keep(reading, json_string_value(json_object_get(context, "date"))),
    };
    taken.kind = find_kind(reading, context, taken.fingerprint);
    if (!reading->out_of_memory)
        take_matrix(reading, taken.kind, taken.name, context);
    fleet->machines[fleet->machine_count++] = taken;
    json_decref(context);
    return !reading->out_of_memory;
}

static bool visit_machine(struct json_stream *stream, void *arg) {
    struct reading *reading = arg;
    json_t *machine = json_stream_value(stream);
    const bool taken = machine != NULL && take_machine(reading, machine);
    if (machine != NULL && !taken && !reading->out_of_memory)
        (void)error_set_code(stream->error, ERROR_FORMAT, "%s: machine %zu has no context of ctxbench", stream->path,
                             reading->fleet->machine_count);
    json_decref(machine);
    return taken;
}

/* ---- Rows ---- */

/* The comparison's name, the fastest kind of core of a hybrid machine being called "pu", as on others. */
static const char *comparable_name(const struct fleet_kind *kind, const json_t *ours, char text[static TEXT_MAX]) {
    const char *name = json_string_value(json_object_get(ours, "comparison_name"));
    const char *placement = json_string_value(json_object_get(ours, "placement"));
    char fastest[32];
    (void)snprintf(text, TEXT_MAX, "%s", name != NULL ? name : "");
    (void)snprintf(fastest, sizeof fastest, "pu-kind%zu", kind->core_kinds - 1);
    const size_t length = strlen(text), ending = strlen(fastest);
    if (kind->core_kinds > 1 && placement != NULL && strcmp(placement, fastest) == 0 && length > ending &&
        strcmp(text + length - ending, fastest) == 0)
        (void)snprintf(text + length - ending, 3, "pu");
    return text;
}

static bool tag_comparison(struct reading *reading, const char *text, uint32_t *tag) {
    struct fleet_rows *rows = &reading->rows;
    char key[KEY_MAX];
    (void)snprintf(key, sizeof key, "c %s", text);
    struct name *name = intern(reading, key);
    if (name == NULL)
        return false;
    if (name->tag == NAME_UNTAGGED) {
        if (!reserve(reading, &rows->comparisons, &rows->comparison_capacity, rows->comparison_count,
                     sizeof *rows->comparisons))
            return false;
        rows->comparisons[rows->comparison_count] = name->text + 2;
        name->tag = (ptrdiff_t)rows->comparison_count++;
    }
    *tag = (uint32_t)name->tag;
    return true;
}

static bool tag_label(struct reading *reading, const json_t *ours, uint32_t *tag) {
    struct fleet_rows *rows = &reading->rows;
    const char *strategy = keep(reading, json_string_value(json_object_get(ours, "strategy")));
    const char *store = keep(reading, json_string_value(json_object_get(ours, "store")));
    const bool has_store = store[0] != '\0' && strcmp(store, "chain") != 0 && strcmp(store, "none") != 0;
    char key[KEY_MAX];
    (void)snprintf(key, sizeof key, "l %s%s%s", strategy, has_store ? ", " : "", has_store ? store : "");
    struct name *name = intern(reading, key);
    if (name == NULL)
        return false;
    if (name->tag == NAME_UNTAGGED) {
        if (!reserve(reading, &rows->labels, &rows->label_capacity, rows->label_count, sizeof *rows->labels))
            return false;
        rows->labels[rows->label_count] =
            (struct fleet_strategy){strategy, store, name->text + 2, json_is_true(json_object_get(ours, "reference"))};
        name->tag = (ptrdiff_t)rows->label_count++;
    }
    *tag = (uint32_t)name->tag;
    return true;
}

static bool take_row(struct reading *reading, const json_t *row) {
    struct fleet *fleet = reading->fleet;
    const json_t *ours = json_object_get(row, "ctxbench"), *machine = json_object_get(row, "machine");
    const json_int_t index = json_integer_value(machine);
    const double ns = json_number_value(json_object_get(row, "real_time"));
    if (!json_is_integer(machine) || index < 0 || (size_t)index >= fleet->machine_count ||
        !(ns >= RESULT_NS_MIN && ns <= RESULT_NS_MAX))
        return true; /* a row that cannot be used is left out */
    struct fleet_row taken = {.machine = (uint32_t)index, .ns = ns};
    char name[TEXT_MAX];
    const struct fleet_kind *kind = &fleet->kinds[fleet->machines[index].kind];
    if (!tag_comparison(reading, comparable_name(kind, ours, name), &taken.comparison) ||
        !tag_label(reading, ours, &taken.label) ||
        !reserve(reading, &reading->rows.list, &reading->rows.capacity, reading->rows.count,
                 sizeof *reading->rows.list))
        return false;
    reading->rows.list[reading->rows.count++] = taken;
    fleet->machines[index].row_count++;
    return true;
}

static bool visit_row(struct json_stream *stream, void *arg) {
    json_t *row = json_stream_value(stream);
    const bool taken = row != NULL && take_row(arg, row);
    json_decref(row);
    return taken;
}

static bool visit_failure(struct json_stream *stream, void *arg) {
    struct reading *reading = arg;
    json_t *failure = json_stream_value(stream);
    json_decref(failure);
    reading->fleet->failure_count++;
    return failure != NULL;
}

static bool visit_member(struct json_stream *stream, const char *key, void *arg) {
    struct reading *reading = arg;
    if (strcmp(key, "machines") == 0)
        return json_stream_array(stream, visit_machine, reading);
    if (strcmp(key, "benchmarks") == 0)
        return json_stream_array(stream, visit_row, reading);
    if (strcmp(key, "failures") == 0)
        return json_stream_array(stream, visit_failure, reading);
    json_t *value = json_stream_value(stream);
    if (strcmp(key, "context") == 0 && reading->fleet->context == NULL)
        reading->fleet->context = json_incref(value);
    if (strcmp(key, "missing") == 0 && reading->fleet->missing == NULL)
        reading->fleet->missing = value != NULL ? result_file_printable(value) : NULL;
    json_decref(value);
    return value != NULL;
}

/* ---- The whole ---- */

static void free_rows(struct fleet_rows *rows) {
    free(rows->list);
    free(rows->comparisons);
    free(rows->labels);
}

struct fleet *fleet_load(const char *path, struct error *error) {
    struct reading reading = {.fleet = calloc(1, sizeof *reading.fleet)};
    if (reading.fleet == NULL || !json_stream_open(&reading.stream, path, error)) {
        free(reading.fleet);
        return NULL;
    }
    (void)error_set_code(error, ERROR_MEMORY, "%s: out of memory", path);
    bool loaded = json_stream_object(&reading.stream, visit_member, &reading) && json_stream_at_end(&reading.stream);
    json_stream_close(&reading.stream);
    if (loaded && reading.fleet->machine_count == 0) {
        loaded = error_set_code(error, ERROR_FORMAT, "%s holds no machines", path);
    }
    loaded = loaded && fleet_summarise(reading.fleet, &reading.rows);
    free_rows(&reading.rows);
    if (loaded)
        return reading.fleet;
    fleet_free(reading.fleet);
    return NULL;
}

void fleet_free(struct fleet *fleet) {
    if (fleet == NULL)
        return;
    for (size_t i = 0; i < fleet->kept_count; i++)
        json_decref(fleet->kept[i]);
    free(fleet->kept);
    json_decref(fleet->missing);
    json_decref(fleet->context);
    free(fleet->machines);
    free(fleet->kinds);
    arena_free(&fleet->arena);
    names_free(&fleet->names);
    free(fleet);
}

static bool find_machines(struct json_stream *stream, const char *key, void *arg) {
    bool *found = arg;
    if (strcmp(key, "machines") == 0) {
        *found = true;
        return false;
    }
    if (strcmp(key, "benchmarks") == 0)
        return false;
    json_t *value = json_stream_value(stream);
    json_decref(value);
    return value != NULL;
}

bool fleet_is_one(const char *path) {
    struct json_stream stream;
    struct error ignored;
    bool found = false;
    if (!json_stream_open(&stream, path, &ignored))
        return false;
    (void)json_stream_object(&stream, find_machines, &found);
    json_stream_close(&stream);
    return found;
}
