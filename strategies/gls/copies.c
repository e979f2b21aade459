/*
 * Two copies of the library in one process would have two sets of marks, and each would walk past the other's tags
 * without seeing them: a wrong "no context". Copies that the dynamic linker has bound to one set share it and are fine;
 * others are refused, by whichever is loaded last.
 *
 * Each copy carries a note (marks.S) that leads to the marks that its own code is bound to. Notes need no symbol table:
 * a copy is found even if it was linked statically, with all of its names hidden.
 */
#include <dlfcn.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gls/marks.h"

static const char *module_name(const void *address) {
    Dl_info info;
    return dladdr(address, &info) != 0 && info.dli_fname != NULL ? info.dli_fname : "(unknown module)";
}

/* What the note's description, a distance to the address of the marks, leads to. */
static const char *follow(const char *description) {
    int32_t distance = 0;
    const char *marks = NULL;
    memcpy(&distance, description, sizeof distance);
    memcpy(&marks, description + distance, sizeof marks);
    return marks;
}

static size_t aligned(size_t bytes, size_t alignment) {
    return (bytes + alignment - 1) / alignment * alignment;
}

/* The marks of the copy that this segment of notes belongs to; NULL if it is not ours. */
static const char *marks_of_notes(const char *notes, size_t size, size_t alignment) {
    static const char name[] = MARK_NOTE_NAME;
    ElfW(Nhdr) header;
    for (size_t at = 0; size - at >= sizeof header;) {
        memcpy(&header, notes + at, sizeof header);
        const size_t description_at = at + aligned(sizeof header + header.n_namesz, alignment);
        const size_t next = description_at + aligned(header.n_descsz, alignment);
        if (next > size)
            return NULL;
        if (header.n_type == MARK_NOTE_TYPE && header.n_namesz == sizeof name &&
            memcmp(notes + at + sizeof header, name, sizeof name) == 0)
            return follow(notes + description_at);
        at = next;
    }
    return NULL;
}

static int refuse_other_copy(struct dl_phdr_info *info, size_t size, void *arg) {
    (void)size;
    (void)arg;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type != PT_NOTE)
            continue;
        const char *notes = (const char *)(info->dlpi_addr + header->p_vaddr);
        const char *marks = marks_of_notes(notes, header->p_memsz, header->p_align == 8 ? 8 : 4);
        if (marks == NULL || marks == glsi_marks)
            continue;
        (void)fprintf(stderr,
                      "gls: two copies of the library are in this process (%s and %s) and would not see each other's "
                      "contexts; link both with the shared library, libgls.so\n",
                      module_name(marks), module_name(glsi_marks));
        abort();
    }
    return 0;
}

__attribute__((constructor(101))) static void copies_init(void) {
    (void)dl_iterate_phdr(refuse_other_copy, NULL);
}
