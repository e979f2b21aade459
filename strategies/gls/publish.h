/*
 * Scopes of the public interface that publish (gls_publish): each has a record in its opener's frame, to which the
 * thread's pointer leads while the scope is in force (otel.h). Whoever switches stacks keeps the pointer of the one,
 * and puts it back when it goes on, on whichever thread that is.
 */
#ifndef GLS_PUBLISH_H
#define GLS_PUBLISH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ctx;

/* Never off again once it is on. */
extern atomic_bool glsi_publishes;

static inline bool publish_is_on(void) {
    return atomic_load_explicit(&glsi_publishes, memory_order_acquire);
}

/* As seal_with (seal.h), and with the record of `context`, which may be NULL. */
bool glsi_publish_scope(const struct ctx *context, uint32_t root, void (*fn)(void *arg), void *arg);

/* The record to which this thread's pointer leads, or NULL. Functions, since a thread's variable moves with the thread.
 */
const void *glsi_publish_get(void);
void glsi_publish_put(const void *record);

#endif
