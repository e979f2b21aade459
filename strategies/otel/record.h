/*
 * What the strategies tls-otel and tls-otel-valid share: the record of a context as OTEP 4947 has it (gls/otel.h), and
 * the thread's pointer to it. A tracing SDK copies the ids from its span. A context here has none, and to a strategy it
 * is a pointer that may lead to whatever a store keeps, so they are made of its address:
 *
 *   trace id   "ctxbench-process"
 *   span id    the address
 *   attribute  0: the same in sixteen hexadecimal digits
 *
 * With its 46 bytes a record stays within one cache line.
 */
#ifndef CTX_OTEL_RECORD_H
#define CTX_OTEL_RECORD_H

#include <string.h>

#include "context/context.h"
#include "gls/otel.h"
#include "local_exec.h"
#include "opaque.h"
#include "strategy.h"

enum { OTEL_DIGITS = 16, OTEL_ATTRIBUTE_BYTES = 2 + OTEL_DIGITS };

struct otel_record {
    _Alignas(8) struct otel_record_head head;
    uint8_t key, length, digits[OTEL_DIGITS];
};
_Static_assert(offsetof(struct otel_record, key) == OTEL_RECORD_HEAD_BYTES, "attributes follow the head");

/* Loads and stores of the program's own variables; elsewhere (tests of other access models) a function finds them. */
#if defined(CTX_OTEL_BY_COMPILER)
#define CTX_HAS_OTEL 1
#define OTEL_VARIABLE(name, type, symbol)                                                                              \
    CTX_OPAQUE static void *name##_place(void) {                                                                       \
        return &symbol;                                                                                                \
    }                                                                                                                  \
    static inline type name##_load(uintptr_t after) {                                                                  \
        return *(type const volatile *)((char *)name##_place() + after);                                               \
    }                                                                                                                  \
    static inline void name##_store(type value) {                                                                      \
        *(type volatile *)name##_place() = value;                                                                      \
    }                                                                                                                  \
    _Static_assert(sizeof(type) == sizeof(symbol) || sizeof(symbol) > sizeof(type), "the first word is meant")
#else
#define CTX_HAS_OTEL 1
#define OTEL_VARIABLE LOCAL_EXEC_VARIABLE
#endif

#if defined(CTX_HAS_OTEL)

OTEL_VARIABLE(otel_pointer, const void *, otel_thread_ctx_v1);

static inline uint64_t otel_big_endian(uint64_t value) {
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap64(value) : value;
}

/* Sixteen digits at once: each byte holds half a byte of the value, in its order. */
static inline void otel_write_digits(uint64_t value, uint8_t digits[static OTEL_DIGITS]) {
    typedef uint8_t bytes __attribute__((vector_size(OTEL_DIGITS)));
    const uint64_t ordered = otel_big_endian(value), low = UINT64_C(0x0f0f0f0f0f0f0f0f);
    const uint64_t halves[2] = {ordered >> 4 & low, ordered & low};
    bytes high_first, spread;
    memcpy(&high_first, halves, sizeof halves);
#if defined(__clang__)
    spread = __builtin_shufflevector(high_first, high_first, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
#else
    spread = __builtin_shuffle(high_first, (bytes){0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15});
#endif
    const bytes letters = (bytes)(spread > 9) & ('a' - '0' - 10);
    spread += letters + '0';
    memcpy(digits, &spread, sizeof spread);
}

/* All but `valid`. The context is not NULL. */
CTX_OPERATION void otel_fill(struct otel_record *record, const struct ctx *context) {
    static const char trace_id[] = "ctxbench-process";
    const uint64_t span_bytes = otel_big_endian((uintptr_t)context);
    _Static_assert(sizeof trace_id - 1 == OTEL_TRACE_ID_BYTES, "it is that long");
    memcpy(record->head.trace_id, trace_id, OTEL_TRACE_ID_BYTES);
    memcpy(record->head.span_id, &span_bytes, sizeof span_bytes);
    record->head.trace_flags = OTEL_TRACE_SAMPLED;
    record->head.attributes_size = OTEL_ATTRIBUTE_BYTES;
    record->key = 0;
    record->length = OTEL_DIGITS;
    otel_write_digits((uintptr_t)context, record->digits);
}

/* Before a thread's first scope; the first thread publishes for all. What fails here, a reader finds missing. */
static inline void otel_thread_begin(void) {
    static const char *const names[] = {"context"};
    static atomic_bool is_published;
    if (!atomic_load_explicit(&is_published, memory_order_relaxed) && !atomic_exchange(&is_published, true))
        (void)glsi_otel_publish_process(names, sizeof names / sizeof *names);
}

#endif

#endif
