/*
 * Reading memory of this process that may not be there any more: the kernel does it, and says so. Safe in signal
 * handlers; errno stays as it is.
 */
#ifndef GLS_MEMORY_H
#define GLS_MEMORY_H

#include <stddef.h>

enum memory_answer {
    MEMORY_READ,
    MEMORY_GONE,    /* not mapped, or not readable */
    MEMORY_REFUSED, /* the kernel does not say: a sandbox, or too many open files */
};

/* Reads `bytes` (at most 4096) at `from` into `to`. */
enum memory_answer glsi_memory_read(void *to, const void *from, size_t bytes);

/* Its two ways, for tests: a call made for it, and a detour by a pipe where a sandbox or an emulator lacks that. */
enum memory_answer glsi_memory_read_at_once(void *to, const void *from, size_t bytes);
enum memory_answer glsi_memory_read_by_pipe(void *to, const void *from, size_t bytes);

#endif
