#include "gls/publish.h"

#include <errno.h>
#include <string.h>

#include "context/context.h"
#include "gls/gls.h"
#include "gls/otel.h"
#include "gls/seal.h"

enum { ATTRIBUTES_MAX = 16, ATTRIBUTE_HEAD_BYTES = 2, TEXT_BYTES_MAX = 255 };

atomic_bool glsi_publishes;

static struct {
    const struct ctx_manager *manager;
    const struct ctx_key *trace_id, *span_id, *attributes[ATTRIBUTES_MAX];
    size_t attribute_count;
} published;

struct record {
    _Alignas(8) struct otel_record_head head;
    uint8_t attributes[OTEL_RECORD_BYTES_MAX - OTEL_RECORD_HEAD_BYTES];
};

/* Not inlined: a scope may end on another thread than it has begun on, and compilers may keep the address of a
 * thread-local variable over calls. */
__attribute__((noinline)) const void *glsi_publish_get(void) {
    return otel_thread_ctx_v1;
}

__attribute__((noinline)) void glsi_publish_put(const void *record) {
    otel_fence(); /* what it leads to is complete */
    *(const void *volatile *)&otel_thread_ctx_v1 = record;
}

/* ---- The record of a context ---- */

/* NULL: the key is not bound, or to NULL. */
static const void *value_of(const struct ctx *context, const struct ctx_key *key) {
    void *value = NULL;
    return key != NULL && ctx_lookup(context, published.manager, key, &value) == CTX_SET ? value : NULL;
}

/* How many bytes of a text of UTF-8 there is room for: a character is not cut in two. */
static size_t length_within(const char *text, size_t room) {
    size_t length = strnlen(text, room + 1);
    if (length <= room)
        return length;
    for (length = room; length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80;)
        length--;
    return length;
}

static void add_attribute(struct record *record, size_t key, const char *text) {
    const size_t at = record->head.attributes_size, used = at + ATTRIBUTE_HEAD_BYTES;
    if (used > sizeof record->attributes)
        return;
    const size_t rest = sizeof record->attributes - used;
    const size_t length = length_within(text, rest < TEXT_BYTES_MAX ? rest : TEXT_BYTES_MAX);
    record->attributes[at] = (uint8_t)key;
    record->attributes[at + 1] = (uint8_t)length;
    memcpy(record->attributes + used, text, length);
    record->head.attributes_size = (uint16_t)(used + length);
}

/* False: there is nothing to be published. */
static bool fill(struct record *record, const struct ctx *context) {
    const void *trace_id = value_of(context, published.trace_id), *span_id = value_of(context, published.span_id);
    record->head = (struct otel_record_head){.valid = 1};
    if (trace_id != NULL && span_id != NULL) { /* both, or neither */
        memcpy(record->head.trace_id, trace_id, OTEL_TRACE_ID_BYTES);
        memcpy(record->head.span_id, span_id, OTEL_SPAN_ID_BYTES);
        record->head.trace_flags = OTEL_TRACE_SAMPLED;
    }
    for (size_t i = 0; i < published.attribute_count; i++) {
        const char *text = value_of(context, published.attributes[i]);
        if (text != NULL)
            add_attribute(record, i, text);
    }
    return record->head.trace_flags != 0 || record->head.attributes_size > 0;
}

/* ---- Scopes ---- */

struct body {
    const struct record *record;
    void (*fn)(void *);
    void *arg;
};

static void restore(const void *const *outer) {
    glsi_publish_put(*outer);
}

/* Restores also when fn throws a C++ exception or ends its thread. */
static void run(void *arg) {
    const struct body *body = arg;
    __attribute__((cleanup(restore), unused)) const void *outer = glsi_publish_get();
    glsi_publish_put(body->record);
    body->fn(body->arg);
}

bool glsi_publish_scope(const struct ctx *context, uint32_t root, void (*fn)(void *), void *arg) {
    struct record record;
    struct body body = {.fn = fn, .arg = arg};
    body.record = fill(&record, context) ? &record : NULL;
    const bool opened = seal_with(context, root, run, &body);
    __asm__ volatile("" : : "r"(&record) : "memory"); /* read from outside until now */
    return opened;
}

int gls_publish(const struct gls_publication *publication) {
    static atomic_bool is_taken;
    const char *names[ATTRIBUTES_MAX];
    if (publication->attribute_count > ATTRIBUTES_MAX)
        return EINVAL;
    if (atomic_exchange(&is_taken, true))
        return EALREADY;
    published.manager = publication->manager;
    published.trace_id = publication->trace_id;
    published.span_id = publication->span_id;
    published.attribute_count = publication->attribute_count;
    for (size_t i = 0; i < publication->attribute_count; i++) {
        published.attributes[i] = publication->attributes[i];
        names[i] = publication->attributes[i]->name;
    }
    const int error = glsi_otel_publish_process(names, publication->attribute_count);
    if (error == 0)
        atomic_store_explicit(&glsi_publishes, true, memory_order_release);
    else
        atomic_store(&is_taken, false);
    return error;
}
