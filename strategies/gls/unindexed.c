#include "gls/unindexed.h"

#include <stdlib.h>
#include <string.h>

#include "gls/cfi.h"
#include "gls/marks.h"
#include "gls/modules.h"

struct indexed_entry {
    uintptr_t function;
    const unsigned char *entry;
};

static struct {
    const unsigned char *section, *limit;
    struct indexed_entry *entries; /* sorted by function */
    size_t count;
} found;

/* ---- Where the section is ---- */

/* Could a CIE begin here: a length, the number 0, a known version, and letters that begin as compilers have them? */
static bool looks_like_section(const unsigned char *at) {
    enum { BYTES_MIN = 8, BYTES_MAX = 256 };
    uint32_t length_and_id[2];
    memcpy(length_and_id, at, sizeof length_and_id);
    return length_and_id[0] >= BYTES_MIN && length_and_id[0] <= BYTES_MAX && length_and_id[1] == 0 &&
           (at[8] == 1 || at[8] == 3) && (at[9] == 'z' || at[9] == '\0');
}

struct count {
    size_t entries;
    bool has_marks;
};

static void count_entry(const unsigned char *entry, uintptr_t function, void *arg) {
    struct count *count = arg;
    (void)entry;
    count->entries++;
    count->has_marks |= function == (uintptr_t)glsi_marks;
}

static bool is_section(const unsigned char *at, const unsigned char *limit, struct count *count) {
    *count = (struct count){.entries = 0};
    return looks_like_section(at) && glsi_cfi_list(at, limit, count_entry, count) && count->has_marks;
}

/* Looks through what is loaded to be read alone, or run: linkers put it there. Returns how many entries it has. */
static size_t look_for_section(const struct module *program) {
    enum { ALIGNMENT = 8, CIE_BYTES_MIN = 16 };
    struct count count;
    for (size_t i = 0; i < program->header_count; i++) {
        const ElfW(Phdr) *header = &program->headers[i];
        if (header->p_type != PT_LOAD || (header->p_flags & PF_R) == 0 || (header->p_flags & PF_W) != 0)
            continue;
        const unsigned char *at = (const unsigned char *)(program->base + header->p_vaddr);
        const unsigned char *const limit = at + header->p_filesz;
        for (at += -(uintptr_t)at % ALIGNMENT; limit - at >= CIE_BYTES_MIN; at += ALIGNMENT) {
            if (!is_section(at, limit, &count))
                continue;
            found.section = at;
            found.limit = limit;
            return count.entries;
        }
    }
    return 0;
}

/* ---- The index that the linker did not make ---- */

static void add_entry(const unsigned char *entry, uintptr_t function, void *arg) {
    (void)arg;
    found.entries[found.count++] = (struct indexed_entry){.function = function, .entry = entry};
}

static int compare_entries(const void *a, const void *b) {
    const struct indexed_entry *left = a, *right = b;
    return (left->function > right->function) - (left->function < right->function);
}

void glsi_unindexed_begin(void) {
    const struct module *program = NULL;
    const struct module_list *list = glsi_modules_list();
    for (size_t i = 0; i < list->count; i++)
        if (list->modules[i].is_program && module_header(&list->modules[i], PT_GNU_EH_FRAME) == NULL)
            program = &list->modules[i];
    if (program == NULL || found.entries != NULL)
        return;
    const size_t count = look_for_section(program);
    found.entries = calloc(count, sizeof *found.entries);
    if (found.entries == NULL)
        return;
    (void)glsi_cfi_list(found.section, found.limit, add_entry, NULL);
    qsort(found.entries, found.count, sizeof *found.entries, compare_entries);
}

const unsigned char *glsi_unindexed_find(uintptr_t code) {
    size_t low = 0, high = found.count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (found.entries[middle].function <= code)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? NULL : found.entries[low - 1].entry;
}

bool glsi_unindexed_section(const unsigned char **eh_frame, const unsigned char **limit) {
    *eh_frame = found.section;
    *limit = found.limit;
    return found.section != NULL;
}
