#include "gls/decode/memory.h"

#include <elf.h>
#include <inttypes.h>
#include <string.h>

#include "context/context.h"
#include "gls/layout.h"
#include "gls/marks.h"

/* What is read may be damaged: nothing is followed for longer than this. */
enum { SCOPES_MAX = 4096, BINDINGS_MAX = 1024, NAME_MAX_BYTES = 64 };

/* ---- Notes ---- */

static size_t aligned(size_t bytes, size_t alignment) {
    return (bytes + alignment - 1) / alignment * alignment;
}

/* A description is the distance to a word that holds an address. */
static uint64_t follow(const struct memory *memory, uint64_t description_at, const unsigned char *description) {
    int32_t distance = 0;
    uint64_t address = 0;
    memcpy(&distance, description, sizeof distance);
    if (!memory->read(memory, description_at + (uint64_t)(int64_t)distance, &address, sizeof address))
        return 0;
    return address;
}

void memory_find_library(const struct memory *memory, uint64_t address, const unsigned char *notes, size_t bytes,
                         size_t alignment, struct library *library) {
    static const char name[] = MARK_NOTE_NAME;
    Elf64_Nhdr header;
    alignment = alignment == 8 ? 8 : 4;
    for (size_t at = 0; at < bytes && bytes - at >= sizeof header;) {
        memcpy(&header, notes + at, sizeof header);
        if (header.n_namesz > bytes || header.n_descsz > bytes)
            return;
        const size_t description_at = at + aligned(sizeof header + header.n_namesz, alignment);
        const size_t next = description_at + aligned(header.n_descsz, alignment);
        if (next > bytes)
            return;
        if (header.n_namesz == sizeof name && memcmp(notes + at + sizeof header, name, sizeof name) == 0 &&
            header.n_descsz == sizeof(int32_t)) {
            const uint64_t target = follow(memory, address + description_at, notes + description_at);
            if (header.n_type == MARK_NOTE_TYPE)
                library->marks = target;
            else if (header.n_type == MARK_NOTE_LAYOUT)
                library->layout = target;
        }
        at = next;
    }
}

/* ---- Contexts ---- */

static bool read_at(const struct memory *memory, const void *address, void *into, size_t bytes) {
    return address != NULL && memory->read(memory, (uintptr_t)address, into, bytes);
}

/* A text of printable bytes that ends. */
static bool read_text(const struct memory *memory, const void *address, char text[static NAME_MAX_BYTES]) {
    for (size_t i = 0; i < NAME_MAX_BYTES; i++) {
        if (!read_at(memory, (const char *)address + i, &text[i], 1))
            return false;
        if (text[i] == '\0')
            return i > 0;
        if ((unsigned char)text[i] < ' ' || text[i] == '\x7f')
            return false;
    }
    return false;
}

struct printing {
    const struct memory *memory;
    FILE *out;
    struct {
        const struct ctx_manager *manager;
        const struct ctx_key *key;
    } seen[BINDINGS_MAX];
    size_t seen_count;
};

/* Whether a scope further in binds it, too, and hides this one. There is no room for more than BINDINGS_MAX. */
static bool is_hidden(struct printing *printing, const struct ctx_manager *manager, const struct ctx_key *key) {
    for (size_t i = 0; i < printing->seen_count; i++)
        if (printing->seen[i].manager == manager && printing->seen[i].key == key)
            return true;
    if (printing->seen_count == BINDINGS_MAX)
        return true;
    printing->seen[printing->seen_count].manager = manager;
    printing->seen[printing->seen_count++].key = key;
    return false;
}

static void print_binding(const struct printing *printing, const struct ctx_binding *binding) {
    char name[NAME_MAX_BYTES] = "", text[NAME_MAX_BYTES] = "";
    struct ctx_key key = {.name = NULL};
    if (!read_at(printing->memory, binding->key, &key, sizeof key) || !read_text(printing->memory, key.name, name))
        (void)fprintf(printing->out, "\tkey %p", (const void *)binding->key);
    else
        (void)fprintf(printing->out, "\t%s", name);
    (void)fprintf(printing->out, "\t%#" PRIxPTR, (uintptr_t)binding->value);
    if (read_text(printing->memory, binding->value, text))
        (void)fprintf(printing->out, "\t\"%s\"", text);
    (void)fputc('\n', printing->out);
}

static void print_scope(struct printing *printing, const struct ctx *scope) {
    for (size_t i = 0; i < scope->count && i < BINDINGS_MAX; i++) {
        struct ctx_binding binding;
        if (!read_at(printing->memory, scope->bindings + i, &binding, sizeof binding)) {
            (void)fputs("\t(the bindings of a scope cannot be read)\n", printing->out);
            return;
        }
        if (!is_hidden(printing, scope->manager, binding.key))
            print_binding(printing, &binding);
    }
}

/* NULL, or why not. */
static const char *find_context(const struct memory *memory, const struct library *library, uint32_t id,
                                const struct ctx **context) {
    struct layout layout;
    struct id_pool pool;
    struct id_slot slot;
    if (library->layout == 0 || !memory->read(memory, library->layout, &layout, sizeof layout))
        return "the library's notes were not found";
    if (layout.version != LAYOUT_VERSION)
        return "the library is another version than gls-decode";
    if (!read_at(memory, layout.pool, &pool, sizeof pool) || id >= ID_COUNT_MAX || pool.slots == NULL ||
        !read_at(memory, pool.slots + id, &slot, sizeof slot))
        return "what ids stand for is not in memory";
    if (slot.lifetimes % 2 == 0)
        return "the scope has just been closed";
    *context = slot.context;
    return NULL;
}

void memory_print_bindings(const struct memory *memory, const struct library *library, uint32_t id, FILE *out) {
    static struct printing printing;
    const struct ctx *context = NULL;
    struct ctx scope;
    const char *why = find_context(memory, library, id, &context);
    if (why != NULL)
        (void)fprintf(out, "\t(no bindings: %s)\n", why);
    printing = (struct printing){.memory = memory, .out = out};
    for (size_t i = 0; i < SCOPES_MAX && context != NULL; i++, context = scope.parent) {
        if (!read_at(memory, context, &scope, sizeof scope)) {
            (void)fputs("\t(a scope cannot be read)\n", out);
            return;
        }
        print_scope(&printing, &scope);
    }
}
