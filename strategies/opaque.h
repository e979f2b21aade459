/* What keeps compilers and processors honest in a measuring loop. */
#ifndef CTX_OPAQUE_H
#define CTX_OPAQUE_H

#include "instructions.h"

/*
 * Stands for code of the user's: compiled on its own, as if it were in another file. Without this a compiler removes
 * the context argument or the whole frame, and passing it looks free.
 */
#if defined(__clang__)
#define CTX_OPAQUE __attribute__((noinline, used))
#else
#define CTX_OPAQUE __attribute__((noipa))
#endif

/* What is in memory may have changed: every iteration loads anew. */
#define ctx_forget_memory() __asm__ volatile("" : : : "memory")

/* The compiler must have `pointer`'s target ready here, and expect it to have changed. */
#define ctx_touch(pointer) __asm__ volatile("" : : "r"(pointer) : "memory")

#endif
