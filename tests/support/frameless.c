/* Compiled with -fomit-frame-pointer, whatever the rest is compiled with (tests/CMakeLists.txt). */
#include "odd_frames.h"

/* Opaque: what the callers below keep across the call stays in registers of theirs. */
static volatile uintptr_t source = 3;

/* More values live across the call than there are callee-saved registers (six on x86-64, eleven on aarch64). */
uintptr_t frameless_call(void (*fn)(void *), void *arg) {
    const uintptr_t a = source, b = source, c = source, d = source, e = source, f = source, g = source;
    fn(arg);
    return a ^ (b << 1) ^ (c << 2) ^ (d << 3) ^ (e << 4) ^ (f << 5) ^ (g << 6);
}

uintptr_t frameless_descend(unsigned depth, void (*fn)(void *), void *arg) {
    const uintptr_t a = source, b = source, c = source, d = source, e = source, f = source, g = source;
    uintptr_t below = 0;
    if (depth == 0)
        fn(arg);
    else
        below = frameless_descend(depth - 1, fn, arg);
    return below + (a ^ (b << 1) ^ (c << 2) ^ (d << 3) ^ (e << 4) ^ (f << 5) ^ (g << 6));
}
