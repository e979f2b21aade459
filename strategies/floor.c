/* The least that could serve: one dependent load for a read, one call and return for a scope. */
#include "strategy.h"

/* Holds CTX_BENCH_VALUE, which kernels.h defines. Not const: a compiler must load it. */
extern uintptr_t floor_cell;

CTX_OPERATION enum ctx_answer floor_get(uintptr_t after, void **value) {
    *value = *(void *const *)((const char *)&floor_cell + after);
    return CTX_SET;
}

CTX_OPERATION void floor_with(void (*fn)(void *), void *arg) {
    fn(arg);
}

#define CTX_NAME "floor"
#define CTX_SUMMARY "one dependent load for a read, one call for a scope"
#define CTX_TRAITS 0
#define CTX_REFERENCE 1
#define CTX_YARDSTICK .label = "floor", .legend = "times the least that could do the work", .order = 1
#define CTX_OP_CURRENT(after) ((void)(after), (const struct ctx *)NULL)
#define CTX_OP_WITH(next, fn, arg) ((void)(next), floor_with(fn, arg))
#define CTX_OP_GET(after, manager, key, value) ((void)(manager), (void)(key), floor_get(after, value))
#define CTX_OP_COLD_LINES(note) note(&floor_cell, sizeof floor_cell)
#include "kernels.h"

uintptr_t floor_cell = CTX_BENCH_VALUE;
