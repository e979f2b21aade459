/*
 * Code as others write it, on the stack between a scope and its reader. Each of these runs fn(arg).
 */
#ifndef ODD_FRAMES_H
#define ODD_FRAMES_H

#include <stdint.h>

/* C compiled with -fomit-frame-pointer, busy enough to want the frame pointer for a value. Returns a checksum. */
uintptr_t frameless_call(void (*fn)(void *), void *arg);
/* The same, `depth` times over. */
uintptr_t frameless_descend(unsigned depth, void (*fn)(void *), void *arg);

/* Assembly with right unwind information that keeps `fp` in the frame-pointer register. */
void call_with_fp(void (*fn)(void *), void *arg, uintptr_t fp);

#if defined(__x86_64__)
/* The same with a frame that begins behind an instruction in which a byte looks like a call. */
void call_with_late_frame(void (*fn)(void *), void *arg);
#endif

/* Assembly without unwind information, with a frame pointer and without. */
void call_uncovered(void (*fn)(void *), void *arg);
void call_uncovered_without_frame(void (*fn)(void *), void *arg);
/* The same, as the body of a scope: what the scope is handed points to a `struct uncovered_call`. */
struct uncovered_call {
    void (*fn)(void *);
    void *arg;
};
void uncovered_body(void *call);

#endif
