/*
 * The modules of this process that cannot be unloaded, as they are when the library is loaded: the program and what it
 * is linked with, this library and what that is linked with, modules that are marked as never to be unloaded, and the
 * kernel's own. Others may go at any time, and another module take their place.
 */
#ifndef GLS_MODULES_H
#define GLS_MODULES_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct module {
    uintptr_t start, size;
    uintptr_t base;
    const ElfW(Phdr) * headers;
    size_t header_count;
    bool is_program;
};

struct module_list {
    struct module *modules; /* sorted by address */
    size_t count;
};

/* For constructors only: the list is made at the first call. Constant from then on. */
const struct module_list *glsi_modules_list(void);

/* The module that holds this address, or NULL. For everyone, and in signal handlers. */
const struct module *glsi_modules_find(uintptr_t address);

/* The first header of this type, or NULL. */
const ElfW(Phdr) * module_header(const struct module *module, ElfW(Word) type);

/* The end of the loadable segment that holds `address`: it bounds what may be read. NULL if there is none. */
const unsigned char *module_segment_end(const struct module *module, uintptr_t address);

#endif
