/*
 * A strategy that takes a known amount of memory: a thread-local variable, and for each scope HUNGRY_BLOCKS blocks of
 * HUNGRY_BLOCK_BYTES from the heap and HUNGRY_STACK_BYTES more of stack than without. CTXBENCH_HUNGRY=0 when the
 * plug-in is loaded leaves both out, while the code stays the same.
 */
#include <stdlib.h>

#include "strategy.h"

/* The allocator rounds 104 up to itself: 8 bytes of its own make it 112. */
enum { HUNGRY_BLOCKS = 3, HUNGRY_BLOCK_BYTES = 104, HUNGRY_STACK_BYTES = 2048 };

static bool hungry_is = true;

__attribute__((constructor)) static void hungry_init(void) {
    const char *text = getenv("CTXBENCH_HUNGRY");
    hungry_is = text == NULL || text[0] != '0';
}

static _Thread_local const struct ctx *hungry_here;

CTX_OPERATION const struct ctx *hungry_current(uintptr_t after) {
    return *(const struct ctx *const *)((const char *)&hungry_here + after);
}

/* A call, whose frame is given back at its end. */
__attribute__((noinline)) static void hungry_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    const struct ctx *outer = hungry_here;
    void *blocks[HUNGRY_BLOCKS] = {NULL};
    char *stack = __builtin_alloca(hungry_is ? HUNGRY_STACK_BYTES + 16 : 16);
    __asm__ volatile("" : : "r"(stack) : "memory");
    for (int i = 0; hungry_is && i < HUNGRY_BLOCKS; i++)
        blocks[i] = malloc(HUNGRY_BLOCK_BYTES);
    hungry_here = next;
    fn(arg);
    hungry_here = outer;
    for (int i = 0; i < HUNGRY_BLOCKS; i++)
        free(blocks[i]);
    __asm__ volatile("" : : "r"(stack) : "memory");
}

#define CTX_NAME "hungry"
#define CTX_SUMMARY "for tests: takes a known amount of stack and heap for each scope (CTXBENCH_HUNGRY)"
#define CTX_TRAITS 0
#define CTX_OP_CURRENT(after) hungry_current(after)
#define CTX_OP_WITH(next, fn, arg) hungry_with(next, fn, arg)
#define CTX_ONLY 1
#define CTX_ONLY_GET
#define CTX_ONLY_WITH
#define CTX_ONLY_SPAWN
#include "kernels.h"
