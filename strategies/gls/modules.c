#include "gls/modules.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

static struct module_list list;

/* ---- What a module says of itself in its dynamic section ---- */

struct candidate {
    struct module module;
    const char *path;
    bool is_permanent, was_followed;
};

struct candidates {
    struct candidate *candidates;
    size_t count, capacity;
};

static const ElfW(Dyn) * dynamic_section(const struct module *module) {
    const ElfW(Phdr) *header = module_header(module, PT_DYNAMIC);
    return header == NULL ? NULL : (const ElfW(Dyn) *)(module->base + header->p_vaddr);
}

/* The value of the first entry with this tag; `otherwise` if there is none. */
static uintptr_t dynamic_value(const struct module *module, ElfW(Sxword) tag, uintptr_t otherwise) {
    const ElfW(Dyn) *entry = dynamic_section(module);
    for (; entry != NULL && entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == tag)
            return entry->d_un.d_val;
    return otherwise;
}

/* The dynamic linker has replaced the offset by an address where it could write. */
static const char *string_table(const struct module *module) {
    const uintptr_t value = dynamic_value(module, DT_STRTAB, 0);
    return (const char *)(value < module->base ? module->base + value : value);
}

static bool has_name(const struct candidate *candidate, const char *name) {
    const char *slash = strrchr(candidate->path, '/');
    if (strcmp(slash == NULL ? candidate->path : slash + 1, name) == 0)
        return true;
    const uintptr_t soname = dynamic_value(&candidate->module, DT_SONAME, UINTPTR_MAX);
    return soname != UINTPTR_MAX && strcmp(string_table(&candidate->module) + soname, name) == 0;
}

/* ---- All that there are ---- */

static uintptr_t address_of_library(void) {
    return (uintptr_t)&list;
}

static bool spans(const struct module *module, uintptr_t address) {
    return address - module->start < module->size;
}

/* The kernel's module is none of the dynamic linker's, and the program and this library are here to stay. */
static bool is_here_to_stay(const struct candidate *candidate) {
    const struct module *module = &candidate->module;
    return module->is_program || spans(module, address_of_library()) || spans(module, getauxval(AT_SYSINFO_EHDR)) ||
           (dynamic_value(module, DT_FLAGS_1, 0) & DF_1_NODELETE) != 0;
}

static void set_span(struct module *module) {
    uintptr_t end = 0;
    module->start = UINTPTR_MAX;
    for (size_t i = 0; i < module->header_count; i++) {
        const ElfW(Phdr) *header = &module->headers[i];
        if (header->p_type != PT_LOAD)
            continue;
        const uintptr_t start = module->base + header->p_vaddr;
        module->start = start < module->start ? start : module->start;
        end = start + header->p_memsz > end ? start + header->p_memsz : end;
    }
    module->size = end > module->start ? end - module->start : 0;
}

static int add_candidate(struct dl_phdr_info *info, size_t size, void *arg) {
    (void)size;
    struct candidates *all = arg;
    if (all->count == all->capacity) {
        const size_t capacity = all->capacity == 0 ? 32 : all->capacity * 2;
        struct candidate *larger = realloc(all->candidates, capacity * sizeof *larger);
        if (larger == NULL)
            return 1; /* less is remembered: slower, and as right as before */
        all->candidates = larger;
        all->capacity = capacity;
    }
    struct candidate *added = &all->candidates[all->count++];
    *added = (struct candidate){.path = info->dlpi_name,
                                .module = {.base = info->dlpi_addr,
                                           .headers = info->dlpi_phdr,
                                           .header_count = info->dlpi_phnum,
                                           .is_program = info->dlpi_name[0] == '\0'}};
    set_span(&added->module);
    added->is_permanent = is_here_to_stay(added);
    return 0;
}

/* What a module that stays is linked with stays, too. True: there was something to follow. */
static bool follow(struct candidates *all, struct candidate *from) {
    if (!from->is_permanent || from->was_followed)
        return false;
    const char *strings = string_table(&from->module);
    const ElfW(Dyn) *entry = dynamic_section(&from->module);
    from->was_followed = true;
    for (; entry != NULL && entry->d_tag != DT_NULL; entry++)
        for (size_t i = 0; entry->d_tag == DT_NEEDED && i < all->count; i++)
            all->candidates[i].is_permanent |= has_name(&all->candidates[i], strings + entry->d_un.d_val);
    return true;
}

static void follow_all(struct candidates *all) {
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < all->count; i++)
            more |= follow(all, &all->candidates[i]);
    }
}

static int compare_modules(const void *a, const void *b) {
    const struct module *left = a, *right = b;
    return (left->start > right->start) - (left->start < right->start);
}

static void make_list(const struct candidates *all) {
    list.modules = calloc(all->count, sizeof *list.modules);
    if (list.modules == NULL)
        return;
    for (size_t i = 0; i < all->count; i++)
        if (all->candidates[i].is_permanent && all->candidates[i].module.size > 0)
            list.modules[list.count++] = all->candidates[i].module;
    qsort(list.modules, list.count, sizeof *list.modules, compare_modules);
}

const struct module_list *glsi_modules_list(void) {
    if (list.modules != NULL)
        return &list;
    struct candidates all = {.candidates = NULL};
    (void)dl_iterate_phdr(add_candidate, &all);
    follow_all(&all);
    make_list(&all);
    free(all.candidates);
    return &list;
}

/* ---- Each of them ---- */

const struct module *glsi_modules_find(uintptr_t address) {
    size_t low = 0, high = list.count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const struct module *module = &list.modules[middle];
        if (spans(module, address))
            return module;
        if (address < module->start)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const ElfW(Phdr) * module_header(const struct module *module, ElfW(Word) type) {
    for (size_t i = 0; i < module->header_count; i++)
        if (module->headers[i].p_type == type)
            return &module->headers[i];
    return NULL;
}

const unsigned char *module_segment_end(const struct module *module, uintptr_t address) {
    for (size_t i = 0; i < module->header_count; i++) {
        const ElfW(Phdr) *header = &module->headers[i];
        const uintptr_t start = module->base + header->p_vaddr;
        if (header->p_type == PT_LOAD && address - start < header->p_memsz)
            return (const unsigned char *)(start + header->p_memsz);
    }
    return NULL;
}
