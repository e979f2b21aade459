/*
 * Where a reader outside of the process finds what an id stands for, without a symbol table: a note in the library
 * (marks.S) leads to this.
 */
#ifndef GLS_LAYOUT_H
#define GLS_LAYOUT_H

#include <stdint.h>

#include "gls/ids.h"

/* Changes with the layout of struct id_pool, id_slot, ctx, ctx_binding or ctx_key: gls-decode reads them. */
enum { LAYOUT_VERSION = 1 };

struct layout {
    uint64_t version;
    const struct id_pool *pool;
};

#endif
