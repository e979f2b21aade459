/*
 * The scopes of tls-otel, or with WRITER_TOGGLES of tls-otel-valid, as a part of a program or of a library, whichever
 * is to be watched: the very operations that the strategies measure.
 */
#if defined(WRITER_TOGGLES)
#include "otel/toggle.h"
#else
#include "otel/swap.h"
#endif

extern void writer_begin(void);
extern void writer_with(const struct ctx *next, void (*fn)(void *), void *arg);

void writer_begin(void) {
    otel_thread_begin();
}

void writer_with(const struct ctx *next, void (*fn)(void *), void *arg) {
#if defined(WRITER_TOGGLES)
    otel_toggle_with(next, fn, arg);
#else
    otel_swap_with(next, fn, arg);
#endif
}
