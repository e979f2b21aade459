#include "machine/process_facts.h"

#include <dlfcn.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"

/* ---- What is loaded ---- */

enum { OBJECTS_MAX = 128 };

/* The objects of the process, the program first. */
struct objects {
    const struct link_map *items[OBJECTS_MAX];
    bool needed[OBJECTS_MAX]; /* by the program, or by what it needs */
    size_t count;
};

/* What was there when the program began: later ones are modules and plug-ins, which results name in other places. */
static char preloaded[sizeof((struct process_facts *)0)->preloaded];
static bool uses_library_path;

static const char *file_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static const char *dynamic_text(const struct link_map *object, ElfW(Xword) offset) {
    for (const ElfW(Dyn) *entry = object->l_ld; entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag != DT_STRTAB)
            continue;
        /* The loader has made an address of it, except where it cannot write. */
        const uintptr_t table =
            entry->d_un.d_ptr < object->l_addr ? object->l_addr + entry->d_un.d_ptr : entry->d_un.d_ptr;
        return (const char *)table + offset;
    }
    return "";
}

static bool is_called(const struct link_map *object, const char *name) {
    if (strcmp(file_of(object->l_name), file_of(name)) == 0)
        return true;
    for (const ElfW(Dyn) *entry = object->l_ld; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_SONAME)
            return strcmp(dynamic_text(object, entry->d_un.d_val), name) == 0;
    return false;
}

static void mark_called(struct objects *objects, const char *name) {
    for (size_t i = 0; i < objects->count; i++)
        objects->needed[i] = objects->needed[i] || is_called(objects->items[i], name);
}

static void mark_needs_of(struct objects *objects, const struct link_map *object) {
    for (const ElfW(Dyn) *entry = object->l_ld; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_NEEDED)
            mark_called(objects, dynamic_text(object, entry->d_un.d_val));
}

static size_t count_needed(const struct objects *objects) {
    size_t count = 0;
    for (size_t i = 0; i < objects->count; i++)
        count += objects->needed[i];
    return count;
}

/* Marks what the program needs, what that needs, and so on, until nothing is added. */
static void mark_needed(struct objects *objects) {
    size_t before;
    objects->needed[0] = true;
    do {
        before = count_needed(objects);
        for (size_t i = 0; i < objects->count; i++)
            if (objects->needed[i])
                mark_needs_of(objects, objects->items[i]);
    } while (count_needed(objects) > before);
}

/* Adds a word, as far as there is room. */
static void add_word(char *text, size_t size, const char *word) {
    size_t length = strlen(text);
    if (length > 0 && length + 1 < size)
        text[length++] = ' ';
    utf8_escape(text + length, size - length, word);
}

/* Whether the object lies in a folder of LD_LIBRARY_PATH, and so perhaps in the place of another. */
static bool is_from_library_path(const struct link_map *object) {
    const char *folders = getenv("LD_LIBRARY_PATH");
    const size_t length = (size_t)(file_of(object->l_name) - object->l_name);
    while (folders != NULL && length > 1) {
        const size_t folder = strcspn(folders, ":;");
        if (folder > 0 && (folder == length - 1 || folder == length) && memcmp(folders, object->l_name, folder) == 0)
            return true;
        folders = folders[folder] != '\0' ? folders + folder + 1 : NULL;
    }
    return false;
}

/* Before anything is loaded by the program itself. The kernel's own object has no path. */
__attribute__((constructor)) static void look_at_objects(void) {
    struct objects objects = {.count = 0};
    for (const struct link_map *object = _r_debug.r_map; object != NULL && objects.count < OBJECTS_MAX;
         object = object->l_next)
        objects.items[objects.count++] = object;
    if (objects.count == 0)
        return;
    mark_needed(&objects);
    for (size_t i = 1; i < objects.count; i++) {
        const char *path = objects.items[i]->l_name;
        if (!objects.needed[i] && strchr(path, '/') != NULL)
            add_word(preloaded, sizeof preloaded, file_of(path));
        uses_library_path = uses_library_path || is_from_library_path(objects.items[i]);
    }
}

/* ---- Who provides what ---- */

/* Writes the file that has the function, unless that is the C library. */
static void find_provider(const char *function, char *file, size_t size) {
    Dl_info provider, library;
    const void *address = dlsym(RTLD_DEFAULT, function);
    if (address != NULL && dladdr(address, &provider) != 0 && provider.dli_fname != NULL &&
        (dladdr(dlsym(RTLD_DEFAULT, "gnu_get_libc_version"), &library) == 0 || provider.dli_fbase != library.dli_fbase))
        utf8_escape(file, size, file_of(provider.dli_fname));
}

/* ---- Variables ---- */

static bool begins(const char *text, const char *beginning) {
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* Whether "NAME=value" is heeded here. */
static bool is_heeded(const char *variable, bool has_sanitizer) {
    static const char *const beginnings[] = {
        "LD_PRELOAD=",     "LD_AUDIT=", "LD_BIND_NO",         "LD_DYNAMIC_WEAK=", "LD_PROFILE=",
        "GLIBC_TUNABLES=", "MALLOC_",   "_RJEM_MALLOC_CONF=", "TCMALLOC_",        "MIMALLOC_"};
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++)
        if (begins(variable, beginnings[i]))
            return true;
    const char *equals = strchr(variable, '=');
    static const char options[] = "SAN_OPTIONS";
    const size_t length = sizeof options - 1;
    const bool is_sanitizers =
        equals != NULL && (size_t)(equals - variable) > length && memcmp(equals - length, options, length) == 0;
    return (has_sanitizer && is_sanitizers) || (uses_library_path && begins(variable, "LD_LIBRARY_PATH="));
}

static int compare_texts(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void read_variables(struct process_facts *facts) {
    enum { VARIABLES_MAX = 32 };
    const char *found[VARIABLES_MAX];
    size_t count = 0;
    for (char **variable = environ; variable != NULL && *variable != NULL && count < VARIABLES_MAX; variable++)
        if (is_heeded(*variable, facts->sanitizer[0] != '\0'))
            found[count++] = *variable;
    qsort(found, count, sizeof found[0], compare_texts);
    for (size_t i = 0; i < count; i++)
        add_word(facts->variables, sizeof facts->variables, found[i]);
}

void process_facts_read(struct process_facts *facts) {
    *facts = (struct process_facts){0};
    (void)snprintf(facts->preloaded, sizeof facts->preloaded, "%s", preloaded);
    find_provider("malloc", facts->allocator, sizeof facts->allocator);
    find_provider("__sanitizer_set_report_path", facts->sanitizer, sizeof facts->sanitizer); /* every runtime has it */
    read_variables(facts);
}

void process_facts_join(const struct process_facts *facts, char *text, size_t size) {
    const char *const parts[] = {facts->preloaded, facts->allocator, facts->sanitizer, facts->variables};
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && length < size; i++)
        if (parts[i][0] != '\0')
            length += (size_t)snprintf(text + length, size - length, "%s%s", length > 0 ? "; " : "", parts[i]);
}
