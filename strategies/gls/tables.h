/*
 * Which unwind table describes an address. A table is found by _dl_find_object (glibc 2.35), which takes no lock: it
 * may be asked in signal handlers, in the child of a fork, and while another thread loads or unloads a module. Nothing
 * is remembered here: an answer holds for as long as the module stays, and for one that may be unloaded (modules.h)
 * nobody can tell how long that is, but for the code that the asking thread will return to.
 */
#ifndef GLS_TABLES_H
#define GLS_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#include "gls/cfi.h"
#include "gls/modules.h"

/* The rules at an address of code. False: no table describes it, or in a way that is not understood. */
bool glsi_tables_find(uintptr_t code, struct cfi_rules *rules);

/* The same, and where they end to hold: where the function ends, if not before. */
bool glsi_tables_find_until(uintptr_t code, struct cfi_rules *rules, uintptr_t *end);

/* The .eh_frame section of a module and where its segment ends. False: it has none, or one that cannot be found. */
bool glsi_tables_section(const struct module *module, const unsigned char **eh_frame, const unsigned char **limit);

#endif
