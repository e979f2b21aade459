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
    MEMORY_SAME,
    MEMORY_OTHER,
    MEMORY_GONE, /* not mapped, or not readable */
};

/*
 * Are the `bytes` at `from` these? Both begin at a multiple of four and are as long. Another thread may unmap them
 * meanwhile.
 */
enum memory_answer glsi_memory_compare(const void *from, const void *wanted, size_t bytes);

/* Its two ways, for tests: all at once (false where a sandbox or an emulator refuses that), and four by four. */
bool glsi_memory_compare_at_once(const void *from, const void *wanted, size_t bytes, enum memory_answer *answer);
enum memory_answer glsi_memory_compare_by_four(const void *from, const void *wanted, size_t bytes);

/* May these bytes, which nobody unmaps meanwhile, be read? Asks in a way that no sandbox refuses. */
bool glsi_memory_is_readable(uintptr_t from, size_t bytes);

#endif
