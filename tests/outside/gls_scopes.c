/*
 * The scopes of the library, published by gls_publish, as writer.c wants them: a context is named by its address, which
 * goes into the span id and into an attribute.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <gls.h>

struct ctx;
extern void writer_begin(void);
extern void writer_with(const struct ctx *next, void (*fn)(void *), void *arg);

static gls_manager *manager;
static const gls_key *trace_id, *span_id, *context;
static gls_snapshot *none;

__attribute__((constructor)) static void publish(void) {
    manager = gls_manager_new();
    trace_id = gls_key_intern("trace");
    span_id = gls_key_intern("span");
    context = gls_key_intern("context");
    none = gls_snapshot_take();
    const struct gls_publication publication = {manager, trace_id, span_id, &context, 1};
    if (none == NULL || gls_publish(&publication) != 0)
        abort();
}

void writer_begin(void) {
}

void writer_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    char digits[17];
    unsigned char span[8];
    if (next == NULL) {
        if (gls_snapshot_run(none, fn, arg) != 0)
            abort();
        return;
    }
    (void)snprintf(digits, sizeof digits, "%016" PRIxPTR, (uintptr_t)next);
    for (int i = 0; i < 8; i++)
        span[i] = (unsigned char)((uintptr_t)next >> (56 - 8 * i));
    char trace[] = "ctxbench-process";
    const struct gls_binding bindings[] = {{trace_id, trace}, {span_id, span}, {context, digits}};
    if (gls_set_values(manager, bindings, 3, fn, arg) != 0)
        abort();
}
