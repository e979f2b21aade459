#include "gls/tables.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "gls/unindexed.h"

#if !__GLIBC_PREREQ(2, 35)
#error "the gls library needs glibc 2.35 or later, for _dl_find_object"
#endif

/* ---- A function's entry (FDE) is found through the sorted index that linkers make of them ---- */

/* .eh_frame_hdr (Linux Standard Base, Core, "Exception Frames"), as all linkers write it. */
struct index_header {
    unsigned char version, section_encoding, count_encoding, table_encoding;
    int32_t section_distance; /* from here */
    uint32_t count;
    struct {
        int32_t function, entry; /* from the header */
    } table[];
};
enum { VERSION = 1, PC_RELATIVE_SDATA4 = 0x1b, UDATA4 = 0x03, DATA_RELATIVE_SDATA4 = 0x3b };

static bool leads_to_section(const struct index_header *header) {
    return header->version == VERSION && header->section_encoding == PC_RELATIVE_SDATA4;
}

static const unsigned char *section_of(const struct index_header *header) {
    return (const unsigned char *)&header->section_distance + header->section_distance;
}

static bool has_table(const struct index_header *header) {
    return header->version == VERSION && header->count_encoding == UDATA4 &&
           header->table_encoding == DATA_RELATIVE_SDATA4;
}

/* The entry of the last function that begins at `code` or before it; NULL if there is none. */
static const unsigned char *search_index(const struct index_header *header, uintptr_t code) {
    const intptr_t distance = (intptr_t)(code - (uintptr_t)header);
    size_t low = 0, high = header->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (header->table[middle].function <= distance)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? NULL : (const unsigned char *)header + header->table[low - 1].entry;
}

/* ---- The row of a function ---- */

struct search {
    uintptr_t code;
    struct cfi_rules *rules;
    uintptr_t end; /* of the code that the rules hold for */
    bool found;
};

static bool take_rules(const struct cfi_row *row, void *arg) {
    struct search *search = arg;
    if (search->code < row->start || search->code >= row->end)
        return true;
    search->found = row->rules != NULL;
    search->end = row->end;
    if (search->found)
        *search->rules = *row->rules;
    return false;
}

/* What may be read of a module's table. */
struct bounds {
    const unsigned char *first, *limit;
};

/* Other modules lie in one piece, from the first of their segments to the end of the last. */
static struct bounds bounds_of(const struct dl_find_object *object, const struct module *module) {
    const unsigned char *section = NULL, *limit = NULL;
    if (module != NULL && glsi_tables_section(module, &section, &limit))
        return (struct bounds){section, limit};
    return (struct bounds){object->dlfo_map_start, object->dlfo_map_end};
}

static void search_module(const struct dl_find_object *object, struct search *search) {
    const struct index_header *header = object->dlfo_eh_frame;
    const struct module *module = glsi_modules_find(search->code);
    const struct bounds bounds = bounds_of(object, module);
    const unsigned char *entry = NULL;
    if (header == NULL)
        entry = glsi_unindexed_find(search->code);
    else if (has_table(header))
        entry = search_index(header, search->code);
    else if (leads_to_section(header))
        glsi_cfi_visit(section_of(header), bounds.limit, take_rules, search);
    if (entry >= bounds.first && entry < bounds.limit)
        glsi_cfi_visit_function(entry, bounds.first, bounds.limit, take_rules, search);
}

bool glsi_tables_find_until(uintptr_t code, struct cfi_rules *rules, uintptr_t *end) {
    struct search search = {.code = code, .rules = rules};
    struct dl_find_object object;
    if (_dl_find_object((void *)code, &object) == 0)
        search_module(&object, &search);
    *end = search.end;
    return search.found;
}

bool glsi_tables_find(uintptr_t code, struct cfi_rules *rules) {
    uintptr_t end = 0;
    return glsi_tables_find_until(code, rules, &end);
}

bool glsi_tables_section(const struct module *module, const unsigned char **eh_frame, const unsigned char **limit) {
    const ElfW(Phdr) *header = module_header(module, PT_GNU_EH_FRAME);
    if (header == NULL)
        return module->is_program && glsi_unindexed_section(eh_frame, limit);
    const struct index_header *index = (const void *)(module->base + header->p_vaddr);
    if (!leads_to_section(index))
        return false;
    *eh_frame = section_of(index);
    *limit = module_segment_end(module, (uintptr_t)*eh_frame);
    return *limit != NULL;
}
