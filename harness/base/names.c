#include "base/names.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

/* Where the text stands, or the empty slot where it would. There is always an empty one. */
static struct name **slot_of(const struct names *names, const char *text) {
    size_t mask = names->capacity - 1;
    const uint64_t hash = hash_text(HASH_BASIS, text);
    for (size_t i = (size_t)(hash ^ hash >> 32) & mask;; i = (i + 1) & mask)
        if (names->slots[i] == NULL || strcmp(names->slots[i]->text, text) == 0)
            return &names->slots[i];
}

static bool grow(struct names *names) {
    struct names larger = {.capacity = names->capacity > 0 ? 2 * names->capacity : 64, .count = names->count};
    larger.slots = calloc(larger.capacity, sizeof *larger.slots);
    if (larger.slots == NULL)
        return false;
    for (size_t i = 0; i < names->capacity; i++)
        if (names->slots[i] != NULL)
            *slot_of(&larger, names->slots[i]->text) = names->slots[i];
    free(names->slots);
    *names = larger;
    return true;
}

struct name *names_add(struct names *names, const char *text) {
    if (names->count * 4 >= names->capacity * 3 && !grow(names))
        return NULL;
    struct name **slot = slot_of(names, text);
    if (*slot == NULL) {
        size_t size = strlen(text) + 1;
        *slot = malloc(sizeof **slot + size);
        if (*slot == NULL)
            return NULL;
        (*slot)->tag = NAME_UNTAGGED;
        memcpy((*slot)->text, text, size);
        names->count++;
    }
    return *slot;
}

struct name *names_find(const struct names *names, const char *text) {
    return names->capacity > 0 ? *slot_of(names, text) : NULL;
}

void names_free(struct names *names) {
    for (size_t i = 0; i < names->capacity; i++)
        free(names->slots[i]);
    free(names->slots);
    *names = (struct names){0};
}
