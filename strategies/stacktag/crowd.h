/*
 * Ids that are in use and stand for no scope, so that a workload can ask what many of them cost a reader
 * (workloads/ids.h). They are taken from all shards alike, as by the threads of a program, a word of the pool at a time
 * and without memory for their slots.
 */
#ifndef CTX_CROWD_H
#define CTX_CROWD_H

#include <stdlib.h>

#include "gls/ids.h"

/* What was taken: bit b of word w of shard s stands in taken[s * words + w]. */
struct crowd {
    uint32_t words; /* of each shard */
    uint64_t taken[];
};

/* The lowest `count` bits; none below 0, all from 64 on. */
static inline uint64_t crowd_low_bits(int64_t count) {
    return count <= 0 ? 0 : count >= ID_WORD_BITS ? UINT64_MAX : (UINT64_C(1) << count) - 1;
}

/* Of one word those that are wanted and free. What a thread keeps for itself, only that thread may take. */
static inline uint64_t crowd_take_word(struct id_shard *shard, uint32_t leaf, uint64_t wanted) {
    const uint64_t before = atomic_fetch_or(&shard->leaves[leaf], wanted);
    uint64_t taken = wanted & ~before;
    if (leaf == 0 && thread_record()->home == shard) {
        for (uint32_t which = 0; which < ID_WORD_BITS; which++)
            if ((wanted >> which & 1) != 0 && ids_magazine_take(shard, which))
                taken |= UINT64_C(1) << which;
    }
    return taken;
}

static inline void crowd_release_word(struct id_shard *shard, uint32_t leaf, uint64_t taken) {
    if (leaf == 0 && thread_record()->home == shard) {
        ids_magazine_add(shard, taken);
        return;
    }
    atomic_fetch_and(&shard->leaves[leaf], ~taken);
    glsi_ids_word_has_room(shard, leaf);
}

/*
 * Takes ids until `count` are in use, of which `left` are still to be taken by the calling thread: the last one of them
 * is the largest of its shard, number count - 1 or somewhat less, and has as many digits as that. NULL when out of
 * memory. Free with crowd_release.
 */
__attribute__((unused)) static struct crowd *crowd_take(uint32_t count, uint32_t left) {
    const uint32_t shards = 1u << glsi_id_pool.shard_bits, home = ids_home_shard();
    const uint32_t words = count / shards / ID_WORD_BITS + 1;
    struct crowd *crowd = calloc(1, sizeof *crowd + sizeof crowd->taken[0] * shards * words);
    if (crowd == NULL)
        return NULL;
    crowd->words = words;
    for (uint32_t i = 0; i < shards; i++) {
        const uint32_t shard = (home + i) % shards;
        /* The calling thread's shard has the first turn of those that do not come out even. */
        const int64_t share = (int64_t)(count / shards) + (i < count % shards) - (i == 0 ? left : 0);
        for (uint32_t w = 0; w < words; w++) {
            const uint64_t wanted = crowd_low_bits(share - (int64_t)w * ID_WORD_BITS);
            crowd->taken[shard * words + w] = crowd_take_word(&glsi_id_pool.shards[shard], w, wanted);
        }
    }
    return crowd;
}

__attribute__((unused)) static void crowd_release(struct crowd *crowd) {
    for (uint32_t i = 0; i < crowd->words << glsi_id_pool.shard_bits; i++) {
        struct id_shard *shard = &glsi_id_pool.shards[i / crowd->words];
        crowd_release_word(shard, i % crowd->words, crowd->taken[i]);
    }
    free(crowd);
}

#endif
