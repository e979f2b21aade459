/*
 * Memory of this process that may not be there any more: the kernel is asked, and nothing else. No descriptor is
 * opened. Safe in signal handlers; errno stays as it is.
 */
#ifndef GLS_MEMORY_H
#define GLS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum memory_answer {
    MEMORY_READ,
    MEMORY_GONE,    /* not mapped, or not readable */
    MEMORY_REFUSED, /* the kernel does not say: a sandbox, or an emulator */
};

/* Reads `bytes` at `from` into `to`. Another thread may unmap them meanwhile. */
enum memory_answer glsi_memory_read(void *to, const void *from, size_t bytes);

/* May these bytes, which nobody unmaps meanwhile, be read? Asks in a way that no sandbox refuses. */
bool glsi_memory_is_readable(uintptr_t from, size_t bytes);

#endif
