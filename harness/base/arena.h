/* Memory for what is made together and goes together. */
#ifndef CTXBENCH_ARENA_H
#define CTXBENCH_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_chunk;
struct arena {
    struct arena_chunk *chunks;
};

/* Zeroed, aligned for anything. NULL when out of memory. */
void *arena_take(struct arena *arena, size_t size);

/* NULL when out of memory. */
__attribute__((format(printf, 2, 0))) char *arena_vprintf(struct arena *arena, const char *format, va_list args);
__attribute__((format(printf, 2, 3))) char *arena_printf(struct arena *arena, const char *format, ...);

void arena_free(struct arena *arena);

#endif
