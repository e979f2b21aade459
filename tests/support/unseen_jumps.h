/* Jumps and switches that sanitizers do not follow, and those of the compiler, which nobody sees. */
#ifndef UNSEEN_JUMPS_H
#define UNSEEN_JUMPS_H

#include <stdlib.h>

#include "gls/fiber_tools.h"

#if defined(FIBER_ASAN) || defined(FIBER_TSAN)
enum { ARE_JUMPS_LOST = 1 }; /* a sanitizer takes frames that setcontext, swapcontext or the compiler left for live */
#else
enum { ARE_JUMPS_LOST = 0 };
#endif

/* Elsewhere clang has none. */
#if defined(__x86_64__)
enum { HAS_COMPILER_JUMPS = 1 };
#define compiler_setjmp(buffer) __builtin_setjmp(buffer)
#define compiler_longjmp(buffer) __builtin_longjmp(buffer, 1)
#else
enum { HAS_COMPILER_JUMPS = 0 };
#define compiler_setjmp(buffer) ((void)(buffer), 1)
#define compiler_longjmp(buffer) abort()
#endif

#endif
