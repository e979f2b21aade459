#include "base/names.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a (Fowler, Noll, Vo). */
static size_t hash(const char *text) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (const char *c = text; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
    return (size_t)(hash ^ (hash >> 32));
}

/* Where the text stands, or the empty slot where it would. There is always an empty one. */
static struct name **slot_of(const struct names *names, const char *text) {
    size_t mask = names->capacity - 1;
    for (size_t i = hash(text) & mask;; i = (i + 1) & mask)
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
