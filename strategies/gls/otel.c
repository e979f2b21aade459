#include "gls/otel.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#if !defined(PR_SET_VMA)
#define PR_SET_VMA 0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif

#if !defined(MFD_NOEXEC_SEAL)
#define MFD_NOEXEC_SEAL 8u
#endif

/* Weak: where a tracing SDK of the program defines it, too, there is still one. */
__attribute__((weak)) _Thread_local const void *otel_thread_ctx_v1;

/* ---- The payload: a ProcessContext of OpenTelemetry's protocol, in protobuf ---- */

enum { PAYLOAD_MAX = 2048, NAMES_BYTES_MAX = 1024, KEYS_MAX = 256 };
enum { FIELD_KEY = 1, FIELD_VALUE = 2, FIELD_ATTRIBUTE = 2, FIELD_STRING = 1, FIELD_ARRAY = 5, FIELD_ELEMENT = 1 };

/* PAYLOAD_MAX holds whatever NAMES_BYTES_MAX allows. */
struct message {
    uint8_t bytes[PAYLOAD_MAX];
    size_t size;
};

/* A field of bytes: its number and type (2), their count as a varint, and the bytes. */
static void put_field(struct message *message, unsigned number, const void *bytes, size_t size) {
    enum { TYPE_BYTES = 2, TYPE_BITS = 3, VARINT_BITS = 7, VARINT_MORE = 0x80 };
    message->bytes[message->size++] = (uint8_t)(number << TYPE_BITS | TYPE_BYTES);
    size_t left = size;
    for (; left >= VARINT_MORE; left >>= VARINT_BITS)
        message->bytes[message->size++] = (uint8_t)(left | VARINT_MORE);
    message->bytes[message->size++] = (uint8_t)left;
    memcpy(message->bytes + message->size, bytes, size);
    message->size += size;
}

static void put_message(struct message *message, unsigned number, const struct message *inner) {
    put_field(message, number, inner->bytes, inner->size);
}

static struct message text_value(const char *text) {
    struct message value = {.size = 0};
    put_field(&value, FIELD_STRING, text, strlen(text));
    return value;
}

static void put_attribute(struct message *context, const char *key, const struct message *value) {
    struct message attribute = {.size = 0};
    put_field(&attribute, FIELD_KEY, key, strlen(key));
    put_message(&attribute, FIELD_VALUE, value);
    put_message(context, FIELD_ATTRIBUTE, &attribute);
}

static void make_payload(const char *const *names, size_t count, struct message *context) {
    struct message array = {.size = 0}, keys = {.size = 0};
    const struct message version = text_value("tlsdesc_v1_dev");
    for (size_t i = 0; i < count; i++) {
        const struct message name = text_value(names[i]);
        put_message(&array, FIELD_ELEMENT, &name);
    }
    put_message(&keys, FIELD_ARRAY, &array);
    put_attribute(context, "threadlocal.schema_version", &version);
    put_attribute(context, "threadlocal.attribute_key_map", &keys);
}

/* ---- The mapping ---- */

static const char signature[] = "OTEL_CTX";
enum { SIGNATURE_BYTES = 8, FORMAT_VERSION = 2 };

struct mapping {
    char signature[SIGNATURE_BYTES];
    uint32_t version, payload_size;
    volatile uint64_t published_at_ns; /* since the system started; 0 until all else is written */
    const uint8_t *payload;
    uint8_t bytes[PAYLOAD_MAX];
};

static struct message published; /* what is in force, for forked children */

/* By name, so that it is found in /proc/PID/maps; where the system forbids that, anonymous memory with that name. */
static struct mapping *map(void) {
    int file = memfd_create(signature, MFD_CLOEXEC | MFD_NOEXEC_SEAL);
    if (file < 0) /* Linux before 6.3 does not know that */
        file = memfd_create(signature, MFD_CLOEXEC);
    void *memory = MAP_FAILED;
    if (file >= 0) {
        if (ftruncate(file, sizeof(struct mapping)) == 0)
            memory = mmap(NULL, sizeof(struct mapping), PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
        (void)close(file);
    }
    if (memory == MAP_FAILED)
        memory = mmap(NULL, sizeof(struct mapping), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static int publish(void) {
    struct mapping *const mapping = map();
    struct timespec now;
    if (mapping == NULL)
        return errno;
    if (madvise(mapping, sizeof *mapping, MADV_DONTFORK) != 0) {
        const int error = errno;
        (void)munmap(mapping, sizeof *mapping);
        return error;
    }
    (void)clock_gettime(CLOCK_BOOTTIME, &now);
    memcpy(mapping->signature, signature, SIGNATURE_BYTES);
    memcpy(mapping->bytes, published.bytes, published.size);
    mapping->version = FORMAT_VERSION;
    mapping->payload_size = (uint32_t)published.size;
    mapping->payload = mapping->bytes;
    atomic_thread_fence(memory_order_seq_cst);
    mapping->published_at_ns = (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
    /* Kernels without names for such memory refuse; /proc/PID/maps has that of the file. */
    (void)prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, mapping, sizeof *mapping, signature);
    return 0;
}

/* Nobody waits for anybody, so that a fork at any moment leaves no lock behind. */
enum publication { UNPUBLISHED, PUBLISHING, PUBLISHED };
static _Atomic enum publication publication;

/* The mapping is not the child's: it says how old the data are, and whose. */
static void publish_in_child(void) {
    if (atomic_load(&publication) == PUBLISHED)
        (void)publish();
}

int glsi_otel_publish_process(const char *const *names, size_t count) {
    enum publication before = UNPUBLISHED;
    size_t names_bytes = 0;
    for (size_t i = 0; i < count; i++)
        names_bytes += strlen(names[i]) + sizeof "key, length";
    if (count > KEYS_MAX || names_bytes > NAMES_BYTES_MAX)
        return EINVAL;
    if (!atomic_compare_exchange_strong(&publication, &before, PUBLISHING))
        return EALREADY;
    published.size = 0;
    make_payload(names, count, &published);
    int error = publish();
    if (error == 0)
        error = pthread_atfork(NULL, NULL, publish_in_child);
    atomic_store(&publication, error == 0 ? PUBLISHED : UNPUBLISHED);
    return error;
}
