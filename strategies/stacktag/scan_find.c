#include "stacktag/scan_find.h"

#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Words of other frames: sanitizers know them as locals of others, or as what other threads write. */
#define READS_ANYTHING __attribute__((no_sanitize("address", "thread")))

enum { WORD_BYTES = sizeof(uintptr_t) };

READS_ANYTHING static uintptr_t find_plainly(uintptr_t from, uintptr_t end, uintptr_t wanted) {
    for (uintptr_t at = from; at < end; at += WORD_BYTES)
        if (*(const volatile uintptr_t *)at == wanted)
            return at;
    return 0;
}

enum level { PLAIN, AVX2, AVX512, LEVELS };
static enum level level = PLAIN;

enum { BLOCK_BYTES = 256 };

/* What a kind of vector can do: all at aligned addresses, and inlined. */
typedef bool block_test(uintptr_t block, uintptr_t word);
typedef uint64_t vector_test(uintptr_t vector, uintptr_t word); /* bit i: word i of the vector is the one */

/* The first word from `from` on among those that `hits` says are equal: bit i stands for the word at + i. 0 if none. */
static inline uintptr_t first_hit(uintptr_t at, uint64_t hits, uintptr_t from) {
    if (from > at) /* by less than a vector */
        hits &= ~UINT64_C(0) << (from - at) / WORD_BYTES;
    return hits != 0 ? at + (uintptr_t)__builtin_ctzll(hits) * WORD_BYTES : 0;
}

/*
 * All kinds go the same way: block by block, and what is less than a block vector by vector. Blocks begin with any
 * vector; to reach their own alignment first would take longer than some scans. A block that has the word is looked at
 * as a whole and not by vectors: where the word lies in it is nothing that a processor could predict.
 */
READS_ANYTHING static inline __attribute__((always_inline)) uintptr_t
find_by_vectors(uintptr_t from, uintptr_t end, uintptr_t word, size_t vector_bytes, block_test *is_in_block,
                vector_test *hits_in) {
    const uintptr_t last_block = end - BLOCK_BYTES;
    uintptr_t at = from & -(uintptr_t)vector_bytes;
    for (; at <= last_block; at += BLOCK_BYTES) {
        if (!is_in_block(at, word))
            continue;
        uint64_t hits = 0;
#pragma GCC unroll 8
        for (uintptr_t in = 0; in < BLOCK_BYTES; in += vector_bytes)
            hits |= hits_in(at + in, word) << in / WORD_BYTES;
        const uintptr_t found = first_hit(at, hits, from);
        if (found != 0)
            return found;
    }
    for (; at < end; at += vector_bytes) {
        const uintptr_t found = first_hit(at, hits_in(at, word), from);
        if (found != 0)
            return found < end ? found : 0;
    }
    return 0;
}

#define AVX2_CODE __attribute__((target("avx2"), no_sanitize("address", "thread")))

AVX2_CODE static inline __m256i equal_avx2(uintptr_t at, uintptr_t word) {
    return _mm256_cmpeq_epi64(_mm256_load_si256((const __m256i *)at), _mm256_set1_epi64x((long long)word));
}

AVX2_CODE static inline uint64_t hits_avx2(uintptr_t at, uintptr_t word) {
    return (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(equal_avx2(at, word)));
}

AVX2_CODE static inline bool is_in_block_avx2(uintptr_t at, uintptr_t word) {
    __m256i any = equal_avx2(at, word);
#pragma GCC unroll 8
    for (uintptr_t in = sizeof any; in < BLOCK_BYTES; in += sizeof any)
        any = _mm256_or_si256(any, equal_avx2(at + in, word));
    return !_mm256_testz_si256(any, any);
}

AVX2_CODE static uintptr_t find_avx2(uintptr_t from, uintptr_t end, uintptr_t word) {
    return find_by_vectors(from, end, word, sizeof(__m256i), is_in_block_avx2, hits_avx2);
}

#define AVX512_CODE __attribute__((target("avx512f"), no_sanitize("address", "thread")))

AVX512_CODE static inline uint64_t hits_avx512(uintptr_t at, uintptr_t word) {
    return _mm512_cmpeq_epi64_mask(_mm512_load_si512((const void *)at), _mm512_set1_epi64((long long)word));
}

/* Words that are 0 where they are the wanted ones. */
AVX512_CODE static inline __m512i differences_avx512(uintptr_t at, uintptr_t word) {
    return _mm512_xor_si512(_mm512_load_si512((const void *)at), _mm512_set1_epi64((long long)word));
}

/* One comparison for the block: each has its result fetched from a mask register, which is what takes time. */
AVX512_CODE static inline bool is_in_block_avx512(uintptr_t at, uintptr_t word) {
    __m512i least = differences_avx512(at, word);
#pragma GCC unroll 4
    for (uintptr_t in = sizeof least; in < BLOCK_BYTES; in += sizeof least)
        least = _mm512_min_epu64(least, differences_avx512(at + in, word));
    return _mm512_testn_epi64_mask(least, least) != 0;
}

AVX512_CODE static uintptr_t find_avx512(uintptr_t from, uintptr_t end, uintptr_t word) {
    return find_by_vectors(from, end, word, sizeof(__m512i), is_in_block_avx512, hits_avx512);
}

static bool is_supported(enum level wanted) {
    switch (wanted) {
    case AVX512:
        return __builtin_cpu_supports("avx512f");
    case AVX2:
        return __builtin_cpu_supports("avx2");
    case PLAIN:
    case LEVELS:
        break;
    }
    return true;
}

uintptr_t scan_find(uintptr_t from, uintptr_t end, uintptr_t wanted) {
    switch (level) {
    case AVX512:
        return find_avx512(from, end, wanted);
    case AVX2:
        return find_avx2(from, end, wanted);
    case PLAIN:
    case LEVELS:
        break;
    }
    return find_plainly(from, end, wanted);
}

static const char *const level_names[] = {[PLAIN] = "plain", [AVX2] = "avx2", [AVX512] = "avx512"};

/* The level that is asked for; LEVELS if there is none of that name. */
static enum level find_level(const char *name) {
    enum level found = PLAIN;
    while (found < LEVELS && strcmp(level_names[found], name) != 0)
        found++;
    return found;
}

const char *scan_find_use(const char *name) {
    const enum level wanted = find_level(name);
    if (wanted == LEVELS)
        return "CTXBENCH_SCAN is none of plain, avx2, avx512";
    if (!is_supported(wanted))
        return "the processor lacks what CTXBENCH_SCAN asks for";
    level = wanted;
    return NULL;
}

static const char *unavailable;

const char *scan_find_unavailable(void) {
    return unavailable;
}

__attribute__((constructor(102))) static void scan_find_init(void) {
    const char *asked = getenv("CTXBENCH_SCAN");
    level = AVX512;
    while (!is_supported(level))
        level--;
    if (asked != NULL)
        unavailable = scan_find_use(asked);
}
