/*
 * FNV-1a, 64 bits (Fowler, Noll, Vo; RFC 9923): the same in every build, which the C library's hashes need not be. Not
 * for secrets.
 */
#ifndef CTXBENCH_HASH_H
#define CTXBENCH_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HASH_BASIS UINT64_C(0xcbf29ce484222325) /* of nothing */

static inline uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size) {
    const unsigned char *byte = (const unsigned char *)bytes;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static inline uint64_t hash_text(uint64_t hash, const char *text) {
    return hash_bytes(hash, text, strlen(text));
}

#endif
