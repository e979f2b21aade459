#include "data/merge_patch.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* jansson counts references in what it only reads. */
static json_t *counted(const json_t *value) {
    return json_incref((json_t *)(uintptr_t)value);
}

/* Sets a member to a new reference. False when out of memory, then as well when the value is NULL for lack of it. */
static bool set(json_t *object, const char *key, json_t *value) {
    return value != NULL && json_object_set_new(object, key, value) == 0;
}

static json_t *finish(json_t *object, bool made) {
    if (made)
        return object;
    json_decref(object);
    return NULL;
}

struct json_t *merge_patch_make(const struct json_t *base, const struct json_t *other) {
    if (!json_is_object(base) || !json_is_object(other))
        return counted(other);
    json_t *patch = json_object();
    const char *key;
    json_t *value;
    bool made = patch != NULL;
    json_object_foreach((json_t *)(uintptr_t)other, key, value) {
        const json_t *before = json_object_get(base, key);
        if (made && (before == NULL || !json_equal((json_t *)(uintptr_t)before, value)))
            made = set(patch, key, merge_patch_make(before, value));
    }
    json_object_foreach((json_t *)(uintptr_t)base, key, value) {
        if (made && json_object_get(other, key) == NULL)
            made = set(patch, key, json_null());
    }
    return finish(patch, made);
}

struct json_t *merge_patch_apply(const struct json_t *base, const struct json_t *patch) {
    if (!json_is_object(patch))
        return counted(patch);
    json_t *result = json_is_object(base) ? json_copy((json_t *)(uintptr_t)base) : json_object();
    const char *key;
    json_t *value;
    bool made = result != NULL;
    json_object_foreach((json_t *)(uintptr_t)patch, key, value) {
        if (json_is_null(value))
            (void)json_object_del(result, key);
        else if (made)
            made = set(result, key, merge_patch_apply(json_object_get(base, key), value));
    }
    return finish(result, made);
}
