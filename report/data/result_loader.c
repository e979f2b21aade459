#include "data/result_loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/display.h"

static bool charge(struct result_loader *loader, size_t bytes) {
    loader->exhausted |= bytes > RESULT_FILE_BYTES_MAX - loader->bytes;
    if (!loader->exhausted)
        loader->bytes += bytes;
    return !loader->exhausted;
}

void *result_loader_allocate(struct result_loader *loader, size_t size) {
    void *block = charge(loader, size) ? malloc(size) : NULL;
    loader->out_of_memory |= block == NULL && !loader->exhausted;
    return block;
}

void *result_loader_reserve(struct result_loader *loader, void *array, size_t *capacity, size_t count,
                            size_t element_size) {
    if (count <= *capacity)
        return array;
    size_t larger = count > 2 * *capacity ? count + 16 : 2 * *capacity;
    void *moved = charge(loader, (larger - *capacity) * element_size) ? realloc(array, larger * element_size) : NULL;
    if (moved == NULL) {
        loader->out_of_memory |= !loader->exhausted;
        return array;
    }
    *capacity = larger;
    return moved;
}

struct name *result_loader_name(struct result_loader *loader, const char *text) {
    struct names *names = &loader->file->names;
    size_t before = names->count;
    struct name *name = names_add(names, text);
    loader->out_of_memory |= name == NULL;
    if (names->count > before && !charge(loader, strlen(text) + sizeof *name + 4 * sizeof(void *)))
        return NULL;
    return name;
}

const char *result_loader_keep(struct result_loader *loader, const char *text) {
    char printable[RESULT_LOADER_TEXT_MAX];
    (void)snprintf(printable, sizeof printable, "%s", text);
    text_make_printable(printable);
    const struct name *name = result_loader_name(loader, printable);
    return name != NULL ? name->text : "";
}

const char *result_loader_keep_member(struct result_loader *loader, const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return result_loader_keep(loader, text != NULL ? text : "");
}

size_t result_loader_count(const json_t *object, const char *key) {
    json_int_t value = json_integer_value(json_object_get(object, key));
    return value > 0 ? (size_t)value : 0;
}
