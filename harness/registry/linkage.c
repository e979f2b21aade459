#include "registry/linkage.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>

#include "base/processor.h"

/* A table of relocations; glibc has put addresses in place of the offsets that stand in the file. */
struct relocations {
    const ElfW(Rela) * first;
    size_t bytes;
};

static struct relocations find_relocations(const ElfW(Dyn) * entry, ElfW(Sxword) table, ElfW(Sxword) size) {
    struct relocations found = {NULL, 0};
    for (; entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == table)
            found.first = (const ElfW(Rela) *)entry->d_un.d_ptr; /* NOLINT */
        else if (entry->d_tag == size)
            found.bytes = entry->d_un.d_val;
    }
    return found;
}

static bool contains(struct relocations relocations, unsigned type) {
    const size_t count = relocations.first == NULL ? 0 : relocations.bytes / sizeof *relocations.first;
    for (size_t i = 0; i < count; i++) {
        if (ELF64_R_TYPE(relocations.first[i].r_info) == type)
            return true;
    }
    return false;
}

static void append(char text[static LINKAGE_MAX], const char *words) {
    const size_t used = strlen(text);
    (void)snprintf(text + used, LINKAGE_MAX - used, ", %s", words);
}

void linkage_describe(const struct registry_entry *entry, char text[static LINKAGE_MAX]) {
    Dl_info info;
    struct link_map *object = NULL;
    (void)snprintf(text, LINKAGE_MAX, "%s", entry->plugin == NULL ? "program" : "shared object");
    if (entry->plugin == NULL || dladdr1(entry->strategy, &info, (void **)&object, RTLD_DL_LINKMAP) == 0)
        return;
    const struct relocations data = find_relocations(object->l_ld, DT_RELA, DT_RELASZ);
    const struct relocations calls = find_relocations(object->l_ld, DT_JMPREL, DT_PLTRELSZ);
    if (contains(data, PROCESSOR_TLS_OFFSET))
        append(text, "initial-exec");
    if (contains(data, PROCESSOR_TLS_DESCRIPTOR) || contains(calls, PROCESSOR_TLS_DESCRIPTOR))
        append(text, "TLS descriptors");
    /* Both call __tls_get_addr; what a linker knows the offset of is nobody else's variable. */
    if (contains(data, PROCESSOR_TLS_OFFSET_IN_MODULE))
        append(text, "general dynamic");
    else if (contains(data, PROCESSOR_TLS_MODULE))
        append(text, "local dynamic");
}
