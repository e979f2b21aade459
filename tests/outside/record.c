#include "record.h"

#include <stdlib.h>
#include <string.h>

/* ---- A thread's record ---- */

enum { HEAD_BYTES = 28, SPAN_AT = 16, VALID_AT = 24, FLAGS_AT = 25, SIZE_AT = 26 };

enum reading record_read(pid_t process, uint64_t thread_pointer, const struct symbol *symbol, struct record *record) {
    uint8_t head[HEAD_BYTES];
    uint64_t pointer = 0;
    const uint64_t place = process_tls_address(process, thread_pointer, symbol);
    if (place == 0)
        return READ_ABSENT;
    if (!process_read(process, place, &pointer, sizeof pointer))
        return READ_FAILED;
    if (pointer == 0)
        return READ_ABSENT;
    if (pointer % 2 != 0 || !process_read(process, pointer, head, sizeof head))
        return READ_FAILED;
    if (head[VALID_AT] != 1)
        return READ_ABSENT;
    memcpy(record->trace_id, head, sizeof record->trace_id);
    record->span_id = 0;
    for (size_t i = 0; i < 8; i++)
        record->span_id = record->span_id << 8 | head[SPAN_AT + i];
    record->flags = head[FLAGS_AT];
    memcpy(&record->attributes_bytes, head + SIZE_AT, sizeof record->attributes_bytes);
    if (record->attributes_bytes > ATTRIBUTES_BYTES_MAX - HEAD_BYTES ||
        !process_read(process, pointer + HEAD_BYTES, record->attributes, record->attributes_bytes))
        return READ_FAILED;
    return READ_RECORD;
}

bool record_attribute(const struct record *record, unsigned index, char text[static TEXT_MAX]) {
    bool found = false;
    size_t at = 0;
    while (at + 2 <= record->attributes_bytes) {
        const size_t length = record->attributes[at + 1];
        if (at + 2 + length > record->attributes_bytes)
            return false;
        if (record->attributes[at] == index && length < TEXT_MAX) {
            memcpy(text, record->attributes + at + 2, length);
            text[length] = '\0';
            found = true;
        }
        at += 2 + length;
    }
    return found && at == record->attributes_bytes;
}

/* ---- The process's context, in protobuf, of which only fields of bytes matter ---- */

struct span {
    const uint8_t *bytes;
    size_t size;
};

static bool take_varint(struct span *from, uint64_t *value) {
    *value = 0;
    for (unsigned shift = 0; shift < 64 && from->size > 0; shift += 7) {
        const uint8_t byte = *from->bytes++;
        from->size--;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            return true;
    }
    return false;
}

/* The next field: of bytes, or a failure. */
static bool take_field(struct span *from, unsigned *number, struct span *field) {
    uint64_t tag = 0, size = 0;
    if (!take_varint(from, &tag) || (tag & 7) != 2 || !take_varint(from, &size) || size > from->size)
        return false;
    *number = (unsigned)(tag >> 3);
    *field = (struct span){from->bytes, (size_t)size};
    from->bytes += size;
    from->size -= (size_t)size;
    return true;
}

static bool copy_text(struct span text, char into[static TEXT_MAX]) {
    if (text.size >= TEXT_MAX)
        return false;
    memcpy(into, text.bytes, text.size);
    into[text.size] = '\0';
    return true;
}

/* AnyValue: field 1 is a text, field 5 an array of values. */
static bool take_text_value(struct span value, char into[static TEXT_MAX]) {
    unsigned number = 0;
    struct span text;
    return take_field(&value, &number, &text) && number == 1 && copy_text(text, into);
}

static bool take_keys(struct span value, struct process_context *context) {
    unsigned number = 0;
    struct span array, element;
    if (!take_field(&value, &number, &array) || number != 5)
        return false;
    while (array.size > 0) {
        if (context->key_count == KEYS_MAX || !take_field(&array, &number, &element) || number != 1 ||
            !take_text_value(element, context->keys[context->key_count++]))
            return false;
    }
    return true;
}

/* ProcessContext: field 1 is a resource, which is none of our business, and 2 are attributes. */
static bool take_attributes(struct span message, struct process_context *context) {
    unsigned number = 0;
    while (message.size > 0) {
        struct span attribute, key, value;
        char name[TEXT_MAX];
        if (!take_field(&message, &number, &attribute))
            return false;
        if (number != 2)
            continue;
        if (!take_field(&attribute, &number, &key) || number != 1 || !take_field(&attribute, &number, &value) ||
            number != 2 || !copy_text(key, name))
            return false;
        if (strcmp(name, "threadlocal.schema_version") == 0 && !take_text_value(value, context->schema))
            return false;
        if (strcmp(name, "threadlocal.attribute_key_map") == 0 && !take_keys(value, context))
            return false;
    }
    return context->schema[0] != '\0';
}

bool process_context_read(pid_t process, struct process_context *context, const char **why) {
    struct {
        char signature[8];
        uint32_t version, size;
        uint64_t published_ns, payload;
    } header, again;
    static const char *const names[] = {"[anon_shmem:OTEL_CTX]", "[anon:OTEL_CTX]", "/memfd:OTEL_CTX"};
    uint64_t mapping = 0;
    for (size_t i = 0; i < 3 && mapping == 0; i++)
        mapping = process_find_mapping(process, names[i]);
    *context = (struct process_context){.key_count = 0};
    *why = "no mapping is called OTEL_CTX";
    if (mapping == 0)
        return false;
    *why = "its header cannot be read";
    if (!process_read(process, mapping, &header, sizeof header))
        return false;
    *why = "its header is not that of version 2";
    if (memcmp(header.signature, "OTEL_CTX", 8) != 0 || header.version != 2 || header.published_ns == 0)
        return false;
    *why = "its payload cannot be read";
    uint8_t *payload = malloc((size_t)header.size + 1);
    bool done = payload != NULL && header.size > 0 && process_read(process, header.payload, payload, header.size) &&
                process_read(process, mapping, &again, sizeof again) && again.published_ns == header.published_ns;
    if (done) {
        *why = "its payload does not have the keys of threads";
        done = take_attributes((struct span){payload, header.size}, context);
    }
    free(payload);
    return done;
}
