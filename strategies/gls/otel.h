/*
 * What profilers and other readers outside of the process see of a thread's context: OpenTelemetry's OTEP 4947 (thread
 * context) and OTEP 4719 (process context).
 *
 * Each thread has a pointer, otel_thread_ctx_v1, to a record that says which trace and span it works for. A reader
 * stops the thread and reads the record out of its memory, so a record must be right at each instruction: it is
 * complete before the pointer leads to it, or its `valid` is 0 while it is written. What the keys of its attributes are
 * called, a mapping says that the whole process has.
 *
 * Who writes: either swaps the pointer or toggles `valid` of one record, never both. Here are the layout and the
 * mapping; neither costs anything until somebody publishes.
 */
#ifndef GLS_OTEL_H
#define GLS_OTEL_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* The fields of the specification, at its offsets; of several bytes are only `attributes_size` and what text holds. */
enum { OTEL_TRACE_ID_BYTES = 16, OTEL_SPAN_ID_BYTES = 8, OTEL_RECORD_HEAD_BYTES = 28, OTEL_RECORD_BYTES_MAX = 640 };

struct otel_record_head {
    uint8_t trace_id[OTEL_TRACE_ID_BYTES]; /* as W3C Trace Context has it: the highest byte first */
    uint8_t span_id[OTEL_SPAN_ID_BYTES];
    uint8_t valid; /* 1: the record is complete */
    uint8_t trace_flags;
    uint16_t attributes_size; /* bytes behind the head: for each attribute its key's index, its length and its text */
};
_Static_assert(sizeof(struct otel_record_head) == OTEL_RECORD_HEAD_BYTES, "a reader takes 28 bytes for the head");

enum { OTEL_TRACE_SAMPLED = 1 };

/* The name is the specification's. In a program that is linked statically, export it: gls(3). */
extern _Thread_local const void *otel_thread_ctx_v1;

/* What is written before it stays before it: readers stop the thread, so the compiler alone has to be told. */
static inline void otel_fence(void) {
    atomic_signal_fence(memory_order_seq_cst);
    __asm__ volatile("" : : : "memory");
}

/*
 * Publishes the process's context: the names of the attributes' keys, in the order of their indexes. Once in a process:
 * later calls return EALREADY and change nothing. A forked child publishes it again by itself. EINVAL: more keys than
 * 256, or names that take more than a kilobyte. Else the error of mmap.
 */
int glsi_otel_publish_process(const char *const *names, size_t count);

#endif
