/*
 * What a thread publishes for profilers, read as OTEP 4947 and OTEP 4719 of OpenTelemetry say. Independent of the
 * writers, as process.h is.
 */
#ifndef OUTSIDE_RECORD_H
#define OUTSIDE_RECORD_H

#include "process.h"

enum { ATTRIBUTES_BYTES_MAX = 640, KEYS_MAX = 16, TEXT_MAX = 64 };

enum reading {
    READ_ABSENT, /* no pointer, or a record that is not valid */
    READ_RECORD,
    READ_FAILED, /* the pointer leads nowhere */
};

struct record {
    uint8_t trace_id[16];
    uint64_t span_id;
    uint8_t flags;
    uint16_t attributes_bytes;
    uint8_t attributes[ATTRIBUTES_BYTES_MAX];
};

enum reading record_read(pid_t process, uint64_t thread_pointer, const struct symbol *symbol, struct record *record);

/* The text of the last attribute with this index; false: there is none, or what should be attributes is not. */
bool record_attribute(const struct record *record, unsigned index, char text[static TEXT_MAX]);

/* The process's own: the version of the schema, and the names of the attributes' keys. */
struct process_context {
    char schema[TEXT_MAX];
    char keys[KEYS_MAX][TEXT_MAX];
    size_t key_count;
};

/* False: there is none, or it is not as it should be; `why` says which. */
bool process_context_read(pid_t process, struct process_context *context, const char **why);

#endif
